// Loads: values at snapshots, stamps, gaps. L1–L4 are the invariants of heddle/txn/reader.h, C1–C4 of
// heddle/collections/collection.h, V2 of heddle/memory/version.h.
#include <gtest/gtest.h>

#include <array>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::bytes;
using test::Client;

class Reading : public test::EngineTest {
 protected:
  static bool is_stale(Stamp stamp) { return (stamp & 1) != 0; }
};

TEST_F(Reading, ReadsWhatWasWritten) {
  EXPECT_EQ(a.get(map.id, "key"), "-");
  EXPECT_EQ(a.set(map.id, "key", "value"), Status::kOk);
  EXPECT_EQ(b.get(map.id, "key"), "value");
  EXPECT_EQ(b.get(other.id, "key"), "-");
}

TEST_F(Reading, KeepsEmptyKeysAndValuesApartFromAbsence) {
  a.set(map.id, "key", "");
  const auto loaded = a.load(map.id, "key");
  EXPECT_FALSE(loaded.absent);
  EXPECT_EQ(loaded.length, 0U);
}

TEST_F(Reading, SaysWhoWroteItAndWhen) {
  a.set(map.id, "key", "value");
  const auto loaded = b.load(map.id, "key");
  EXPECT_EQ(loaded.version, a.last_commit);
  EXPECT_EQ(loaded.snapshot, a.last_commit);
  EXPECT_EQ(loaded.stamp, b.stamp(loaded.record));
  EXPECT_EQ(loaded.collection_stamp, b.stamp(map.stamp));
  EXPECT_FALSE(is_stale(loaded.stamp));
}

TEST_F(Reading, ReadsByIdWithoutAKey) {
  a.set(map.id, "key", "value");
  const auto known = a.load(map.id, "key");
  const auto loaded =
      b.load({.collection = map.id, .record = known.record, .incarnation = known.incarnation, .key = {}, .out = {}});
  EXPECT_EQ(loaded.status, Status::kOk);
  EXPECT_EQ(loaded.value, "value");
}

TEST_F(Reading, RefusesIdsOfNothing) {
  a.set(map.id, "key", "value");
  const auto known = a.load(map.id, "key");
  const auto by_id = [&](CollectionId collection, RecordIndex record, Incarnation incarnation) {
    return b.load({.collection = collection, .record = record, .incarnation = incarnation, .key = {}, .out = {}})
        .status;
  };
  EXPECT_EQ(by_id(map.id, known.record, known.incarnation + 1), Status::kStaleId);
  EXPECT_EQ(by_id(other.id, known.record, known.incarnation), Status::kStaleId) << "another collection's record";
  EXPECT_EQ(by_id(map.id, 4'000'000'000, 1), Status::kStaleId);
  EXPECT_EQ(by_id(map.id, map.stamp, 1), Status::kStaleId) << "the collection's own stamp is no entry";
  EXPECT_EQ(by_id(77, known.record, known.incarnation), Status::kDestroyed);
}

TEST_F(Reading, SaysHowMuchRoomAValueNeeds) {
  a.set(map.id, "key", "longer than four");
  std::array<std::byte, 4> little;
  const auto result = engine.load(a.thread, {.collection = map.id, .key = bytes("key"), .out = little});
  EXPECT_EQ(result.status, Status::kTooLarge);
  EXPECT_EQ(result.length, 16U);
}

TEST_F(Reading, ARegisteredSnapshotKeepsItsState) {
  a.set(map.id, "changed", "old");
  a.set(map.id, "deleted", "old");
  const Seq rv = hold_snapshot();
  a.set(map.id, "changed", "new");
  a.remove(map.id, "deleted");
  a.set(map.id, "added", "new");
  tend();
  EXPECT_EQ(b.get(map.id, "changed", rv, true), "old");
  EXPECT_EQ(b.get(map.id, "deleted", rv, true), "old");
  EXPECT_EQ(b.get(map.id, "added", rv, true), "-");
  EXPECT_EQ(b.size(map.id, rv, true), 2U);
  EXPECT_EQ(b.get(map.id, "changed"), "new");
  EXPECT_EQ(b.get(map.id, "deleted"), "-");
  EXPECT_EQ(b.size(map.id), 2U);
}

TEST_F(Reading, ARegisteredReaderKnowsWhatCameLater) {  // L3: it meets no gap
  const Seq rv = hold_snapshot();
  a.set(map.id, "updated", "1");
  a.set(map.id, "updated", "2");
  a.set(map.id, "deleted", "1");
  a.remove(map.id, "deleted");
  tend();
  EXPECT_EQ(b.get(map.id, "updated", rv, true), "-");
  EXPECT_EQ(b.get(map.id, "deleted", rv, true), "-");
}

TEST_F(Reading, AnOldVersionHasNoStamp) {  // L1
  a.set(map.id, "key", "old");
  const Seq rv = hold_snapshot();
  a.set(map.id, "key", "new");
  const auto loaded = b.load(map.id, "key", rv, true);
  EXPECT_EQ(loaded.value, "old");
  EXPECT_TRUE(is_stale(loaded.stamp));
}

TEST_F(Reading, ARecordBeingWrittenHasNoStampAndMakesNobodyWait) {  // L1
  a.set(map.id, "key", "value");
  auto& stamp = engine.records().stamp(a.load(map.id, "key").record);
  stamp.store(stamp.load() + 1);
  const auto loaded = b.load(map.id, "key");
  EXPECT_EQ(loaded.value, "value");
  EXPECT_TRUE(is_stale(loaded.stamp));
  stamp.store(stamp.load() + 1);
}

TEST_F(Reading, ACollectionBeingClearedHasNoStamp) {  // L2
  a.set(map.id, "key", "value");
  auto& stamp = engine.records().stamp(map.stamp);
  stamp.store(stamp.load() + 1);
  EXPECT_TRUE(is_stale(b.load(map.id, "key").collection_stamp));
  stamp.store(stamp.load() + 1);
}

TEST_F(Reading, WhatAClearRemovedHasNoStampUnderTheNewCollectionStamp) {  // L2
  a.set(map.id, "key", "value");
  const Seq rv = hold_snapshot();
  a.clear(map.id);
  const auto loaded = b.load(map.id, "key", rv, true);
  EXPECT_EQ(loaded.value, "value");
  EXPECT_TRUE(is_stale(loaded.stamp));
  EXPECT_TRUE(is_stale(loaded.collection_stamp));
  EXPECT_EQ(b.get(map.id, "key"), "-");
}

TEST_F(Reading, AnUnregisteredReaderIsToldOfNewerVersions) {  // L3
  a.set(map.id, "key", "old");
  const Seq rv = engine.published();
  a.set(map.id, "key", "new");
  EXPECT_EQ(b.load(map.id, "key", rv).status, Status::kNewer);
  a.set(map.id, "added", "new");
  EXPECT_EQ(b.load(map.id, "added", rv).status, Status::kNewer);
}

TEST_F(Reading, AnUnregisteredReaderMeetsAGapWhereAVersionWasPruned) {  // L3, V2
  a.set(map.id, "key", "1");
  hold_snapshot();
  a.set(map.id, "key", "2");
  const Seq between = engine.published();
  a.set(map.id, "key", "3");
  EXPECT_NE(b.load(map.id, "key", between).status, Status::kOk) << "version 2 is gone, version 1 is too old";
}

TEST_F(Reading, AnUnregisteredReaderMeetsAGapWhereAKeyWasDeleted) {  // C3
  a.set(map.id, "key", "value");
  const Seq before = engine.published();
  a.remove(map.id, "key");
  EXPECT_EQ(b.load(map.id, "key", before).status, Status::kGap);
  EXPECT_EQ(b.get(map.id, "key", engine.published()), "-");
}

TEST_F(Reading, AnUnregisteredReaderMeetsAGapWhereAnEraWasUnlinked) {  // C1
  a.set(map.id, "key", "first era");
  const Seq kept = hold_snapshot();
  a.clear(map.id);
  const Seq between = engine.published();
  a.clear(map.id);
  tend();
  EXPECT_EQ(b.load(map.id, "key", between).status, Status::kGap);
  EXPECT_EQ(b.get(map.id, "key", kept, true), "first era");
}

TEST_F(Reading, TheMembersRecordHoldsTheSize) {  // C4
  const auto stamp = [&] { return a.stamp(map.members); };
  EXPECT_EQ(a.size(map.id), 0U);
  a.set(map.id, "key", "value");
  EXPECT_EQ(a.size(map.id), 1U);
  const Stamp before = stamp();
  a.set(map.id, "key", "another");
  EXPECT_EQ(stamp(), before) << "an update is no change of membership";
  a.remove(map.id, "key");
  EXPECT_NE(stamp(), before);
  EXPECT_EQ(a.size(map.id), 0U);
}

// Found by core/fuzz/transactions: it was copied from a null pointer, which is undefined.
TEST_F(Reading, AValueWithoutBytesNeedsNoRoom) {
  a.set(map.id, "key", "");
  const LoadResult loaded = engine.load(a.thread, {.collection = map.id, .key = test::bytes("key"), .out = {}});
  EXPECT_EQ(loaded.status, Status::kOk);
  EXPECT_FALSE(loaded.absent);
}

}  // namespace
}  // namespace heddle
