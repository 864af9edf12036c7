// What the janitor takes away and what it keeps; J1–J5 are the invariants of heddle/txn/janitor.h.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;

using Pruning = test::EngineTest;

TEST_F(Pruning, WithoutSnapshotsAReplacedVersionGoesAtOnce) {  // J1
  a.set(map.id, "key", "0");
  const auto before = dropped();
  for (int i = 1; i <= 10; ++i) a.set(map.id, "key", std::to_string(i));
  EXPECT_EQ(dropped(), before + 10);
}

TEST_F(Pruning, VersionsBetweenSnapshotsGo) {  // J1
  std::vector<std::pair<Seq, std::string>> kept;
  for (int i = 0; i < 30; ++i) {
    a.set(map.id, "key", std::to_string(i));
    if (i % 10 == 5) kept.emplace_back(hold_snapshot(), std::to_string(i));
  }
  const auto before = dropped();
  EXPECT_GE(before, 26U) << "of 30 only 3 snapshots' and the head may stay";
  tend();
  for (const auto& [rv, value] : kept) EXPECT_EQ(b.get(map.id, "key", rv, true), value);
}

TEST_F(Pruning, UnderASnapshotAYoungerVersionGoesAtOnce) {  // J1
  a.set(map.id, "key", "old");
  const Seq rv = hold_snapshot();
  a.set(map.id, "key", "0");
  const auto before = dropped();
  for (int i = 1; i <= 10; ++i) a.set(map.id, "key", std::to_string(i));
  EXPECT_EQ(dropped(), before + 10);
  EXPECT_EQ(b.get(map.id, "key", rv, true), "old");
}

TEST_F(Pruning, WhatASnapshotKeptGoesWhenItCloses) {  // J1
  constexpr int kKeys = 100;
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "old");
  const auto opened = engine.open_snapshot(b.thread);
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "new");
  tend();
  for (int i = 0; i < kKeys; ++i) ASSERT_EQ(b.get(map.id, std::to_string(i), opened.rv, true), "old");
  const auto before = dropped();
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  EXPECT_GE(dropped(), before + kKeys);
}

TEST_F(Pruning, ADeletedKeyIsReclaimedAndItsSlotUsedAgain) {  // J2, R2
  for (int i = 0; i < 3000; ++i) {
    a.set(map.id, std::to_string(i), "x");
    a.remove(map.id, std::to_string(i));
  }
  EXPECT_GE(reclaimed(), 3000U);
  EXPECT_LT(engine.stats().records_taken, 1000U);
}

TEST_F(Pruning, ATombstoneWaitsForOlderSnapshots) {  // J2
  a.set(map.id, "key", "x");
  const auto opened = engine.open_snapshot(b.thread);
  const auto before = reclaimed();
  a.remove(map.id, "key");
  tend();
  EXPECT_EQ(reclaimed(), before);
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  EXPECT_EQ(reclaimed(), before + 1);
}

TEST_F(Pruning, ARevivedKeyIsNotReclaimed) {  // J2, J3
  a.set(map.id, "key", "x");
  const auto opened = engine.open_snapshot(b.thread);
  a.remove(map.id, "key");
  a.set(map.id, "key", "again");
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  EXPECT_EQ(a.get(map.id, "key"), "again");
  EXPECT_EQ(a.entries(map.id), std::vector<std::string>{"key=again"});
}

TEST_F(Pruning, ReclaimingInvalidatesWithoutACommitNumber) {  // J4
  a.set(map.id, "key", "x");
  const auto opened = engine.open_snapshot(b.thread);
  a.remove(map.id, "key");
  const auto tombstone = a.load(map.id, "key");
  ASSERT_EQ(tombstone.stamp & 1, 0) << "an absence that can be cached";
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  EXPECT_NE(a.stamp(tombstone.record), tombstone.stamp);
}

TEST_F(Pruning, AClearedEraIsSweptWhenNobodySeesIt) {
  for (int i = 0; i < 300; ++i) a.set(map.id, std::to_string(i), "x");
  a.remove(map.id, "7");
  const auto opened = engine.open_snapshot(b.thread);
  a.remove(map.id, "8");
  a.clear(map.id);
  const auto before = reclaimed();
  tend();
  EXPECT_EQ(reclaimed(), before);
  EXPECT_EQ(b.entries(map.id, opened.rv).size(), 299U);
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  EXPECT_GE(reclaimed(), before + 299);
}

TEST_F(Pruning, ManyErasBetweenSnapshots) {
  std::vector<std::pair<Seq, std::vector<std::string>>> kept;
  for (int round = 0; round < 20; ++round) {
    a.set(map.id, std::to_string(round), "x");
    if (round % 4 == 0) kept.emplace_back(hold_snapshot(), a.entries(map.id));
    a.clear(map.id);
  }
  tend();
  for (const auto& [rv, entries] : kept) EXPECT_EQ(b.entries(map.id, rv), entries) << "at " << rv;
}

// A reload in one commit, again and again: each leaves a whole era behind, and what comes in must pay for it.
TEST_F(Pruning, ClearingAndRefillingDoesNotPileUp) {  // J5
  constexpr int kEntries = 2000;
  for (int round = 0; round < 30; ++round) {
    std::vector<std::string> keys;
    for (int i = 0; i < kEntries; ++i) keys.push_back(std::to_string(round) + ":" + std::to_string(i));
    std::vector<Write> writes{Client::clear_of(map.id)};
    for (const std::string& key : keys) writes.push_back(Client::set_of(map.id, key, "x"));
    ASSERT_EQ(a.commit(writes), Status::kOk);
  }
  EXPECT_EQ(a.size(map.id), kEntries);
  EXPECT_LT(engine.stats().records_taken, 4U * kEntries);
}

// Deletions in bulk while a snapshot from before them is open, as short iterators that overlap have it all the time.
TEST_F(Pruning, BulkDeletionsBesideOverlappingSnapshotsDoNotPileUp) {  // J2, J5
  constexpr int kEntries = 500;
  SnapshotSlot older = engine.open_snapshot(b.thread).slot;
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> keys;
    for (int i = 0; i < kEntries; ++i) keys.push_back(std::to_string(round) + ":" + std::to_string(i));
    std::vector<Write> writes;
    for (const std::string& key : keys) writes.push_back(Client::set_of(map.id, key, "x"));
    ASSERT_EQ(a.commit(writes), Status::kOk);
    const SnapshotSlot younger = engine.open_snapshot(b.thread).slot;
    writes.clear();
    for (const std::string& key : keys) writes.push_back(Client::remove_of(map.id, key));
    ASSERT_EQ(a.commit(writes), Status::kOk);
    engine.close_snapshot(b.thread, older);
    older = younger;
  }
  engine.close_snapshot(b.thread, older);
  EXPECT_LT(engine.stats().records_taken, 10U * kEntries);
}

TEST_F(Pruning, ALongHistoryGoesPieceByPiece) {  // J1, J5
  constexpr int kVersions = 60;
  std::vector<SnapshotSlot> slots;
  for (int i = 0; i < kVersions; ++i) {
    a.set(map.id, "key", std::to_string(i));
    slots.push_back(engine.open_snapshot(b.thread).slot);
  }
  const SnapshotSlot kept = slots.front();
  for (std::size_t i = 1; i < slots.size(); ++i) engine.close_snapshot(b.thread, slots[i]);
  const auto before = dropped();
  tend();
  EXPECT_GE(dropped(), before + kVersions - 3) << "one open snapshot keeps one version, not the history";
  engine.close_snapshot(b.thread, kept);
}

TEST_F(Pruning, ADestroyedCollectionTakesItsHistoryAlong) {  // J5
  constexpr int kKeys = 300;
  constexpr int kVersions = 8;
  std::vector<SnapshotSlot> slots;
  for (int version = 0; version < kVersions; ++version) {
    for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), std::to_string(version));
    slots.push_back(engine.open_snapshot(b.thread).slot);
  }
  const auto before = reclaimed();
  engine.destroy(a.thread, map.id);
  tend();
  tend();
  EXPECT_GE(reclaimed(), before + kKeys);
  for (const SnapshotSlot slot : slots) engine.close_snapshot(b.thread, slot);
}

TEST_F(Pruning, EntriesThatMoveToTheEndDoNotStretchTheOrder) {
  for (int i = 0; i < 100; ++i) a.set(map.id, std::to_string(i), "x");
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = std::to_string(i % 100);
    Write write = Client::set_of(map.id, key, "y");
    write.move = true;
    a.commit(write);
  }
  EXPECT_GT(engine.stats().compactions, 0U);
  const auto entries = a.entries(map.id);
  ASSERT_EQ(entries.size(), 100U);
  EXPECT_EQ(entries.front(), "0=y");
  EXPECT_EQ(entries.back(), "99=y");
}

// A thread that deletes much and then commits nothing for hours.
TEST_F(Pruning, OthersFreeWhatAnIdleThreadHasRetired) {  // E5 of heddle/sync/epoch.h
  std::vector<std::string> keys;
  for (int i = 0; i < 20'000; ++i) keys.push_back(std::to_string(i));
  std::vector<Write> writes;
  for (const std::string& key : keys) writes.push_back(Client::set_of(map.id, key, "x"));
  ASSERT_EQ(b.commit(writes), Status::kOk);
  writes.clear();
  for (const std::string& key : keys) writes.push_back(Client::remove_of(map.id, key));
  ASSERT_EQ(b.commit(writes), Status::kOk);
  tend();
  tend();
  EXPECT_LT(engine.stats().retired, 2000U);
}

// An engine may end with anything still queued: nothing is freed twice, nothing leaks (under AddressSanitizer).
TEST_F(Pruning, TheEndFindsEverything) {
  for (int i = 0; i < 50; ++i) a.set(map.id, std::to_string(i), "x");
  hold_snapshot();
  for (int i = 0; i < 50; ++i) a.set(map.id, std::to_string(i), "y");
  for (int i = 0; i < 25; ++i) a.remove(map.id, std::to_string(i));
  engine.records().stamp(a.load(map.id, "40").record).store(RecordTable::kLastStamp);
  a.set(map.id, "40", "z");
  a.clear(map.id);
  a.set(other.id, "key", "x");
  engine.destroy(a.thread, other.id);
  engine.destroy(a.thread, map.id);
  const auto last = a.open("last");
  a.set(last.id, "key", "x");
  EXPECT_EQ(a.get(last.id, "key"), "x");
}

}  // namespace
}  // namespace heddle
