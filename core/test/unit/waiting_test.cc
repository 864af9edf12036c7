// What waits for a snapshot to close, and when it is looked at; J3 is the invariant of heddle/txn/janitor.h.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;
using Waiting = test::EngineTest;

// What a snapshot has kept is found by the queue, and a slot that a record has just moved to is not in it yet.
TEST_F(Waiting, WhatASnapshotKeptGoesWhenItClosesFromAWornSlotToo) {  // J1, J3
  a.set(map.id, "key", "old");
  const auto opened = engine.open_snapshot(b.thread);
  a.set(map.id, "key", "0");
  engine.records().stamp(a.load(map.id, "key").record).store(RecordTable::kLastStamp);
  a.set(map.id, "key", "1");
  a.set(map.id, "key", "2");
  EXPECT_EQ(b.get(map.id, "key", opened.rv, true), "old");
  const auto before = dropped();
  engine.close_snapshot(b.thread, opened.slot);
  for (int turn = 0; turn < 20; ++turn) a.set(other.id, "new" + std::to_string(turn), "x");
  EXPECT_EQ(dropped(), before + 20 + 1) << "20 sizes of the other map, and the value that was kept";
}

// Records that wait for one snapshot do not hide those that another one has set free.
TEST_F(Waiting, EachClosedSnapshotIsLookedAtByAllThatWait) {
  constexpr int kFirst = 72;
  constexpr int kAll = 100;
  for (int i = 0; i < kAll; ++i) a.set(map.id, std::to_string(i), "0");
  const SnapshotSlot first = engine.open_snapshot(b.thread).slot;
  for (int i = 0; i < kFirst; ++i) a.set(map.id, std::to_string(i), "1");
  tend();
  const SnapshotSlot second = engine.open_snapshot(b.thread).slot;
  engine.close_snapshot(b.thread, first);
  const auto before = dropped();
  for (int i = kFirst; i < kAll; ++i) a.set(map.id, std::to_string(i), "1");
  for (int turn = 0; turn < 20; ++turn) a.set(other.id, "tended", "x");
  EXPECT_GE(dropped(), before + kFirst);
  engine.close_snapshot(b.thread, second);
}

// What waits for a snapshot that stays open is put aside, but not what a short one beside it keeps of the same records.
TEST_F(Waiting, WhatAShortSnapshotKeptGoesBesideALongOne) {  // J3
  constexpr int kKeys = 100;
  const auto set_all = [&](const std::string& value) {
    for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), value);
  };
  set_all("old");
  const Seq rv = hold_snapshot();
  set_all("1");
  tend();
  const auto brief = engine.open_snapshot(b.thread);
  set_all("2");
  for (int i = 0; i < kKeys; ++i) ASSERT_EQ(b.get(map.id, std::to_string(i), brief.rv, true), "1");
  const auto before = dropped();
  engine.close_snapshot(b.thread, brief.slot);
  for (int turn = 0; turn < kKeys; ++turn) a.set(other.id, "tended", "x");
  EXPECT_GE(dropped(), before + kKeys + kKeys - 1) << "what the short one kept, and the values of the other map";
  for (int i = 0; i < kKeys; ++i) EXPECT_EQ(b.get(map.id, std::to_string(i), rv, true), "old");
}

// The same of keys that the long one never saw.
TEST_F(Waiting, WhatAShortSnapshotKeptOfYoungerKeysGoesBesideALongOne) {  // J3
  constexpr int kKeys = 100;
  hold_snapshot();
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "1");
  const auto brief = engine.open_snapshot(b.thread);
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "2");
  tend();
  const auto before = dropped();
  engine.close_snapshot(b.thread, brief.slot);
  for (int turn = 0; turn < kKeys; ++turn) a.set(other.id, "tended", "x");
  EXPECT_GE(dropped(), before + kKeys + kKeys - 1);
}

// The same records wait for one snapshot after the other, and go when the last of them has closed.
TEST_F(Waiting, WhatWasPutAsideIsLookedAtWhenAnotherSnapshotIsTheOldest) {  // J3
  constexpr int kKeys = 100;
  std::vector<SnapshotSlot> slots;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), std::to_string(round));
    slots.push_back(engine.open_snapshot(b.thread).slot);
  }
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "last");
  tend();
  for (const SnapshotSlot slot : slots) {
    const auto before = dropped();
    engine.close_snapshot(b.thread, slot);
    for (int turn = 0; turn < kKeys; ++turn) a.set(other.id, "tended", "x");
    EXPECT_GE(dropped(), before + kKeys + kKeys - 1);
  }
}

// More snapshots than a view holds: nobody can tell then which of them keeps what.
TEST_F(Waiting, NothingIsPutAsideWhileItIsUncertainForWhom) {  // J3
  tend();
  a.set(map.id, "key", "old");
  const auto first = engine.open_snapshot(b.thread);
  a.set(map.id, "key", "new");
  const auto second = engine.open_snapshot(b.thread);
  std::vector<SnapshotSlot> many;
  for (int i = 0; i < 300; ++i) many.push_back(engine.open_snapshot(b.thread).slot);
  engine.close_snapshot(b.thread, first.slot);
  tend();
  for (const SnapshotSlot slot : many) engine.close_snapshot(b.thread, slot);
  tend();
  a.set(other.id, "tended", "last");
  const auto before = dropped();
  engine.close_snapshot(b.thread, second.slot);
  a.set(map.id, "key", "last");
  EXPECT_EQ(dropped(), before + 2) << "the key's value and what the second snapshot saw of the other map";
}

TEST_F(Waiting, ADestroyedCollectionTakesAlongWhatWasPutAside) {  // J3
  constexpr int kKeys = 300;
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "old");
  hold_snapshot();
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "new");
  tend();
  const auto before = reclaimed();
  const auto taken = engine.stats().records_taken;
  engine.destroy(a.thread, map.id);
  tend();
  tend();
  EXPECT_GE(reclaimed(), before + kKeys);
  EXPECT_LE(engine.stats().records_taken + kKeys, taken + 64) << "but for what threads keep in reserve";
}

// Many records wait for a snapshot that stays open, while another map is cleared and refilled again and again: a
// deleted record of a cleared era is found in the queue alone, behind all those that wait.
TEST_F(Waiting, WhatWaitsForALongSnapshotDoesNotStopTheRest) {
  constexpr int kWaiting = 3000;
  constexpr int kEntries = 300;
  for (int i = 0; i < kWaiting; ++i) a.set(map.id, std::to_string(i), "0");
  hold_snapshot();
  for (int i = 0; i < kWaiting; ++i) a.set(map.id, std::to_string(i), "1");
  for (int round = 0; round < 100; ++round) {
    const std::string prefix = std::to_string(round) + ":";
    std::vector<std::string> keys;
    for (int i = 0; i < kEntries; ++i) keys.push_back(prefix + std::to_string(i));
    std::vector<Write> writes{Client::clear_of(other.id)};
    for (const std::string& key : keys) writes.push_back(Client::set_of(other.id, key, "x"));
    ASSERT_EQ(a.commit(writes), Status::kOk);
    ASSERT_EQ(a.remove(other.id, keys.front()), Status::kOk);
  }
  EXPECT_LT(engine.stats().records_taken, kWaiting + 20U * kEntries);
}

// Whatever the order of writes, deletions and snapshots: in the end no record is left over.
TEST_F(Waiting, NothingIsForgotten) {  // J3
  constexpr std::uint32_t kSeed = 7;
  constexpr int kRounds = 30;
  constexpr int kSteps = 600;
  constexpr int kKeys = 40;
  std::mt19937 random(kSeed);
  a.set(other.id, "tended", "x");
  const auto baseline = [&] {
    tend();
    tend();
    return engine.stats().records_taken;
  };
  // The reserve of a thread goes with the thread: `a` has what it will ever need.
  const auto before = baseline();
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SnapshotSlot> slots;
    {
      Client writer(engine);
      for (int step = 0; step < kSteps; ++step) {
        const std::string key = std::to_string(random() % kKeys);
        const auto what = random() % 100;
        if (what < 60) {
          writer.set(map.id, key, std::to_string(step));
        } else if (what < 75) {
          writer.remove(map.id, key);
        } else if (what < 76) {
          writer.clear(map.id);
        } else if (what < 78) {
          const auto loaded = writer.load(map.id, key);
          if (loaded.record != kNoRecord) engine.records().stamp(loaded.record).store(RecordTable::kLastStamp);
        } else if (what < 88) {
          slots.push_back(engine.open_snapshot(b.thread).slot);
        } else if (!slots.empty()) {
          const auto closing = slots.begin() + static_cast<std::ptrdiff_t>(random() % slots.size());
          engine.close_snapshot(b.thread, *closing);
          slots.erase(closing);
        }
      }
      for (int key = 0; key < kKeys; ++key) writer.remove(map.id, std::to_string(key));
    }
    for (const SnapshotSlot slot : slots) engine.close_snapshot(b.thread, slot);
  }
  EXPECT_EQ(baseline(), before) << "seed " << kSeed;
}

// While snapshots come and go there is always something to look at again: whoever has nothing else to do must not.
TEST_F(Waiting, TidyingEndsWhereNothingCanGo) {
  constexpr int kKeys = 6000;  // more than one piece
  const auto set_all = [&](const std::string& value) {
    for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), value);
  };
  set_all("0");
  hold_snapshot();
  set_all("1");
  hold_snapshot();
  set_all("2");
  int turns = 0;
  for (bool more = true; more && turns < 100; ++turns) {
    engine.close_snapshot(a.thread, engine.open_snapshot(a.thread).slot);
    more = engine.tidy(a.thread);
  }
  EXPECT_LT(turns, 100);
}

}  // namespace
}  // namespace heddle
