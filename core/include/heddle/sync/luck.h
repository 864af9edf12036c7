// Bad luck on purpose: what may fail for no reason does, and threads lose the processor where it hurts.
//
// In builds with HEDDLE_UNLUCKY (`make unlucky`), which run the tests of the package. Elsewhere nobody is unlucky, and
// that costs nothing.
#pragma once

#include <cstdint>
#ifdef HEDDLE_UNLUCKY
#include <cstddef>
#include <functional>
#include <thread>
#endif

namespace heddle {

// What can happen; tools/unlucky.js has the same list.
enum class BadLuck : std::uint8_t {
  kPreemption,  // a thread loses the processor before an atomic operation
  kExchange,    // a weak exchange fails
  kForesight,   // a commit finds that it has not foreseen what it needs
  kConflict,    // a commit is told that something it has read has changed
  kExtension,   // so is a body that moves its snapshot
  kWait,        // so is one that is about to wait for that
};

#ifdef HEDDLE_UNLUCKY

inline constexpr std::uint32_t kOneIn[] = {200, 8, 4, 16, 16, 16};

// The next of the thread's own random numbers (xorshift64, G. Marsaglia, "Xorshift RNGs", 2003).
inline std::uint32_t draw() noexcept {
  static thread_local std::uint64_t state =
      std::hash<std::thread::id>{}(std::this_thread::get_id()) * 0x9E3779B97F4A7C15 | 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return static_cast<std::uint32_t>(state >> 32);
}

// Counts it, where HEDDLE_UNLUCKY_COUNTS says. False for conflicts that are none where HEDDLE_LUCKY is set.
bool strike(BadLuck kind) noexcept;

inline bool unlucky(BadLuck kind) noexcept {
  return draw() % kOneIn[static_cast<std::size_t>(kind)] == 0 && strike(kind);
}

// Another thread may run here.
inline void stumble() noexcept {
  if (unlucky(BadLuck::kPreemption)) std::this_thread::yield();
}

#else

constexpr bool unlucky(BadLuck /*kind*/) noexcept { return false; }
constexpr std::uint32_t draw() noexcept { return 0; }

#endif

}  // namespace heddle
