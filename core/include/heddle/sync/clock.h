// Clocks. Milliseconds for what may be a little late, ages and time-outs: a few nanoseconds, a few milliseconds coarse.
#pragma once

#include <chrono>
#include <cstdint>
#ifdef __linux__
#include <ctime>
#endif

namespace heddle {

#ifdef HEDDLE_SCHEDULE
inline std::int64_t explored_ms = 0;  // programs that are explored move it themselves
inline std::int64_t coarse_ms() { return explored_ms; }
#elif defined(__linux__)
inline std::int64_t coarse_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}
#else
inline std::int64_t coarse_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
#endif

// Milliseconds since 1970, for what people read.
inline double wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace heddle
