// The lane of plain updates (core/src/txn/update.h): it must not be told from a commit that goes the long way.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::bytes;
using test::Client;

class Updates : public test::EngineTest {
 protected:
  // A write of a key by the id that it has now.
  Write by_id(const CollectionInfo& collection, std::string_view key, std::string_view value) {
    const auto known = a.load(collection.id, key);
    return {.collection = collection.id,
            .record = known.record,
            .incarnation = known.incarnation,
            .key = {},
            .value = bytes(value)};
  }
  ReadEntry read(const CollectionInfo& collection, std::string_view key) {
    const auto loaded = a.load(collection.id, key);
    return {loaded.record, loaded.stamp};
  }
  std::int64_t memory() { return engine.memory(a.thread, map.id).value_or(-1); }

  void SetUp() override {
    for (const char* key : {"x", "y", "z"}) a.set(map.id, key, "0");
    a.set(other.id, "x", "0");
  }
};

TEST_F(Updates, WriteAllOrNothing) {
  std::vector<Write> writes{by_id(map, "x", "1"), by_id(map, "y", "2"), by_id(other, "x", "3")};
  const std::vector<ReadEntry> reads{read(map, "x"), read(map, "z")};
  const Seq before = engine.published();
  ASSERT_EQ(a.commit(writes, reads), Status::kOk);
  EXPECT_EQ(a.last_commit, before + 1);
  EXPECT_EQ(a.entries(map.id), (std::vector<std::string>{"x=1", "y=2", "z=0"}));
  EXPECT_EQ(a.get(other.id, "x"), "3");
  for (const Write& write : writes) {
    EXPECT_TRUE(write.existed);
    EXPECT_EQ(write.stamp, a.stamp(write.record));
    EXPECT_EQ(write.stamp & 1, 0);
  }
}

TEST_F(Updates, ConflictOverWhatWasRead) {  // T1
  const std::vector<ReadEntry> reads{read(map, "y"), read(map, "z")};
  a.set(map.id, "z", "changed");
  std::vector<Write> writes{by_id(map, "x", "1")};
  EXPECT_EQ(a.commit(writes, reads), Status::kConflict);
  EXPECT_EQ(a.failed, 1U);
  EXPECT_EQ(a.get(map.id, "x"), "0");
}

TEST_F(Updates, OldSnapshotsKeepWhatTheySaw) {  // V2
  const Seq rv = hold_snapshot();
  for (int i = 1; i <= 3; ++i) {
    const std::string value = std::to_string(i);
    Write write = by_id(map, "x", value);
    ASSERT_EQ(a.commit(write), Status::kOk);
  }
  EXPECT_EQ(b.get(map.id, "x", rv, true), "0");
  EXPECT_EQ(b.get(map.id, "x"), "3");
  EXPECT_EQ(b.entries(map.id, rv).front(), "x=0");
}

TEST_F(Updates, WithoutSnapshotsTheReplacedVersionGoes) {  // J1
  const auto before = engine.stats().versions_dropped;
  Write write = by_id(map, "x", "1");
  a.commit(write);
  EXPECT_EQ(engine.stats().versions_dropped, before + 1);
}

TEST_F(Updates, EndWhatTheyReplace) {  // V2, J1: else every open snapshot would keep it
  hold_snapshot();
  const auto before = engine.stats().versions_dropped;
  for (int i = 0; i < 10; ++i) {
    Write write = by_id(map, "x", "1");
    a.commit(write);
  }
  EXPECT_GE(engine.stats().versions_dropped, before + 9);
}

TEST_F(Updates, AreNoneOnceTheEntryIsGone) {  // T4
  Write write = by_id(map, "x", "1");
  const auto opened = engine.open_snapshot(b.thread);
  a.remove(map.id, "x");
  ASSERT_EQ(a.commit(write), Status::kOk) << "the record is still the key's: the entry comes back";
  EXPECT_FALSE(write.existed);
  EXPECT_EQ(a.entries(map.id).back(), "x=1");
  engine.close_snapshot(b.thread, opened.slot);

  Write stale = by_id(map, "y", "1");
  a.remove(map.id, "y");
  tend();
  EXPECT_EQ(a.commit(stale), Status::kStaleId);
  EXPECT_EQ(a.get(map.id, "y"), "-");
}

TEST_F(Updates, AreNoneInAClearedOrDestroyedMap) {  // T4
  Write write = by_id(map, "x", "1");
  a.clear(map.id);
  EXPECT_EQ(a.commit(write), Status::kStaleId);
  write.key = bytes("x");
  EXPECT_EQ(a.commit(write), Status::kOk);
  EXPECT_EQ(a.entries(map.id), std::vector<std::string>{"x=1"});

  Write last = by_id(map, "x", "2");
  engine.destroy(a.thread, map.id);
  EXPECT_EQ(a.commit(last), Status::kDestroyed);
}

TEST_F(Updates, AreRefusedByAnotherMapsRecord) {  // T4
  Write write = by_id(map, "x", "1");
  write.collection = other.id;
  EXPECT_EQ(a.commit(write), Status::kStaleId);
  EXPECT_EQ(a.get(map.id, "x"), "0");
}

TEST_F(Updates, LeaveAWornSlot) {  // R3
  Write write = by_id(map, "x", "1");
  const RecordIndex before = write.record;
  engine.records().stamp(before).store(RecordTable::kLastStamp);
  ASSERT_EQ(a.commit(write), Status::kOk);
  EXPECT_NE(write.record, before);
  EXPECT_EQ(a.get(map.id, "x"), "1");
}

TEST_F(Updates, CountMemoryAndKeepLimits) {
  const auto before = memory();
  Write longer = by_id(map, "x", "a long value");
  ASSERT_EQ(a.commit(longer), Status::kOk);
  EXPECT_EQ(memory(), before + 11);

  const auto bounded = a.open("bounded", {.max_memory = 400});
  ASSERT_EQ(a.set(bounded.id, "key", "0"), Status::kOk);
  const std::string much(1000, 'x');
  Write write = by_id(bounded, "key", much);
  EXPECT_EQ(a.commit(write), Status::kMemoryLimit);
  EXPECT_EQ(a.get(bounded.id, "key"), "0");
}

TEST_F(Updates, ManyGoTheLongWay) {
  std::vector<std::string> keys;
  for (int i = 0; i < 20; ++i) keys.push_back("k" + std::to_string(i));
  for (const std::string& key : keys) a.set(map.id, key, "0");
  std::vector<Write> writes;
  for (const std::string& key : keys) writes.push_back(by_id(map, key, "1"));
  ASSERT_EQ(a.commit(writes), Status::kOk);
  for (const std::string& key : keys) EXPECT_EQ(a.get(map.id, key), "1");
}

TEST_F(Updates, AndOtherWritesGoTheLongWayTogether) {
  std::vector<Write> writes{by_id(map, "x", "1"), Client::set_of(map.id, "new", "2"), Client::remove_of(map.id, "y")};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(a.entries(map.id), (std::vector<std::string>{"x=1", "z=0", "new=2"}));
}

}  // namespace
}  // namespace heddle
