// Bad luck on purpose: what may fail for no reason does, and threads lose the processor where it hurts.
//
// In builds with HEDDLE_UNLUCKY (`make unlucky`), which run the tests of the package. Elsewhere nobody is unlucky, and
// that costs nothing.
#pragma once

#include <cstdint>
#ifdef HEDDLE_UNLUCKY
#include <functional>
#include <thread>
#endif

namespace heddle {

#ifdef HEDDLE_UNLUCKY

// One time in so many, by chance (xorshift64, G. Marsaglia, "Xorshift RNGs", 2003).
inline bool unlucky(std::uint32_t one_in) noexcept {
  static thread_local std::uint64_t state =
      std::hash<std::thread::id>{}(std::this_thread::get_id()) * 0x9E3779B97F4A7C15 | 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state >> 32) % one_in == 0;
}

// Another thread may run here.
inline void stumble() noexcept {
  if (unlucky(200)) std::this_thread::yield();
}

#else

constexpr bool unlucky(std::uint32_t /*one_in*/) noexcept { return false; }

#endif

}  // namespace heddle
