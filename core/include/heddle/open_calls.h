// Transactions that have been open for long, as their threads tell of them, for whoever inspects the process.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

class OpenCalls {
 public:
  struct Call {
    ThreadId thread;
    std::uint32_t number;  // in its thread
    double since;          // ms since 1970
    std::string text;      // its thread's to read
  };

  // Any thread. After how many ms a thread is to warn of its own; endless beyond what a timer can be set to.
  atomic<std::int64_t> warn_after{10'000};

  // May throw std::bad_alloc; then nothing has changed.
  void note(Call call) {
    const std::lock_guard guard(mutex_);
    const auto known = find(call.thread, call.number);
    if (known != calls_.end()) {
      known->text = std::move(call.text);
    } else {
      calls_.push_back(std::move(call));
    }
  }
  void forget(ThreadId thread, std::uint32_t number) {
    const std::lock_guard guard(mutex_);
    const auto known = find(thread, number);
    if (known != calls_.end()) calls_.erase(known);
  }
  // All of a thread that ends.
  void forget(ThreadId thread) {
    const std::lock_guard guard(mutex_);
    std::erase_if(calls_, [&](const Call& call) { return call.thread == thread; });
  }
  [[nodiscard]] std::vector<Call> all() const {
    const std::lock_guard guard(mutex_);
    return calls_;
  }

 private:
  // With the lock.
  std::vector<Call>::iterator find(ThreadId thread, std::uint32_t number) {
    return std::ranges::find_if(calls_,
                                [&](const Call& call) { return call.thread == thread && call.number == number; });
  }

  mutable mutex mutex_;
  std::vector<Call> calls_;  // guarded by mutex_
};

}  // namespace heddle
