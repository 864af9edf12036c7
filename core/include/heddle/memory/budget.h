// What the process's shared state takes, and how much it may take.
//
// `held` counts every version that is linked to a record, live or kept for a snapshot, every entry and every era:
// what comes with a commit is added inside the section that installs it, and taken off inside the section that unlinks
// it. What is unlinked and waits for readers to leave is bounded (E2) and does not count. What lies outside of versions
// (Extent, Blob) counts from its making to its end, whoever holds it; so does what changes tell of that wait for their
// watchers (Change), even while it is live as well, and what tasks are and bring (Task).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "heddle/sync/atomic.h"

namespace heddle {

// What changes tell of: what they take themselves, and what of it lies outside, which is held in any case.
struct ToldBytes {
  std::int64_t inside = 0;
  std::int64_t outside = 0;

  ToldBytes& operator+=(const ToldBytes& more) {
    inside += more.inside;
    outside += more.outside;
    return *this;
  }
};

class Budget {
 public:
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  // Any thread, at any time. Commits that are already past their checks are not affected.
  void limit(std::uint64_t bytes) { limit_.store(std::min(bytes, kUnlimited), std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }

  // Bytes as of the last commit, and of what lies outside as of now.
  [[nodiscard]] std::int64_t held() const { return linked() + outside() + told().inside + tasks(); }
  [[nodiscard]] std::int64_t outside() const { return outside_.load(std::memory_order_relaxed); }

  [[nodiscard]] ToldBytes told() const {
    const std::int64_t heard = heard_.load(std::memory_order_acquire);  // before what it is a part of
    const std::int64_t heard_outside = heard_outside_.load(std::memory_order_acquire);
    return {told_.load(std::memory_order_relaxed) - heard,
            told_outside_.load(std::memory_order_relaxed) - heard_outside};
  }
  [[nodiscard]] std::int64_t tasks() const { return tasks_.load(std::memory_order_relaxed); }

  void add_outside(std::int64_t bytes) { outside_.fetch_add(bytes, std::memory_order_relaxed); }
  // Of what was told, when its last watcher has let go of it.
  void add_heard(const ToldBytes& bytes) {
    heard_.fetch_add(bytes.inside, std::memory_order_release);
    if (bytes.outside != 0) heard_outside_.fetch_add(bytes.outside, std::memory_order_release);
  }
  void add_tasks(std::int64_t bytes) { tasks_.fetch_add(bytes, std::memory_order_relaxed); }

  // Inside the section from here on.
  void add(std::int64_t bytes) { linked_.store(linked() + bytes, std::memory_order_relaxed); }
  void add_told(const ToldBytes& bytes) {
    told_.store(told_.load(std::memory_order_relaxed) + bytes.inside, std::memory_order_relaxed);
    if (bytes.outside == 0) return;
    told_outside_.store(told_outside_.load(std::memory_order_relaxed) + bytes.outside, std::memory_order_relaxed);
  }
  [[nodiscard]] bool allows(std::int64_t more) const { return held() + more <= static_cast<std::int64_t>(limit()); }

 private:
  [[nodiscard]] std::int64_t linked() const { return linked_.load(std::memory_order_relaxed); }

  atomic<std::uint64_t> limit_{kUnlimited};

  // Written inside the section.
  atomic<std::int64_t> linked_{0};
  atomic<std::int64_t> told_{0};  // all that ever was
  atomic<std::int64_t> told_outside_{0};

  // By any thread: in a cache line of their own, as commits read the others.
  alignas(64) atomic<std::int64_t> outside_{0};
  atomic<std::int64_t> heard_{0};
  atomic<std::int64_t> heard_outside_{0};
  atomic<std::int64_t> tasks_{0};
};

}  // namespace heddle
