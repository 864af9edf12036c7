// The record table; R1–R4 are the invariants of heddle/memory/record_table.h.
#include "heddle/memory/record_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

namespace heddle {
namespace {

class RecordTableTest : public testing::Test {
 protected:
  RecordIndex reserve() {
    std::vector<RecordIndex> one;
    EXPECT_TRUE(records->reserve(1, one));
    return one.front();
  }

  std::unique_ptr<RecordTable> records = std::make_unique<RecordTable>();
};

TEST_F(RecordTableTest, AFreshSlotNeverValidates) {  // R1
  const RecordIndex index = reserve();
  EXPECT_EQ(records->stamp(index).load() & 1, 1);
  EXPECT_EQ((*records)[index].head.load(), nullptr);
  EXPECT_EQ((*records)[index].era.load(), nullptr);
  EXPECT_GE((*records)[index].incarnation.load(), 1U);
}

TEST_F(RecordTableTest, KnowsNoIndexItNeverHandedOut) {
  EXPECT_FALSE(records->contains(0));
  EXPECT_EQ(records->segment_stamps(0), nullptr);
  const RecordIndex index = reserve();
  EXPECT_TRUE(records->contains(index));
  EXPECT_FALSE(records->contains(kNoRecord));
  EXPECT_FALSE(records->contains(RecordTable::kSegmentRecords));
  EXPECT_EQ(records->segment_stamps(RecordTable::kMaxSegments), nullptr);
}

TEST_F(RecordTableTest, HandsOutEachSlotOnce) {  // R1
  std::vector<RecordIndex> slots;
  ASSERT_TRUE(records->reserve(RecordTable::kSegmentRecords + 10, slots));
  EXPECT_EQ(std::set<RecordIndex>(slots.begin(), slots.end()).size(), slots.size());
  EXPECT_EQ(records->taken(), slots.size());
  EXPECT_NE(records->segment_stamps(1), nullptr);
  EXPECT_EQ(&records->segment_stamps(1)[3], &records->stamp(RecordTable::kSegmentRecords + 3));
}

TEST_F(RecordTableTest, ReusesReleasedSlotsBeforeFreshOnes) {
  std::vector<RecordIndex> slots;
  ASSERT_TRUE(records->reserve(3, slots));
  const std::set<RecordIndex> before(slots.begin(), slots.end());
  records->release(slots);
  EXPECT_TRUE(slots.empty());
  EXPECT_EQ(records->taken(), 0U);
  ASSERT_TRUE(records->reserve(3, slots));
  EXPECT_EQ(std::set<RecordIndex>(slots.begin(), slots.end()), before);
}

TEST_F(RecordTableTest, AWornSlotIsNeverUsedAgain) {  // R3
  const RecordIndex worn = reserve();
  records->stamp(worn).store(RecordTable::kLastStamp);
  records->release(worn);
  std::vector<RecordIndex> rest;
  ASSERT_TRUE(records->reserve(RecordTable::kSegmentRecords * 2, rest));
  EXPECT_EQ(std::set<RecordIndex>(rest.begin(), rest.end()).count(worn), 0U);
}

TEST_F(RecordTableTest, RecordsKeepTheirPlace) {  // type-stable
  const RecordIndex index = reserve();
  const Record* record = &(*records)[index];
  const atomic<Stamp>* stamp = &records->stamp(index);
  std::vector<RecordIndex> more;
  ASSERT_TRUE(records->reserve(RecordTable::kSegmentRecords * 3, more));
  records->release(more);
  EXPECT_EQ(&(*records)[index], record);
  EXPECT_EQ(&records->stamp(index), stamp);
}

}  // namespace
}  // namespace heddle
