// What a schedule test expects of an exploration.
#pragma once

#include <gtest/gtest.h>

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

/// Some schedule fails as described: the test of the same name that expects no failure is able to fail.
inline void expect_finds(const Result& result, std::string_view failure) {
  std::cout << "  found after " << result.schedules << " schedules\n";
  EXPECT_EQ(result.failure, failure) << result;
}

}  // namespace heddle::schedule
