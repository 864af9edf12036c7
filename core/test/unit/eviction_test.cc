// Collections that evict instead of refusing.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;
using Entries = std::vector<std::string>;

class EvictionTest : public test::EngineTest {
 protected:
  void use(const std::string& key) { b.get(cache.id, key); }
  void let_age() {
    for (RecordIndex i = 0; engine.records().contains(i); ++i) engine.records().recency(i).store(0);
  }

  const CollectionInfo cache = a.open("cache", Limits{.max_entries = 4, .lru = true});
};

TEST_F(EvictionTest, TheNumberOfEntriesStaysAtTheLimit) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(a.set(cache.id, std::to_string(i), "x"), Status::kOk);
    ASSERT_LE(a.size(cache.id), 4U);
  }
  EXPECT_EQ(a.size(cache.id), 4U);
  EXPECT_EQ(engine.stats().evictions, 96U);
  EXPECT_EQ(a.get(cache.id, "99"), "x") << "what was just written";
}

TEST_F(EvictionTest, TheLeastRecentlyUsedGoes) {
  for (const char* key : {"1", "2", "3", "4"}) a.set(cache.id, key, "x");
  let_age();
  use("1");
  use("3");
  a.set(cache.id, "5", "x");
  a.set(cache.id, "6", "x");
  EXPECT_EQ(a.entries(cache.id), (Entries{"1=x", "3=x", "5=x", "6=x"}));
}

TEST_F(EvictionTest, WhatTheTransactionReadsOrWritesStays) {
  for (const char* key : {"1", "2", "3", "4"}) a.set(cache.id, key, "x");
  let_age();
  const auto first = a.load(cache.id, "1");
  let_age();
  const ReadEntry read{first.record, first.stamp};
  Write writes[] = {Client::set_of(cache.id, "2", "y"), Client::set_of(cache.id, "5", "y"),
                    Client::set_of(cache.id, "6", "y")};
  EXPECT_EQ(a.commit(writes, {&read, 1}), Status::kOk);
  EXPECT_EQ(a.entries(cache.id), (Entries{"1=x", "2=y", "5=y", "6=y"}));
}

TEST_F(EvictionTest, WhatWouldNotFitAloneIsRefusedAndNothingGoes) {
  for (const char* key : {"1", "2", "3", "4"}) a.set(cache.id, key, "x");
  std::vector<Write> writes;
  for (const char* key : {"5", "6", "7", "8", "9"}) writes.push_back(Client::set_of(cache.id, key, "y"));
  EXPECT_EQ(a.commit(writes), Status::kEntriesLimit);
  EXPECT_EQ(a.entries(cache.id), (Entries{"1=x", "2=x", "3=x", "4=x"}));
}

TEST_F(EvictionTest, ATransactionThatReadsEverythingLosesOnceAndThenFits) {
  std::vector<ReadEntry> reads;
  for (const char* key : {"1", "2", "3", "4"}) {
    a.set(cache.id, key, "x");
    const auto loaded = a.load(cache.id, key);
    reads.push_back({loaded.record, loaded.stamp});
  }
  Write write = Client::set_of(cache.id, "5", "y");
  EXPECT_EQ(a.commit(write, reads), Status::kConflict);
  EXPECT_EQ(a.commit(write), Status::kOk);
  EXPECT_EQ(a.size(cache.id), 4U);
}

TEST_F(EvictionTest, MemoryStaysBelowTheLimit) {
  constexpr std::uint64_t kLimit = 20'000;
  const auto heavy = a.open("heavy", Limits{.max_memory = kLimit, .lru = true});
  for (int i = 0; i < 1000; ++i) {
    const std::string value(static_cast<std::size_t>(i % 300), 'x');
    ASSERT_EQ(a.set(heavy.id, std::to_string(i % 400), value), Status::kOk);
    ASSERT_LE(*engine.memory(a.thread, heavy.id), static_cast<std::int64_t>(kLimit));
  }
  EXPECT_GT(*engine.memory(a.thread, heavy.id), static_cast<std::int64_t>(kLimit / 2)) << "no more than needed goes";
  EXPECT_EQ(*engine.memory(a.thread, heavy.id), *engine.recount(a.thread, heavy.id));
}

TEST_F(EvictionTest, ABulkLoadEvictsManyAtOnce) {
  const auto large = a.open("large", Limits{.max_entries = 1000, .lru = true});
  std::vector<std::string> keys;
  for (int i = 0; i < 1800; ++i) keys.push_back(std::to_string(i));
  for (std::size_t half : {0U, 1U}) {
    std::vector<Write> writes;
    for (std::size_t i = 0; i < 900; ++i) writes.push_back(Client::set_of(large.id, keys[half * 900 + i], "x"));
    ASSERT_EQ(a.commit(writes), Status::kOk);
  }
  EXPECT_LE(a.size(large.id), 1000U);
  for (std::size_t i = 900; i < 1800; ++i) ASSERT_EQ(a.get(large.id, keys[i]), "x");
}

TEST_F(EvictionTest, ASnapshotGoesOnSeeingWhatWasEvicted) {
  a.set(cache.id, "1", "x");
  const Seq rv = hold_snapshot();
  for (int i = 2; i < 20; ++i) a.set(cache.id, std::to_string(i), "x");
  EXPECT_EQ(a.get(cache.id, "1"), "-");
  EXPECT_EQ(b.get(cache.id, "1", rv, true), "x");
  EXPECT_EQ(b.entries(cache.id, rv), Entries{"1=x"});
}

TEST_F(EvictionTest, MembersOfTheMapChangeWithIt) {
  const auto size = [&] { return a.size(cache.id); };
  for (const char* key : {"1", "2", "3", "4", "5"}) a.set(cache.id, key, "x");
  EXPECT_EQ(size(), 4U);
  a.clear(cache.id);
  EXPECT_EQ(size(), 0U);
  a.set(cache.id, "6", "x");
  EXPECT_EQ(a.entries(cache.id), Entries{"6=x"});
}

TEST_F(EvictionTest, TheOrderOfALongLivedCacheIsCompacted) {
  const auto large = a.open("large", Limits{.max_entries = 600, .lru = true});
  const auto before = engine.stats().compactions;
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(a.set(large.id, std::to_string(i), "x"), Status::kOk);
    if (i >= 300) b.get(large.id, std::to_string(i - 300));
  }
  EXPECT_GT(engine.stats().compactions, before);
  EXPECT_EQ(a.size(large.id), 600U);
}

// A clear beside it leaves nothing to compact, and does not keep the others from being so.
TEST_F(EvictionTest, ACommitThatClearsCompactsWhatElseItThinsOut) {
  for (int i = 0; i < 4000; ++i) a.set(map.id, std::to_string(i), "x");
  a.set(other.id, "key", "x");
  const auto before = engine.stats().compactions;
  for (int i = 0; i < 3900; i += 2) {
    const std::string keys[] = {std::to_string(i), std::to_string(i + 1)};
    Write writes[] = {Client::clear_of(other.id), Client::remove_of(map.id, keys[0]),
                      Client::remove_of(map.id, keys[1])};
    ASSERT_EQ(a.commit(writes), Status::kOk);
  }
  EXPECT_GT(engine.stats().compactions, before);
  EXPECT_EQ(a.entries(map.id).size(), 100U);
}

}  // namespace
}  // namespace heddle
