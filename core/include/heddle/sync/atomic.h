// The only atomics, locks and pauses that the engine uses.
//
// In a normal build `heddle::atomic<T>` *is* std::atomic<T> and everything below compiles to what it would have been
// anyway. With HEDDLE_SCHEDULE each operation becomes a scheduling point of the explorer in core/test/schedule, which
// runs the very same engine source under every interleaving up to a bound. For that to be sound the engine
//   1. shares mutable state through heddle::atomic and heddle::mutex only,
//   2. says cpu_relax() in every loop that waits for another thread, and parks nowhere but in park(),
//   3. uses no standalone fences: neither the explorer nor ThreadSanitizer sees them,
//   4. makes thresholds that only tune speed (spins, chunk sizes, batch sizes) small if kExplored, so that a short
//      program crosses them.
#pragma once

#ifdef HEDDLE_SCHEDULE

#include "schedule/scheduled_atomic.h"

namespace heddle {
inline constexpr bool kExplored = true;
}

#else

#include <atomic>
#include <cstdint>
#include <mutex>
#ifdef HEDDLE_UNLUCKY
#include "heddle/sync/unlucky_atomic.h"
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace heddle {

/// True in the build that the schedule explorer runs.
inline constexpr bool kExplored = false;

#ifndef HEDDLE_UNLUCKY
template <class T>
using atomic = std::atomic<T>;
#endif

using mutex = std::mutex;

/// Tells the processor that this thread spins: call it once per turn of a loop that waits for another thread.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Sleeps while `word` holds `expected`, until unpark_one or unpark_all of the same word.
/// A changed word alone wakes nobody: whoever changes it must unpark.
inline void park(atomic<uint32_t>& word, uint32_t expected) noexcept { word.wait(expected, std::memory_order_acquire); }

/// Wakes one thread (or all) parked on `word`; change the word before.
inline void unpark_one(atomic<uint32_t>& word) noexcept { word.notify_one(); }
inline void unpark_all(atomic<uint32_t>& word) noexcept { word.notify_all(); }

}  // namespace heddle

#endif
