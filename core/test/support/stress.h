// Real threads for a while: how long, from which seed, and proof that what the test is about has happened.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>
#include <thread>

namespace heddle::test {

/// `count` turns, times HEDDLE_LOOPS (a factor, 1 by default).
inline int loops(int count) {
  const char* factor = std::getenv("HEDDLE_LOOPS");
  return factor == nullptr ? count : static_cast<int>(count * std::max(0.01, std::atof(factor)));
}

/// What random choices start from: HEDDLE_SEED, else always the same. Printed by whoever uses it.
inline std::uint64_t seed() {
  const char* chosen = std::getenv("HEDDLE_SEED");
  const std::uint64_t seed = chosen == nullptr ? 7 : std::strtoull(chosen, nullptr, 10);
  std::cout << "  seed " << seed << '\n';
  return seed;
}

/// A generator for one thread of a test.
inline std::mt19937_64 random_of(unsigned thread) { return std::mt19937_64(seed() * 1000 + thread); }

/// Runs each body in a thread of its own, all at once.
template <class... Bodies>
void run_together(Bodies&&... bodies) {
  std::atomic<int> waiting{sizeof...(bodies)};
  const auto start = [&waiting](auto& body) {
    --waiting;
    while (waiting.load() > 0) std::this_thread::yield();
    body();
  };
  std::thread threads[] = {std::thread([&start, &bodies] { start(bodies); })...};
  for (std::thread& thread : threads) thread.join();
}

/// The event that a test exists for: printed, and the test fails if it never happened.
inline void expect_happened(std::string_view event, std::uint64_t count) {
  std::cout << "  " << event << ": " << count << '\n';
  EXPECT_GT(count, 0U) << "never happened: " << event;
}

}  // namespace heddle::test
