// The hash index; H1–H4 are the invariants of heddle/collections/hash_index.h.
#include "heddle/collections/hash_index.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <unordered_map>

#include "support/keyed_records.h"

namespace heddle {
namespace {

using test::bytes;

class HashIndexTest : public testing::Test {
 protected:
  static std::uint64_t hash_of(const std::string& key) { return std::hash<std::string>{}(key)*0x9E3779B97F4A7C15; }

  RecordIndex find(const std::string& key) const { return index.find(hash_of(key), bytes(key)); }

  // One insertion as a commit does it: prepare outside, the rest inside the section.
  void insert_hashed(std::uint64_t hash, RecordIndex record) {
    auto spare = index.prepare(1);
    ASSERT_TRUE(index.fits(1, spare ? &*spare : nullptr));
    const EpochPin pin(epochs, self);
    if (spare) index.grow_for(epochs, self, 1, *spare);
    index.insert(epochs, self, hash, record);
  }

  RecordIndex insert(const std::string& key) {
    const RecordIndex record = records.add(hash_of(key), key);
    insert_hashed(hash_of(key), record);
    return record;
  }

  test::KeyedRecords records;
  Epochs epochs;
  Epochs::Participant& self = epochs.join();
  HashIndex index{records.table};
};

TEST_F(HashIndexTest, FindsWhatWasInserted) {
  EXPECT_EQ(find("a"), kNoRecord);
  const RecordIndex a = insert("a");
  const RecordIndex empty = insert("");
  EXPECT_EQ(find("a"), a);
  EXPECT_EQ(find(""), empty);
  EXPECT_EQ(find("b"), kNoRecord);
}

TEST_F(HashIndexTest, TellsKeysOfOneHashApart) {
  constexpr std::uint64_t kHash = 0x1234567800000003;
  const RecordIndex one = records.add(kHash, "one");
  const RecordIndex two = records.add(kHash, "two");
  insert_hashed(kHash, one);
  insert_hashed(kHash, two);
  EXPECT_EQ(index.find(kHash, bytes("one")), one);
  EXPECT_EQ(index.find(kHash, bytes("two")), two);
  EXPECT_EQ(index.find(kHash, bytes("three")), kNoRecord);
}

TEST_F(HashIndexTest, AnErasedCellKeepsItsProbeSequenceWhole) {  // H4
  constexpr std::uint64_t kHash = 0x1234567800000003;
  const RecordIndex one = records.add(kHash, "one");
  const RecordIndex two = records.add(kHash, "two");
  insert_hashed(kHash, one);
  insert_hashed(kHash, two);
  index.erase(kHash, one);
  EXPECT_EQ(index.find(kHash, bytes("one")), kNoRecord);
  EXPECT_EQ(index.find(kHash, bytes("two")), two);
}

TEST_F(HashIndexTest, AHashWithoutUpperBitsIsNotTakenForAnErasedCell) {  // H4
  const RecordIndex one = records.add(1, "one");
  const RecordIndex two = records.add(1, "two");
  insert_hashed(1, one);
  insert_hashed(1, two);
  index.erase(1, one);
  EXPECT_EQ(index.find(1, bytes("one")), kNoRecord);
  EXPECT_EQ(index.find(1, bytes("two")), two);
}

TEST_F(HashIndexTest, EveryKeyIsFoundAtEveryStepOfAGrowth) {  // H1
  std::vector<RecordIndex> inserted;
  int steps_of_growth = 0;
  for (int i = 0; i < 2000; ++i) {
    inserted.push_back(insert(std::to_string(i)));
    if (!index.migrating()) continue;
    ++steps_of_growth;
    for (int j = 0; j <= i; ++j) ASSERT_EQ(find(std::to_string(j)), inserted[j]) << j << " after " << i;
  }
  EXPECT_GT(steps_of_growth, 100);
}

TEST_F(HashIndexTest, AKeyErasedDuringAGrowthIsGoneFromBothTables) {  // H1
  int i = 0;
  while (!index.migrating()) insert(std::to_string(i++));
  for (int j = 0; j < i; ++j) {
    index.erase(hash_of(std::to_string(j)), find(std::to_string(j)));
    ASSERT_EQ(find(std::to_string(j)), kNoRecord) << j;
  }
  const EpochPin pin(epochs, self);
  while (!index.migrate(epochs, self, 1)) {
  }
  for (int j = 0; j < i; ++j) ASSERT_EQ(find(std::to_string(j)), kNoRecord) << j;
}

TEST_F(HashIndexTest, AMovedRecordIsFoundInItsNewSlotDuringAGrowthToo) {  // R3
  int i = 0;
  while (!index.migrating()) insert(std::to_string(i++));
  std::vector<RecordIndex> moved;
  for (int j = 0; j < i; ++j) {
    const std::string key = std::to_string(j);
    moved.push_back(records.add(hash_of(key), key));
    index.replace(hash_of(key), find(key), moved.back());
    ASSERT_EQ(find(key), moved.back());
  }
  const EpochPin pin(epochs, self);
  while (!index.migrate(epochs, self, 1)) {
  }
  for (int j = 0; j < i; ++j) ASSERT_EQ(find(std::to_string(j)), moved[j]);
}

TEST_F(HashIndexTest, RefusesMoreThanFitsWithoutASpare) {
  std::size_t room = 0;
  while (index.fits(room + 1, nullptr)) ++room;
  EXPECT_GT(room, 0U);
  EXPECT_LT(room, 1000U);
  EXPECT_TRUE(index.prepare(room + 1).has_value());
}

TEST_F(HashIndexTest, ALargeInsertionFitsWithItsSpare) {
  constexpr std::size_t kMany = 10'000;
  auto spare = index.prepare(kMany);
  ASSERT_TRUE(spare.has_value());
  ASSERT_TRUE(index.fits(kMany, &*spare));
  const EpochPin pin(epochs, self);
  index.grow_for(epochs, self, kMany, *spare);
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string key = std::to_string(i);
    index.insert(epochs, self, hash_of(key), records.add(hash_of(key), key));
  }
  for (std::size_t i = 0; i < kMany; ++i) ASSERT_NE(find(std::to_string(i)), kNoRecord) << i;
}

TEST_F(HashIndexTest, BehavesLikeAMap) {
  std::mt19937 random(20);
  std::unordered_map<std::string, RecordIndex> model;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = std::to_string(random() % 300);
    const auto found = model.find(key);
    ASSERT_EQ(find(key), found == model.end() ? kNoRecord : found->second) << "step " << step;
    if (found == model.end()) {
      model.emplace(key, insert(key));
    } else {
      index.erase(hash_of(key), found->second);
      model.erase(found);
    }
  }
}

}  // namespace
}  // namespace heddle
