// Queues in transactions: what a commit proves, takes and refuses.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/queue_fixture.h"

namespace heddle {
namespace {

using test::Client;
using test::close_of;
using test::content;
using test::enqueue;
using test::enqueue_of;
using test::QueueTest;
using test::take;
using test::take_of;

TEST_F(QueueTest, ATakeInATransactionIsOfWhatItSaw) {
  fill(0, 4);
  std::string item;
  const auto seen = test::peek(a, queue.id, item);
  const Predicate front{Predicate::Kind::kChanges, queue.id, {}, seen.changes};
  Write two = take_of(queue.id, 2);
  ASSERT_EQ(b.commit(two, {}, {&front, 1}), Status::kOk);
  EXPECT_EQ(content(a, queue.id), "2 3");
  Write again = take_of(queue.id, 1);
  EXPECT_EQ(b.commit(again, {}, {&front, 1}), Status::kConflict);
  EXPECT_EQ(content(a, queue.id), "2 3");
}

TEST_F(QueueTest, TheFrontIsAnotherOneAfterAReturn) {  // the same position, and not the same item
  wait(1);
  enqueue(a, queue.id, "granted");
  fill(0, 1);
  std::string item;
  const auto seen = test::peek(a, queue.id, item);
  EXPECT_EQ(item, "0");
  const Predicate front{Predicate::Kind::kChanges, queue.id, {}, seen.changes};
  EXPECT_EQ(take(a, queue.id), "0");
  engine.give_up_wait(b.thread, 1);
  EXPECT_EQ(content(a, queue.id), "granted");
  Write take_one = take_of(queue.id, 1);
  EXPECT_EQ(a.commit(take_one, {}, {&front, 1}), Status::kConflict);
}

TEST_F(QueueTest, SizesAndFrontsArePredicates) {
  fill(0, 1);
  const Predicate one{Predicate::Kind::kSize, queue.id, {}, 1};
  Write mark = Client::set_of(map.id, "key", "x");
  EXPECT_EQ(a.commit(mark, {}, {&one, 1}), Status::kOk);
  fill(1, 2);
  EXPECT_EQ(a.commit(mark, {}, {&one, 1}), Status::kConflict);
  // Enqueueing leaves the front alone.
  std::string item;
  const auto seen = test::peek(a, queue.id, item);
  const Predicate front{Predicate::Kind::kChanges, queue.id, {}, seen.changes};
  fill(2, 3);
  EXPECT_EQ(a.commit(mark, {}, {&front, 1}), Status::kOk);
  EXPECT_EQ(engine.extend(a.thread, {}, {&front, 1}, kNoSlot, false).status, Status::kOk);
  take(a, queue.id);
  EXPECT_EQ(engine.extend(a.thread, {}, {&front, 1}, kNoSlot, false).status, Status::kConflict);
}

TEST_F(QueueTest, AQueueAndAMapChangeTogether) {
  fill(0, 1);
  std::vector<Write> writes{take_of(queue.id, 1), enqueue_of(queue.id, "next"), Client::set_of(map.id, "key", "x")};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(content(b, queue.id), "next");
  EXPECT_EQ(b.get(map.id, "key"), "x");
  // More than there is: nothing happens.
  std::vector<Write> more{take_of(queue.id, 2), Client::set_of(map.id, "key", "y")};
  EXPECT_EQ(a.commit(more), Status::kConflict);
  EXPECT_EQ(b.get(map.id, "key"), "x");
  expect_accounts();
}

TEST_F(QueueTest, ACommitTakesOnce) {
  fill(0, 4);
  std::vector<Write> twice{take_of(queue.id, 3), take_of(queue.id, 3)};
  EXPECT_EQ(a.commit(twice), Status::kBadRequest);
  Write far = take_of(queue.id, std::uint64_t{1} << 40);
  EXPECT_EQ(a.commit(far), Status::kConflict);
  EXPECT_EQ(content(a, queue.id), "0 1 2 3");
}

TEST_F(QueueTest, KeptItemsGoWhoeverElseIsOpen) {
  fill(0, 2000);
  const auto first = engine.open_snapshot(b.thread);
  for (int i = 0; i < 500; ++i) take(a, queue.id);
  const auto second = engine.open_snapshot(b.thread);
  for (int i = 0; i < 500; ++i) take(a, queue.id);
  EXPECT_EQ(content(b, queue.id, second.rv, true).substr(0, 11), "500 501 502");
  engine.close_snapshot(b.thread, first.slot);
  const std::uint64_t before = dropped();
  tend();
  EXPECT_GE(dropped() - before, 500U);
  EXPECT_EQ(content(b, queue.id, second.rv, true).substr(0, 11), "500 501 502");
  engine.close_snapshot(b.thread, second.slot);
  while (engine.tidy(a.thread)) {
  }
  EXPECT_GE(dropped() - before, 1000U);
  expect_accounts();
}

TEST_F(QueueTest, LimitsRefuseTheWholeCommit) {
  const CollectionInfo small = test::open_queue(a, "small", {.capacity = 2});
  enqueue(a, small.id, "0");
  std::vector<Write> writes{enqueue_of(small.id, "1"), enqueue_of(small.id, "2")};
  EXPECT_EQ(a.commit(writes), Status::kQueueFull);
  EXPECT_EQ(content(a, small.id), "0");
  EXPECT_EQ(enqueue(a, small.id, "1"), Status::kOk);
  EXPECT_EQ(enqueue(a, small.id, "2"), Status::kQueueFull);
  const CollectionInfo few = test::open_queue(a, "few", {.max_entries = 1});
  enqueue(a, few.id, "0");
  EXPECT_EQ(enqueue(a, few.id, "1"), Status::kEntriesLimit);
  const CollectionInfo light = test::open_queue(a, "light", {.max_memory = 200});
  EXPECT_EQ(enqueue(a, light.id, std::string(300, 'x')), Status::kMemoryLimit);
  EXPECT_EQ(enqueue(a, light.id, "x"), Status::kOk);
  expect_accounts();
}

// What takes the general way to commit, beside QueueCommit, does the same.
TEST_F(QueueTest, AQueueWithALimitOfMemoryRefusesWhatIsTooMuch) {
  const CollectionInfo small = test::open_queue(a, "small", {.max_memory = 400});
  int items = 0;
  while (enqueue(a, small.id, "item") == Status::kOk) ++items;
  EXPECT_GT(items, 0);
  EXPECT_EQ(enqueue(a, small.id, "item"), Status::kMemoryLimit);
  EXPECT_EQ(take(b, small.id), "item");
  EXPECT_EQ(enqueue(a, small.id, "item"), Status::kOk);
  EXPECT_EQ(engine.memory(a.thread, small.id), engine.recount(a.thread, small.id));
}

TEST_F(QueueTest, WhatComesBackMakesNoRoomForMore) {
  const CollectionInfo small = test::open_queue(a, "small", {.capacity = 1});
  std::vector<Write> writes{test::return_of(small.id, "0"), enqueue_of(small.id, "1")};
  EXPECT_EQ(a.commit(writes), Status::kQueueFull);
  EXPECT_EQ(content(a, small.id), "");
  writes.pop_back();
  EXPECT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(content(a, small.id), "0");
}

TEST_F(QueueTest, KeyedWritesAndQueueWritesKeepApart) {
  Write set = Client::set_of(queue.id, "key", "x");
  EXPECT_EQ(a.commit(set), Status::kBadRequest);
  EXPECT_EQ(enqueue(a, map.id, "x"), Status::kBadRequest);
  EXPECT_EQ(take(a, map.id), "[10]");
}

TEST_F(QueueTest, ACommitMayNotEnqueueAfterItHasClosed) {
  wait(1);
  std::vector<Write> writes{close_of(queue.id), enqueue_of(queue.id, "x")};
  EXPECT_EQ(a.commit(writes), Status::kClosed);
  EXPECT_EQ(rung, 0);
}

TEST_F(QueueTest, WhatIsTooLargeStays) {
  enqueue(a, queue.id, std::string(100, 'x'));
  test::Taking taking(1, 50);
  EXPECT_EQ(engine.take(a.thread, queue.id, taking.takings), Status::kTooLarge);
  EXPECT_EQ(taking.takings.needed, 8 + 104U);
  EXPECT_EQ(a.size(queue.id), 1U);
}

}  // namespace
}  // namespace heddle
