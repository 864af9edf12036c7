#include "heddle/counters.h"

#include <gtest/gtest.h>

#include <string>

namespace heddle {
namespace {

TEST(CountersTest, TheSumKeepsWhatThreadsHadCountedThatEnded) {
  Counters counters;
  Counters::Block& first = counters.take();
  Counters::Block& second = counters.take();
  Counters::add(first[3], 2);
  Counters::add(second[3], 5);
  EXPECT_EQ(counters.sum()[3], 7);
  counters.give_back(first);
  EXPECT_EQ(counters.sum()[3], 7);
  Counters::Block& third = counters.take();
  EXPECT_EQ(&third, &first) << "blocks are used again";
  EXPECT_EQ(third[3], 0);
  Counters::add(third[3], 1);
  EXPECT_EQ(counters.sum()[3], 8);
}

TEST(CountersTest, ALabelHasOneRow) {
  Counters counters;
  EXPECT_EQ(counters.row_of("a"), 1U);
  EXPECT_EQ(counters.row_of("b"), 2U);
  EXPECT_EQ(counters.row_of("a"), 1U);
  for (int i = 0; i < 200; ++i) EXPECT_LT(counters.row_of(std::to_string(i)), Counters::kRows);
  EXPECT_EQ(counters.row_of("one more"), Counters::kOtherLabels);
  EXPECT_EQ(counters.labels().size(), Counters::kOtherLabels - 1);
}

TEST(CountersTest, BucketsDoubleEverySecondTime) {
  EXPECT_EQ(Counters::bucket_of(0), 0U);
  EXPECT_EQ(Counters::bucket_of(128), 0U);
  EXPECT_EQ(Counters::bucket_of(256), 2U);
  EXPECT_EQ(Counters::bucket_of(1024), 6U);
  EXPECT_EQ(Counters::bucket_of(1e30), Counters::kBuckets - 1);
}

}  // namespace
}  // namespace heddle
