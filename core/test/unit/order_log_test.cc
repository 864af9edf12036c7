// The insertion-order log; O1–O3 are the invariants of heddle/collections/order_log.h.
#include "heddle/collections/order_log.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

namespace heddle {
namespace {

using LogEntries = std::vector<std::pair<std::uint64_t, RecordIndex>>;

class OrderLogTest : public testing::Test {
 protected:
  std::uint64_t append(RecordIndex record) {
    const auto spare = log.prepare(1);
    EXPECT_TRUE(log.fits(1, spare.get()));
    const EpochPin pin(epochs, self);
    return log.append(epochs, self, record, spare.get());
  }

  void compact() {
    auto room = log.prepare_compaction();
    const EpochPin pin(epochs, self);
    log.compact(epochs, self, std::move(room));
  }

  LogEntries walk(std::uint64_t from, std::uint64_t to) const {
    LogEntries entries;
    log.walk(from, to, [&](OrderLog::Entry entry) {
      entries.emplace_back(entry.position, entry.record);
      return true;
    });
    return entries;
  }

  LogEntries walk() const { return walk(0, log.end()); }

  Epochs epochs;
  Epochs::Participant& self = epochs.join();
  OrderLog log;
};

TEST_F(OrderLogTest, WalksInTheOrderOfInsertion) {
  EXPECT_TRUE(walk().empty());
  EXPECT_EQ(append(30), 0U);
  EXPECT_EQ(append(10), 1U);
  EXPECT_EQ(append(20), 2U);
  EXPECT_EQ(walk(), (LogEntries{{0, 30}, {1, 10}, {2, 20}}));
  EXPECT_EQ(walk(1, 2), (LogEntries{{1, 10}}));
}

TEST_F(OrderLogTest, StopsWhenTheVisitorSaysSo) {
  for (RecordIndex record = 0; record < 10; ++record) append(record);
  int visited = 0;
  log.walk(0, log.end(), [&](OrderLog::Entry) { return ++visited < 3; });
  EXPECT_EQ(visited, 3);
}

TEST_F(OrderLogTest, AKilledEntryIsNotVisitedAndItsPositionNotReused) {  // O1
  append(1);
  const auto position = append(2);
  append(3);
  log.kill(position);
  EXPECT_EQ(walk(), (LogEntries{{0, 1}, {2, 3}}));
  EXPECT_EQ(append(2), 3U);
}

TEST_F(OrderLogTest, AMovedRecordKeepsItsPlace) {  // O1, R3
  append(1);
  log.replace(append(2), 22);
  append(3);
  EXPECT_EQ(walk(), (LogEntries{{0, 1}, {1, 22}, {2, 3}}));
}

TEST_F(OrderLogTest, StartsAnywhereInManyChunks) {  // O2, O3
  constexpr RecordIndex kMany = OrderLog::kChunkEntries * 9 + 5;
  for (RecordIndex record = 0; record < kMany; ++record) append(record);
  for (std::uint64_t from = 0; from < kMany; from += 97) {
    const auto entries = walk(from, from + 2);
    ASSERT_EQ(entries.size(), from + 1 == kMany ? 1U : 2U);
    ASSERT_EQ(entries.front(), std::make_pair(from, static_cast<RecordIndex>(from)));
  }
}

TEST_F(OrderLogTest, RefusesMoreThanFitsWithoutASpare) {
  EXPECT_TRUE(log.fits(OrderLog::kChunkEntries, nullptr));
  EXPECT_FALSE(log.fits(OrderLog::kChunkEntries + 1, nullptr));
  const std::size_t many = OrderLog::kChunkEntries * 20;
  EXPECT_TRUE(log.fits(many, log.prepare(many).get()));
}

TEST_F(OrderLogTest, CompactionKeepsPositionsAndFreesChunks) {  // O2
  constexpr RecordIndex kMany = OrderLog::kChunkEntries * 8;
  LogEntries expected;
  for (RecordIndex record = 0; record < kMany; ++record) append(record);
  EXPECT_FALSE(log.sparse());
  for (RecordIndex record = 0; record < kMany; ++record) {
    if (record % 16 == 3) {
      expected.emplace_back(record, record);
    } else {
      log.kill(record);
    }
  }
  ASSERT_TRUE(log.sparse());
  compact();
  EXPECT_FALSE(log.sparse());
  EXPECT_EQ(walk(), expected);
  expected.emplace_back(append(7777), 7777);
  EXPECT_EQ(expected.back().first, kMany) << "positions go on";
  EXPECT_EQ(walk(), expected);
  EXPECT_EQ(walk(20, 40), (LogEntries{{35, 35}})) << "19 is before, 35 within";
}

TEST_F(OrderLogTest, CompactsToNothing) {  // O2
  for (RecordIndex record = 0; record < OrderLog::kChunkEntries * 6; ++record) log.kill(append(record));
  compact();
  EXPECT_TRUE(walk().empty());
  EXPECT_EQ(append(5), OrderLog::kChunkEntries * 6);
  EXPECT_EQ(walk().size(), 1U);
}

TEST_F(OrderLogTest, GivesUpACompactionThatHasBecomeTooSmall) {
  auto room = log.prepare_compaction();
  LogEntries expected;
  for (RecordIndex record = 0; record < OrderLog::kChunkEntries * 6; ++record) {
    expected.emplace_back(append(record), record);
  }
  const EpochPin pin(epochs, self);
  log.compact(epochs, self, std::move(room));
  EXPECT_EQ(walk(), expected);
}

TEST_F(OrderLogTest, BehavesLikeAnOrderedMap) {
  std::mt19937 random(21);
  std::map<std::uint64_t, RecordIndex> model;
  int compactions = 0;
  for (int step = 0; step < 30'000; ++step) {
    const bool shrinking = step / 5000 % 2 == 1;
    if (model.empty() || (random() % 10 < 7) != shrinking) {
      const auto record = static_cast<RecordIndex>(random() % 1000);
      model.emplace(append(record), record);
    } else {
      const auto victim =
          std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(model.size(), 50)));
      log.kill(victim->first);
      model.erase(victim);
    }
    if (log.sparse()) {
      compact();
      ++compactions;
    }
    if (step % 1000 != 0) continue;
    ASSERT_EQ(walk(), LogEntries(model.begin(), model.end())) << "step " << step;
  }
  EXPECT_GT(compactions, 0);
}

}  // namespace
}  // namespace heddle
