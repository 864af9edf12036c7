// Watches that are too slow: F4 of heddle/collections/watches.h.
#include <gtest/gtest.h>

#include <string>

#include "support/watches_fixture.h"

namespace heddle {
namespace {

using test::WatchesTest;
using test::Watching;

TEST_F(WatchesTest, AFullFeedOfOneKeyBecomesOneChange) {  // F4
  a.set(map.id, "k", "0");
  Watching watching(b, test::watch_key(map.id, 3), "k");
  for (int i = 1; i <= 3; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(engine.stats().overflows, 0U);
  for (int i = 4; i <= 5; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(engine.stats().overflows, 1U);
  EXPECT_EQ(watching.lag(), 5U);
  EXPECT_EQ(watching.tell(), "k:0>5+4") << "and stays one until it is told";
  for (int i = 6; i <= 100; ++i) a.set(map.id, "k", std::to_string(i));
  const std::string told = watching.tell();
  EXPECT_EQ(told, "k:5>100+94");
}

TEST_F(WatchesTest, WhatAWatchBeginsWithTakesNoRoom) {  // F4
  a.set(map.id, "k", "0");
  for (const Overflow overflow : {Overflow::kCoalesce, Overflow::kLose}) {
    for (const std::uint32_t buffer : {1U, 2U}) {
      Watching watching(b, test::watch_key(map.id, buffer, overflow), "k", true);
      std::string changes = "k:->0";
      for (std::uint32_t i = 1; i <= buffer; ++i) {
        a.set(map.id, "k", std::to_string(i));
        changes += " k:" + std::to_string(i - 1) + ">" + std::to_string(i);
      }
      EXPECT_EQ(watching.tell(), changes);
      a.set(map.id, "k", "0");
    }
  }
  Watching slow(b, test::watch_key(map.id, 2), "k", true);
  for (int i = 1; i <= 5; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(slow.lag(), 6U);
  EXPECT_EQ(slow.tell(), "k:->0 k:0>5+4");
}

TEST_F(WatchesTest, AFullFeedOfManyKeysIsLostAndSaysSo) {  // F4
  Watching watching(b, test::watch_all(map.id, 3));
  for (int i = 0; i < 10; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(watching.tell(), "lost");
  EXPECT_EQ(watching.lag(), 0U);
  EXPECT_EQ(watching.tidings.start.since, a.last_commit);
  a.set(map.id, "k", "10");
  EXPECT_EQ(watching.tell(), "k:9>10");
  EXPECT_EQ(told_bytes(), 0) << "nothing is kept for it";
}

TEST_F(WatchesTest, AFullFeedOfManyKeysCanKeepTheLastOfEach) {  // F4
  Watching watching(b, test::watch_all(map.id, 8, Overflow::kCoalesce));
  for (int i = 0; i < 9; ++i) a.set(map.id, i % 2 == 0 ? "even" : "odd", std::to_string(i));
  EXPECT_EQ(watching.tell(), "even:->6+3 odd:->7+3 even:6>8");
  for (int i = 0; i < 7; ++i) a.set(map.id, "even", std::to_string(i));
  a.clear(map.id);
  a.set(map.id, "even", "x");
  EXPECT_EQ(watching.tell(), "clear+7 even:->x");
  for (int i = 0; i < 9; ++i) a.set(map.id, std::to_string(i), "x");
  EXPECT_EQ(watching.tell(), "lost") << "more keys than it has room for";
}

TEST_F(WatchesTest, MergingALargeFeedMustBeWorthIt) {  // F4
  Watching merged(b, test::watch_all(map.id, 128, Overflow::kCoalesce));
  for (int i = 0; i < 129; ++i) a.set(map.id, std::to_string(i % 64), "x");
  EXPECT_EQ(merged.lag(), 129U);
  EXPECT_FALSE(merged.tell().starts_with("lost")) << "half of it is left";
  for (int i = 0; i < 129; ++i) a.set(map.id, std::to_string(i % 65), "x");
  EXPECT_TRUE(merged.tell().starts_with("lost")) << "more than half";
}

TEST_F(WatchesTest, AClearedFeedIsGoneThroughOnce) {  // F4
  Watching watching(b, test::watch_all(map.id, 1 << 12, Overflow::kCoalesce));
  for (int i = 0; i < 1 << 12; ++i) {
    a.set(map.id, "k", "x");
    a.clear(map.id);
  }
  a.set(map.id, "k", "last");
  const std::string told = watching.tell();
  EXPECT_TRUE(told.starts_with("clear+")) << told;
  EXPECT_TRUE(told.ends_with("k:->last")) << told;
}

// A watcher that never reads must not make writers fail.
TEST_F(WatchesTest, FeedsGoBeforeAWriteIsRefused) {
  const std::string value(1000, 'x');
  for (const char* key : {"a", "b"}) a.set(map.id, key, value);
  Watching watching(b, test::watch_all(map.id, 1 << 20));
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 200'000);
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(a.set(map.id, i % 2 == 0 ? "a" : "b", value + std::to_string(i)), Status::kOk);
  EXPECT_LT(told_bytes(), 200'000);
  EXPECT_GT(engine.stats().overflows, 0U);
  EXPECT_TRUE(watching.tell().starts_with("lost"));
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
}

TEST_F(WatchesTest, AlsoThoseThatTellOfLargeValues) {
  const std::string value(100'000, 'x');
  a.set(map.id, "a", value);
  Watching watching(b, test::watch_all(map.id, 1 << 20));
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 2'000'000);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(a.set(map.id, "a", value + std::to_string(i)), Status::kOk);
  EXPECT_GT(engine.stats().overflows, 0U);
  EXPECT_TRUE(watching.tell().starts_with("lost"));
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(WatchesTest, AlsoThoseOfOneKeyWhichTellOfAllInOne) {
  const std::string value(1000, 'x');
  a.set(map.id, "a", value);
  Watching coalesces(b, test::watch_key(map.id, 1 << 20), "a");
  Watching loses(b, test::watch_key(map.id, 1 << 20, Overflow::kLose), "a");
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 200'000);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(a.set(map.id, "a", value + std::to_string(i)), Status::kOk);
  EXPECT_EQ(coalesces.lag(), 1000U);
  EXPECT_EQ(coalesces.tell(), "a:" + value + ">" + value + "999+999");
  EXPECT_TRUE(loses.tell().starts_with("lost"));
  EXPECT_EQ(told_bytes(), 0);
  a.set(map.id, "a", "next");
  EXPECT_EQ(coalesces.tell(), "a:" + value + "999>next");
}

TEST_F(WatchesTest, AFeedThatIsEmptyIsNotLostWhenMemoryIsShort) {
  const std::string value(1000, 'x');
  a.set(map.id, "a", value);
  Watching slow(b, test::watch_all(map.id, 1 << 20));
  Watching idle(b, test::watch_all(other.id, 1 << 20));
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 200'000);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(a.set(map.id, "a", value + std::to_string(i)), Status::kOk);
  EXPECT_TRUE(slow.tell().starts_with("lost"));
  EXPECT_EQ(idle.tell(), "");
}

}  // namespace
}  // namespace heddle
