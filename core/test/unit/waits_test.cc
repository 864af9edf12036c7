// Transactions that wait for what they have read; W1–W4 are the invariants of heddle/collections/waits.h, D1–D3 of
// heddle/sync/bell.h.
#include "heddle/collections/waits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;

class WaitsTest : public test::EngineTest {
 protected:
  WaitsTest() {
    a.thread.waiter.bell.open([this] { ++rung; });
  }

  // `a` waits for what it finds under the key.
  Status wait(const std::string& key, WaitTicket ticket) {
    const auto loaded = a.load(map.id, key);
    const ReadEntry collection{map.stamp, loaded.collection_stamp};
    if (loaded.record == kNoRecord) {
      const Predicate absent{Predicate::Kind::kAbsent, map.id, test::bytes(key), 0};
      return engine.wait(a.thread, {&collection, 1}, {&absent, 1}, ticket);
    }
    const std::vector<ReadEntry> reads{{loaded.record, loaded.stamp}, collection};
    return engine.wait(a.thread, reads, {}, ticket);
  }

  Status wait_for_size(std::uint64_t size, WaitTicket ticket) {
    const Predicate predicate{Predicate::Kind::kSize, map.id, {}, size};
    return engine.wait(a.thread, {}, {&predicate, 1}, ticket);
  }

  std::vector<WaitTicket> ended() { return engine.ended_waits(a.thread); }

  using Tickets = std::vector<WaitTicket>;
  int rung = 0;
};

TEST_F(WaitsTest, AChangeOfWhatWasReadEndsIt) {  // W1
  b.set(map.id, "key", "0");
  b.set(map.id, "beside", "0");
  ASSERT_EQ(wait("key", 7), Status::kOk);
  b.set(map.id, "beside", "1");
  b.set(other.id, "key", "1");
  EXPECT_EQ(rung, 0);
  b.set(map.id, "key", "1");
  EXPECT_EQ(rung, 1);
  EXPECT_EQ(ended(), Tickets{7});
  b.set(map.id, "key", "2");
  EXPECT_EQ(ended(), Tickets{}) << "W2";
  EXPECT_EQ(rung, 1);
}

// Found by core/fuzz/transactions: what was read as absent has been there and gone again before the wait begins.
TEST_F(WaitsTest, AKeyThatComesBackEndsAWaitForItsAbsence) {  // W1
  const auto loaded = a.load(map.id, "key");
  ASSERT_EQ(loaded.record, kNoRecord);
  hold_snapshot();  // keeps the record that the deletion leaves
  b.set(map.id, "key", "0");
  b.remove(map.id, "key");
  const Predicate absent{Predicate::Kind::kAbsent, map.id, test::bytes("key"), 0};
  ASSERT_EQ(engine.wait(a.thread, {}, {&absent, 1}, 7), Status::kOk);
  b.set(map.id, "key", "1");
  EXPECT_EQ(rung, 1);
  EXPECT_EQ(ended(), Tickets{7});
}

TEST_F(WaitsTest, WhatHasChangedAlreadyIsNotWaitedFor) {  // W1
  b.set(map.id, "key", "0");
  const auto loaded = a.load(map.id, "key");
  const ReadEntry read{loaded.record, loaded.stamp};
  b.set(map.id, "key", "1");
  EXPECT_EQ(engine.wait(a.thread, {&read, 1}, {}, 1), Status::kConflict);
  EXPECT_EQ(wait_for_size(2, 1), Status::kConflict);
  b.set(map.id, "key", "2");
  EXPECT_EQ(rung, 0);
  EXPECT_EQ(ended(), Tickets{});
}

TEST_F(WaitsTest, KeysThatComeAndGoEndIt) {
  ASSERT_EQ(wait("new", 1), Status::kOk);
  ASSERT_EQ(wait_for_size(0, 2), Status::kOk);
  b.set(map.id, "else", "x");
  EXPECT_EQ(ended(), Tickets{2});
  b.set(map.id, "new", "x");
  EXPECT_EQ(ended(), Tickets{1});

  ASSERT_EQ(wait("new", 3), Status::kOk);
  b.remove(map.id, "new");
  EXPECT_EQ(ended(), Tickets{3});

  // The record of a deleted key stands for its absence until it is reclaimed; then nobody could tell any more.
  const SnapshotSlot slot = engine.open_snapshot(b.thread).slot;
  b.set(map.id, "gone", "x");
  b.remove(map.id, "gone");
  ASSERT_EQ(wait("gone", 4), Status::kOk);
  engine.close_snapshot(b.thread, slot);
  tend();
  b.set(map.id, "gone", "back");
  EXPECT_EQ(ended(), Tickets{4});
}

TEST_F(WaitsTest, ClearAndDestroyEndIt) {
  b.set(map.id, "key", "0");
  ASSERT_EQ(wait("key", 1), Status::kOk);
  b.clear(map.id);
  EXPECT_EQ(ended(), Tickets{1});
  ASSERT_EQ(wait("key", 2), Status::kOk);
  engine.destroy(b.thread, map.id);
  EXPECT_EQ(ended(), Tickets{2});
  EXPECT_EQ(rung, 2);
}

// A record that has outworn its slot goes to another one.
TEST_F(WaitsTest, AMovedRecordEndsIt) {
  b.set(map.id, "key", "0");
  engine.records().stamp(a.load(map.id, "key").record).store(RecordTable::kLastStamp);
  const auto loaded = a.load(map.id, "key");
  const ReadEntry read{loaded.record, RecordTable::kLastStamp};
  ASSERT_EQ(engine.wait(a.thread, {&read, 1}, {}, 1), Status::kOk);
  b.set(map.id, "key", "1");
  ASSERT_NE(a.load(map.id, "key").record, loaded.record);
  EXPECT_EQ(ended(), Tickets{1});
}

TEST_F(WaitsTest, AMovedSizeEndsIt) {
  b.set(map.id, "key", "0");
  const RecordIndex members = a.load({.collection = map.id, .members = true, .key = {}, .out = {}}).record;
  engine.records().stamp(members).store(RecordTable::kLastStamp);
  const Predicate size{Predicate::Kind::kSize, map.id, {}, 1, 0};
  ASSERT_EQ(engine.wait(a.thread, {}, {&size, 1}, 1), Status::kOk);
  b.set(map.id, "new", "1");
  ASSERT_NE(a.load({.collection = map.id, .members = true, .key = {}, .out = {}}).record, members);
  EXPECT_EQ(ended(), Tickets{1});
}

TEST_F(WaitsTest, ABurstRingsOnce) {  // D2
  for (WaitTicket ticket = 0; ticket < 3; ++ticket) {
    b.set(map.id, std::to_string(ticket), "0");
    ASSERT_EQ(wait(std::to_string(ticket), ticket), Status::kOk);
  }
  b.set(map.id, "1", "1");
  b.set(map.id, "0", "1");
  b.set(map.id, "2", "1");
  EXPECT_EQ(rung, 1);
  EXPECT_EQ(ended(), (Tickets{1, 0, 2}));
  ASSERT_EQ(wait("0", 0), Status::kOk);
  b.set(map.id, "0", "2");
  EXPECT_EQ(rung, 2);
}

TEST_F(WaitsTest, WhatIsGivenUpEndsNoMore) {  // W2
  b.set(map.id, "key", "0");
  ASSERT_EQ(wait("key", 1), Status::kOk);
  engine.give_up_wait(a.thread, 1);
  b.set(map.id, "key", "1");
  EXPECT_EQ(rung, 0);
  // Too late: it is among those that have ended, and may be ignored.
  ASSERT_EQ(wait("key", 2), Status::kOk);
  b.set(map.id, "key", "2");
  engine.give_up_wait(a.thread, 2);
  EXPECT_EQ(ended(), Tickets{2});
}

TEST_F(WaitsTest, AThreadThatEndsIsNotRung) {  // W3, D1
  b.set(map.id, "key", "0");
  int late = 0;
  {
    Client passing(engine);
    passing.thread.waiter.bell.open([&late] { ++late; });
    const auto loaded = passing.load(map.id, "key");
    const ReadEntry read{loaded.record, loaded.stamp};
    ASSERT_EQ(engine.wait(passing.thread, {&read, 1}, {}, 1), Status::kOk);
  }
  ASSERT_EQ(wait("key", 1), Status::kOk);
  b.set(map.id, "key", "1");
  EXPECT_EQ(late, 0);
  EXPECT_EQ(rung, 1);
}

// There are more topics than buckets, so some of them share one.
TEST(WaitsOfManyTopics, AChangeEndsThoseOfItsTopicAlone) {
  Bells bells;
  Waiter waiter(bells.take());
  const auto waits = std::make_unique<Waits>(bells);
  constexpr WaitTicket kCount = 10'000;
  for (WaitTicket ticket = 1; ticket <= kCount; ++ticket) {
    Wait& wait = waiter.add(ticket, 1);
    wait.note(topic_of(RecordIndex{ticket}));
    waits->add(wait);
  }
  for (WaitTicket ticket = kCount; ticket > 0; ticket -= 999) {
    waits->changed(topic_of(RecordIndex{ticket}));
    std::vector<WaitTicket> ended;
    waiter.take_ended(ended);
    ASSERT_EQ(ended, std::vector<WaitTicket>{ticket});
    if (ticket <= 999) break;
  }
  EXPECT_EQ(waits->count(), kCount - 11);
  waiter.for_each([&](Wait& wait) { waits->withdraw(wait); });
  EXPECT_TRUE(waits->empty());
}

}  // namespace
}  // namespace heddle
