#include "heddle/sync/sequencer.h"

#include <algorithm>
#include <thread>

namespace heddle {

namespace {

constexpr int kSpins = kExplored ? 1 : 128;

// Polling: a lease is rare and ends within kMaxLease, and a parked waiter would miss that it expired.
void nap() {
#ifdef HEDDLE_SCHEDULE
  cpu_relax();
#else
  std::this_thread::sleep_for(std::chrono::microseconds(100));
#endif
}

}  // namespace

// U. Drepper, "Futexes are tricky" (2011), mutex 3, with a bounded spin in front.
void Sequencer::acquire() {
  std::uint32_t state = 0;
  if (lock_.compare_exchange_strong(state, 1, std::memory_order_acquire, std::memory_order_relaxed)) return;
  for (int i = 0; i < kSpins; ++i) {
    cpu_relax();
    state = 0;
    if (lock_.load(std::memory_order_relaxed) == 0 &&
        lock_.compare_exchange_weak(state, 1, std::memory_order_acquire, std::memory_order_relaxed)) {
      return;
    }
  }
  while (lock_.exchange(2, std::memory_order_acquire) != 0) park(lock_, 2);
}

void Sequencer::release() {
  if (lock_.exchange(0, std::memory_order_release) == 2) unpark_one(lock_);
}

void Sequencer::unlock() { release(); }

void Sequencer::lock(ThreadId thread) {
  for (;;) {
    acquire();
    const ThreadId holder = leaseholder_.load(std::memory_order_relaxed);
    if (holder == kNobody || holder == thread) return;
    if (Clock::now().time_since_epoch().count() >= lease_end_.load(std::memory_order_relaxed)) {
      leaseholder_.store(kNobody, std::memory_order_relaxed);
      return;
    }
    release();
    await_lease_end();
  }
}

void Sequencer::await_lease_end() {
  while (leaseholder_.load(std::memory_order_relaxed) != kNobody &&
         Clock::now().time_since_epoch().count() < lease_end_.load(std::memory_order_relaxed)) {
    nap();
  }
}

void Sequencer::lease(ThreadId thread, std::chrono::milliseconds duration) {
  const Section section(*this, thread);
  const auto now = Clock::now();
  const bool held = leaseholder_.load(std::memory_order_relaxed) == thread &&
                    now.time_since_epoch().count() < lease_end_.load(std::memory_order_relaxed);
  if (held) return;
  const auto end = now + std::min(duration, kMaxLease);
  lease_end_.store(end.time_since_epoch().count(), std::memory_order_relaxed);
  leaseholder_.store(thread, std::memory_order_relaxed);
}

void Sequencer::end_lease(ThreadId thread) {
  ThreadId expected = thread;
  leaseholder_.compare_exchange_strong(expected, kNobody, std::memory_order_relaxed);
}

}  // namespace heddle
