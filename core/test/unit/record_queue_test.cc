#include "heddle/txn/record_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace heddle {
namespace {

class RecordQueueTest : public testing::Test {
 protected:
  RecordQueueTest() { records.reserve(6, slots); }

  // Empties the queue.
  std::vector<RecordIndex> drain(RecordQueue& queue) {
    std::vector<RecordIndex> order;
    while (!queue.empty()) {
      order.push_back(queue.first());
      queue.remove(queue.first());
    }
    EXPECT_EQ(queue.size(), 0U);
    return order;
  }

  RecordTable records;
  std::vector<RecordIndex> slots;
};

TEST_F(RecordQueueTest, FirstInFirstOut) {
  RecordQueue queue(records);
  EXPECT_TRUE(queue.empty());
  for (std::size_t i = 0; i < 3; ++i) queue.push(slots[i]);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(drain(queue), (std::vector<RecordIndex>{slots[0], slots[1], slots[2]}));
  queue.push(slots[4]);
  EXPECT_EQ(drain(queue), std::vector<RecordIndex>{slots[4]});
}

TEST_F(RecordQueueTest, AnyoneMayLeave) {
  for (const std::vector<std::size_t>& leaving : {std::vector<std::size_t>{0}, {1}, {2}, {0, 2}, {2, 1}, {1, 0}}) {
    RecordQueue queue(records);
    std::vector<RecordIndex> staying;
    for (std::size_t i = 0; i < 3; ++i) queue.push(slots[i]);
    for (const std::size_t i : leaving) queue.remove(slots[i]);
    for (std::size_t i = 0; i < 3; ++i) {
      if (std::find(leaving.begin(), leaving.end(), i) == leaving.end()) staying.push_back(slots[i]);
    }
    queue.push(slots[3]);
    staying.push_back(slots[3]);
    EXPECT_EQ(queue.size(), staying.size());
    EXPECT_EQ(drain(queue), staying);
  }
}

TEST_F(RecordQueueTest, TakesAnotherBehindItself) {
  RecordQueue queue(records);
  RecordQueue other(records);
  queue.take(other);
  EXPECT_TRUE(queue.empty());
  other.push(slots[0]);
  other.push(slots[1]);
  queue.take(other);
  EXPECT_TRUE(other.empty());
  other.push(slots[2]);
  queue.push(slots[3]);
  queue.take(other);
  queue.take(other);
  queue.remove(slots[1]);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(drain(queue), (std::vector<RecordIndex>{slots[0], slots[3], slots[2]}));
}

}  // namespace
}  // namespace heddle
