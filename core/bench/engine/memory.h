// What a map of many keys takes, what it takes to clear it, and what watches of its keys take.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::bench {

// Bytes per key beside the bytes of the key and of its value.
struct Overhead {
  double counted;    // by Engine::memory
  double allocated;  // from malloc
  double resident;   // of the process
};

struct Footprint {
  Overhead overhead;                 // after the first fill
  std::vector<double> clear_micros;  // of each fill
};

// Fills a map with numbers under `user:0`, `user:1`, … and clears it, so many times.
Footprint measure_memory(std::uint32_t keys, std::size_t fills);

// Bytes from malloc for each watch of `user:0`, `user:1`, …, its key included.
double measure_watches(std::uint32_t keys);

}  // namespace heddle::bench
