// What the process's shared state takes, and how much it may take.
//
// `held` counts every version that is linked to a record, live or kept for a snapshot, every entry and every era:
// what comes with a commit is added inside the section that installs it, and taken off inside the section that unlinks
// it. What is unlinked and waits for readers to leave is bounded (E2) and does not count.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "heddle/sync/atomic.h"

namespace heddle {

class Budget {
 public:
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  // Any thread, at any time. Commits that are already past their checks are not affected.
  void limit(std::uint64_t bytes) { limit_.store(std::min(bytes, kUnlimited), std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }

  // Bytes as of the last commit.
  [[nodiscard]] std::int64_t held() const { return held_.load(std::memory_order_relaxed); }

  // Inside the section from here on.
  void add(std::int64_t bytes) { held_.store(held() + bytes, std::memory_order_relaxed); }
  [[nodiscard]] bool allows(std::int64_t more) const { return held() + more <= static_cast<std::int64_t>(limit()); }

 private:
  atomic<std::uint64_t> limit_{kUnlimited};
  atomic<std::int64_t> held_{0};  // written inside the section
};

}  // namespace heddle
