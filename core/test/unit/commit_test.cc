// Commits: validation, what each kind of write does, limits. T1–T4 are the invariants of heddle/txn/commit.h, R2 and R3
// of heddle/memory/record_table.h.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::bytes;
using test::Client;

class Committing : public test::EngineTest {
 protected:
  ReadEntry read(std::string_view key) {
    const auto loaded = a.load(map.id, key);
    return {loaded.record, loaded.stamp};
  }

  // Commits a write that depends on `reads` and `predicates`.
  Status commit_after(std::vector<ReadEntry> reads, std::vector<Predicate> predicates = {}) {
    Write write = Client::set_of(map.id, "result", "x");
    return a.commit(write, reads, predicates);
  }

  Predicate absent(std::string_view key) { return {.collection = map.id, .key = bytes(key)}; }
  Predicate size_is(std::uint64_t size) {
    return {.kind = Predicate::Kind::kSize, .collection = map.id, .key = {}, .expected = size};
  }
};

TEST_F(Committing, NumbersCommits) {
  a.set(map.id, "key", "1");
  const Seq first = a.last_commit;
  b.set(map.id, "key", "2");
  EXPECT_EQ(b.last_commit, first + 1);
  EXPECT_EQ(engine.published(), first + 1);
}

TEST_F(Committing, GivesEachWriteItsStamp) {
  Write write = Client::set_of(map.id, "key", "value");
  ASSERT_EQ(a.commit(write), Status::kOk);
  const auto loaded = b.load(map.id, "key");
  EXPECT_EQ(write.stamp, loaded.stamp);
  EXPECT_EQ(write.record, loaded.record);
  EXPECT_EQ(write.incarnation, loaded.incarnation);
  EXPECT_FALSE(write.existed);
  Write again = Client::set_of(map.id, "key", "another");
  ASSERT_EQ(a.commit(again), Status::kOk);
  EXPECT_TRUE(again.existed);
  EXPECT_EQ(again.stamp, write.stamp + 2);
}

TEST_F(Committing, ValidatesReads) {
  a.set(map.id, "key", "1");
  const ReadEntry before = read("key");
  EXPECT_EQ(commit_after({before}), Status::kOk);
  b.set(map.id, "key", "2");
  EXPECT_EQ(commit_after({before}), Status::kConflict);
  EXPECT_EQ(a.failed, 0U);
  EXPECT_EQ(commit_after({read("key"), before}), Status::kConflict);
  EXPECT_EQ(a.failed, 1U);
}

TEST_F(Committing, AnOddStampNeverValidates) {
  a.set(map.id, "key", "1");
  EXPECT_EQ(commit_after({{read("key").record, kStaleStamp}}), Status::kConflict);
  auto& stamp = engine.records().stamp(read("key").record);
  const Stamp odd = stamp.load() + 1;
  stamp.store(odd);
  EXPECT_EQ(commit_after({{read("key").record, odd}}), Status::kConflict);
  stamp.store(odd + 1);
}

TEST_F(Committing, RefusesARecordThatNeverWas) { EXPECT_EQ(commit_after({{4'000'000'000, 2}}), Status::kBadRequest); }

TEST_F(Committing, ValidatesAbsence) {
  EXPECT_EQ(commit_after({}, {absent("key")}), Status::kOk);
  b.set(map.id, "key", "1");
  EXPECT_EQ(commit_after({}, {absent("key")}), Status::kConflict);
  b.remove(map.id, "key");
  EXPECT_EQ(commit_after({}, {absent("key")}), Status::kOk);
}

TEST_F(Committing, AbsenceHoldsForATombstoneToo) {
  b.set(map.id, "key", "1");
  hold_snapshot();
  b.remove(map.id, "key");
  EXPECT_EQ(commit_after({}, {absent("key")}), Status::kOk);
  const ReadEntry tombstone = read("key");
  EXPECT_EQ(commit_after({tombstone}), Status::kOk);
  b.set(map.id, "key", "2");
  EXPECT_EQ(commit_after({tombstone}), Status::kConflict);
}

TEST_F(Committing, ValidatesTheSize) {
  a.set(map.id, "result", "0");
  EXPECT_EQ(commit_after({}, {size_is(1)}), Status::kOk);
  b.set(map.id, "key", "1");
  EXPECT_EQ(commit_after({}, {size_is(1)}), Status::kConflict);
  EXPECT_EQ(a.failed, 0U);
  b.remove(map.id, "key");
  EXPECT_EQ(commit_after({}, {size_is(1)}), Status::kOk) << "only the size matters, not who is counted";
}

TEST_F(Committing, BlindWritesNeverConflict) {
  a.set(map.id, "key", "1");
  b.set(map.id, "key", "2");
  EXPECT_EQ(a.set(map.id, "key", "3"), Status::kOk);
  EXPECT_EQ(engine.stats().conflicts, 0U);
}

TEST_F(Committing, AConflictChangesNothing) {  // T1
  a.set(map.id, "key", "1");
  const ReadEntry before = read("key");
  b.set(map.id, "key", "2");
  const Stamp stamp = read("key").stamp;
  const Seq published = engine.published();
  const auto memory = engine.memory(a.thread, map.id);
  Write writes[] = {Client::set_of(map.id, "key", "3"), Client::set_of(map.id, "new", "3"),
                    Client::remove_of(map.id, "key2"), Client::clear_of(other.id)};
  EXPECT_EQ(a.commit(writes, {{before}}), Status::kConflict);
  EXPECT_EQ(a.get(map.id, "key"), "2");
  EXPECT_EQ(a.get(map.id, "new"), "-");
  EXPECT_EQ(a.size(map.id), 1U);
  EXPECT_EQ(read("key").stamp, stamp);
  EXPECT_EQ(engine.published(), published);
  EXPECT_EQ(engine.memory(a.thread, map.id), memory);
}

TEST_F(Committing, SeveralCollectionsAtOnce) {
  a.set(other.id, "key", "0");
  Write writes[] = {Client::set_of(map.id, "key", "1"), Client::remove_of(other.id, "key"),
                    Client::set_of(other.id, "another", "1")};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(b.entries(map.id), std::vector<std::string>{"key=1"});
  EXPECT_EQ(b.entries(other.id), std::vector<std::string>{"another=1"});
}

TEST_F(Committing, DeletingWhatIsNotThereIsNoChange) {
  a.set(map.id, "key", "1");
  const Stamp members = a.stamp(map.members);
  Write write = Client::remove_of(map.id, "none");
  EXPECT_EQ(a.commit(write), Status::kOk);
  EXPECT_FALSE(write.existed);
  EXPECT_EQ(write.record, kNoRecord);
  EXPECT_EQ(a.stamp(map.members), members);
  EXPECT_EQ(a.size(map.id), 1U);
}

TEST_F(Committing, ADeletedRecordNeverValidatesAgain) {  // R2
  a.set(map.id, "key", "1");
  const auto known = a.load(map.id, "key");
  a.remove(map.id, "key");
  EXPECT_EQ(a.stamp(known.record) & 1, 1);
  EXPECT_EQ(commit_after({{known.record, known.stamp}}), Status::kConflict);
  Write by_id{
      .collection = map.id, .record = known.record, .incarnation = known.incarnation, .key = {}, .value = bytes("2")};
  EXPECT_EQ(a.commit(by_id), Status::kStaleId);
  EXPECT_EQ(a.failed, 0U);
  by_id.key = bytes("key");
  EXPECT_EQ(a.commit(by_id), Status::kOk) << "with its key it finds, or makes, the right record";
  EXPECT_EQ(a.get(map.id, "key"), "2");
}

TEST_F(Committing, AnIdOfAnotherCollectionIsRefused) {  // T4
  a.set(other.id, "key", "1");
  const auto known = a.load(other.id, "key");
  Write write{
      .collection = map.id, .record = known.record, .incarnation = known.incarnation, .key = {}, .value = bytes("2")};
  EXPECT_EQ(a.commit(write), Status::kStaleId);
  write.record = 4'000'000'000;
  EXPECT_EQ(a.commit(write), Status::kStaleId);
  EXPECT_EQ(a.get(other.id, "key"), "1");
}

TEST_F(Committing, ClearEmptiesAndWhatFollowsItStays) {
  a.set(map.id, "old", "1");
  a.set(map.id, "key", "1");
  const Stamp before = a.stamp(map.stamp);
  Write writes[] = {Client::clear_of(map.id), Client::set_of(map.id, "key", "2")};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_NE(a.stamp(map.stamp), before);
  EXPECT_EQ(a.stamp(map.stamp) & 1, 0);
  EXPECT_EQ(a.entries(map.id), std::vector<std::string>{"key=2"});
  EXPECT_EQ(a.size(map.id), 1U);
  EXPECT_EQ(a.get(map.id, "old"), "-");
}

TEST_F(Committing, AWornRecordMovesToAFreshSlot) {  // R3
  a.set(map.id, "key", "1");
  a.set(map.id, "next", "1");
  const auto before = a.load(map.id, "key");
  const Incarnation life = before.incarnation;
  engine.records().stamp(before.record).store(RecordTable::kLastStamp);
  Write write = Client::set_of(map.id, "key", "2");
  ASSERT_EQ(a.commit(write), Status::kOk);
  const auto after = a.load(map.id, "key");
  EXPECT_NE(after.record, before.record);
  EXPECT_EQ(write.record, after.record);
  EXPECT_EQ(after.value, "2");
  EXPECT_EQ(a.stamp(before.record) & 1, 1);
  EXPECT_EQ(a.load({.collection = map.id, .record = before.record, .incarnation = life, .key = {}, .out = {}}).status,
            Status::kStaleId);
  EXPECT_EQ(a.entries(map.id), (std::vector<std::string>{"key=2", "next=1"})) << "it keeps its place";
}

TEST_F(Committing, AWornRecordKeepsItsHistory) {  // R3
  a.set(map.id, "key", "1");
  const Seq rv = hold_snapshot();
  a.set(map.id, "key", "2");
  engine.records().stamp(a.load(map.id, "key").record).store(RecordTable::kLastStamp);
  a.set(map.id, "key", "3");
  tend();
  EXPECT_EQ(b.get(map.id, "key", rv, true), "1");
  EXPECT_EQ(b.entries(map.id, rv), std::vector<std::string>{"key=1"});
}

TEST_F(Committing, AWornSizeMovesToAFreshSlot) {  // R3
  a.set(map.id, "key", "1");
  const Seq rv = hold_snapshot();
  const auto members = [&] { return a.load({.collection = map.id, .members = true, .key = {}, .out = {}}).record; };
  const RecordIndex before = members();
  engine.records().stamp(before).store(RecordTable::kLastStamp);
  ASSERT_EQ(a.set(map.id, "new", "1"), Status::kOk);
  EXPECT_NE(members(), before);
  EXPECT_EQ(a.stamp(before) & 1, 1);
  EXPECT_EQ(a.stamp(members()) & 1, 0);
  EXPECT_EQ(a.size(map.id), 2U);
  EXPECT_EQ(b.size(map.id, rv, true), 1U);
  tend();
  EXPECT_EQ(a.set(map.id, "newer", "1"), Status::kOk);
  EXPECT_EQ(a.size(map.id), 3U);
  EXPECT_EQ(b.entries(map.id, rv), std::vector<std::string>{"key=1"});
}

TEST_F(Committing, LimitsTheEntries) {
  const auto small = a.open("small", Limits{.max_entries = 2});
  EXPECT_EQ(a.set(small.id, "1", "x"), Status::kOk);
  EXPECT_EQ(a.set(small.id, "2", "x"), Status::kOk);
  EXPECT_EQ(a.set(small.id, "3", "x"), Status::kEntriesLimit);
  EXPECT_EQ(a.set(small.id, "2", "y"), Status::kOk) << "an update adds none";
  EXPECT_EQ(a.size(small.id), 2U);
  Write exchange[] = {Client::remove_of(small.id, "1"), Client::set_of(small.id, "3", "x")};
  EXPECT_EQ(a.commit(exchange), Status::kOk);
}

TEST_F(Committing, LimitsTheMemoryAndUndoesTheWholeTransaction) {
  const auto small = a.open("small", Limits{.max_memory = 1000});
  ASSERT_EQ(a.set(small.id, "key", "small"), Status::kOk);
  const std::string large(1000, 'x');
  Write writes[] = {Client::set_of(other.id, "key", "x"), Client::set_of(small.id, "key", large)};
  EXPECT_EQ(a.commit(writes), Status::kMemoryLimit);
  EXPECT_EQ(a.get(small.id, "key"), "small");
  EXPECT_EQ(a.get(other.id, "key"), "-");
  EXPECT_EQ(a.remove(small.id, "key"), Status::kOk) << "what shrinks is never refused";
}

TEST_F(Committing, CountsLiveMemory) {
  const auto memory = [&] { return *engine.memory(a.thread, map.id); };
  EXPECT_EQ(memory(), 0);
  a.set(map.id, "key", "1234");
  const auto one = memory();
  EXPECT_GT(one, 7);
  a.set(map.id, "key", "12345678");
  EXPECT_EQ(memory(), one + 4);
  a.set(map.id, "kez", "1234");
  EXPECT_EQ(memory(), one + 4 + one);
  a.remove(map.id, "key");
  EXPECT_EQ(memory(), one);
  hold_snapshot();
  a.remove(map.id, "kez");
  EXPECT_EQ(memory(), 0) << "history counts against the process, not the collection";
  a.set(map.id, "kez", "1234");
  EXPECT_EQ(memory(), one);
  a.clear(map.id);
  EXPECT_EQ(memory(), 0);
}

TEST_F(Committing, ABulkInsertionGrowsEverythingAtOnce) {
  constexpr int kMany = 5000;
  std::vector<std::string> keys;
  std::vector<Write> writes;
  for (int i = 0; i < kMany; ++i) keys.push_back(std::to_string(i));
  for (const auto& key : keys) writes.push_back(Client::set_of(map.id, key, key));
  for (int round = 0; round < 2; ++round) ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(b.size(map.id), kMany);
  for (const auto& key : keys) ASSERT_EQ(b.get(map.id, key), key);
  writes.clear();
  for (const auto& key : keys) writes.push_back(Client::remove_of(map.id, key));
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(b.size(map.id), 0U);
}

}  // namespace
}  // namespace heddle
