#include "heddle/sync/sequencer.h"

#include <algorithm>
#include <thread>

namespace heddle {

namespace {

constexpr int kFirstPause = kExplored ? 1 : 8;
constexpr int kLastPause = kExplored ? 1 : 256;

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
  for (int pause = kFirstPause; pause <= kLastPause; pause *= 2) {
    for (int i = 0; i < pause; ++i) cpu_relax();
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
  for (bool waited = false;;) {
    acquire();
    const ThreadId holder = leaseholder_.load(std::memory_order_relaxed);
    const bool expired = holder != kNobody && holder != thread &&
                         Clock::now().time_since_epoch().count() >= lease_end_.load(std::memory_order_relaxed);
    if (expired) leaseholder_.store(kNobody, std::memory_order_relaxed);
    if (holder == kNobody || holder == thread || expired) {
      if (waited) held_back_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    release();
    if (!waited) held_back_.fetch_add(1, std::memory_order_relaxed);
    waited = true;
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
  const auto patience = Clock::now() + kMaxLease;
  while (!take_lease(thread, std::min(duration, kMaxLease)) && Clock::now() < patience) nap();
}

// False if others come first.
bool Sequencer::take_lease(ThreadId thread, Clock::duration duration) {
  const Section section(*this, thread);
  const auto now = Clock::now().time_since_epoch().count();
  const bool held = leaseholder_.load(std::memory_order_relaxed) == thread;
  if (held && now < lease_end_.load(std::memory_order_relaxed)) return true;
  leaseholder_.store(kNobody, std::memory_order_relaxed);
  if (held_back_.load(std::memory_order_relaxed) > 0) return false;
  lease_end_.store(now + duration.count(), std::memory_order_relaxed);
  leaseholder_.store(thread, std::memory_order_relaxed);
  return true;
}

void Sequencer::end_lease(ThreadId thread) {
  ThreadId expected = thread;
  leaseholder_.compare_exchange_strong(expected, kNobody, std::memory_order_relaxed);
}

}  // namespace heddle
