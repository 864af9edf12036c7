// What a schedule test expects of an exploration.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <string_view>

#include "schedule/scheduler.h"

namespace heddle::schedule {

/// Every schedule within the bound was visited and none failed.
inline void expect_holds(const Result& result) {
  std::cout << "  holds in " << result.schedules << " schedules\n";
  ASSERT_TRUE(result.passed()) << result;
  EXPECT_TRUE(result.exhaustive) << "gave up at the limit";
  EXPECT_GT(result.schedules, 1U) << "nothing was interleaved";
}

/// For programs too long for more than one preemption everywhere: all schedules with one, and random ones with several.
inline void expect_holds_in_samples(const std::function<Program()>& make) {
  constexpr uint64_t kSeed = 2026;
  expect_holds(explore({.preemptions = 1}, make));
  const Result sampled = explore({.preemptions = 4, .random = 1000, .seed = kSeed}, make);
  std::cout << "  and in " << sampled.schedules << " random ones of seed " << kSeed << '\n';
  EXPECT_TRUE(sampled.passed()) << sampled;
}

/// Some schedule fails as described: the test of the same name that expects no failure is able to fail.
inline void expect_finds(const Result& result, std::string_view failure) {
  std::cout << "  found after " << result.schedules << " schedules\n";
  EXPECT_EQ(result.failure, failure) << result;
}

}  // namespace heddle::schedule
