// Queues: what is in them, for commits and for snapshots. U1–U3 are the invariants of heddle/collections/deque.h.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/links.h"
#include "support/queue_fixture.h"

namespace heddle {
namespace {

using test::content;
using test::enqueue;
using test::enqueue_of;
using test::kNothing;
using test::QueueTest;
using test::take;

TEST_F(QueueTest, IsFirstInFirstOut) {
  fill(0, 5);
  EXPECT_EQ(content(b, queue.id), "0 1 2 3 4");
  EXPECT_EQ(take(b, queue.id), "0");
  EXPECT_EQ(take(a, queue.id, 3), "1 2 3");
  EXPECT_EQ(a.size(queue.id), 1U);
  EXPECT_EQ(take(a, queue.id, 3), "4");
  EXPECT_EQ(take(a, queue.id), kNothing);
  expect_accounts();
}

// Neither way of taking from it can wear a slot out.
TEST_F(QueueTest, AWornStateMovesToAFreshSlot) {  // R3
  fill(0, 4);
  const auto wear_out = [&] {
    std::string item;
    engine.records().stamp(test::peek(a, queue.id, item).members).store(RecordTable::kLastStamp);
  };
  const Seq rv = hold_snapshot();
  wear_out();
  EXPECT_EQ(take(b, queue.id), "0");
  wear_out();
  EXPECT_EQ(take(a, queue.id, 2), "1 2");
  wear_out();
  fill(4, 5);
  EXPECT_EQ(content(b, queue.id), "3 4");
  EXPECT_EQ(content(b, queue.id, rv, true), "0 1 2 3");
  wear_out();
  EXPECT_EQ(take(a, queue.id, 9), "3 4");
  wear_out();
  EXPECT_EQ(take(a, queue.id), kNothing);
  expect_accounts();
}

TEST_F(QueueTest, GrowsAndShrinksOverManySegments) {
  const int items = static_cast<int>(Deque::kSegmentSlots) * 20;
  for (int round = 0; round < 3; ++round) {
    fill(0, items);
    EXPECT_EQ(a.size(queue.id), static_cast<std::uint64_t>(items));
    for (int i = 0; i < items; ++i) ASSERT_EQ(take(b, queue.id), std::to_string(i));
    expect_accounts();
  }
}

TEST_F(QueueTest, ManyItemsOfOneCommitAreNextToEachOther) {
  std::vector<Write> writes;
  const std::size_t items = Deque::kSegmentSlots * 3 + 1;
  for (std::size_t i = 0; i < items; ++i) writes.push_back(enqueue_of(queue.id, "x"));
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(a.size(queue.id), items);
  expect_accounts();
}

TEST_F(QueueTest, ASnapshotKeepsWhatItSees) {  // U1
  fill(0, 3);
  const Seq old = hold_snapshot();
  EXPECT_EQ(take(a, queue.id, 2), "0 1");
  fill(3, 6);
  EXPECT_EQ(take(a, queue.id, 3), "2 3 4");
  EXPECT_EQ(content(b, queue.id, old, true), "0 1 2");
  EXPECT_EQ(content(b, queue.id), "5");
  expect_accounts();
}

TEST_F(QueueTest, WhatNoSnapshotNeedsGoes) {
  fill(0, 10);
  const auto opened = engine.open_snapshot(b.thread);
  const std::uint64_t before = dropped();
  for (int i = 0; i < 10; ++i) take(a, queue.id);
  // What came later is of no interest to it.
  fill(0, 10);
  for (int i = 0; i < 10; ++i) take(a, queue.id);
  EXPECT_EQ(content(b, queue.id, opened.rv, true), "0 1 2 3 4 5 6 7 8 9");
  const std::int64_t kept = engine.stats().memory;
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  EXPECT_LT(engine.stats().memory, kept);
  EXPECT_GE(dropped() - before, 20U);
  expect_accounts();
}

TEST_F(QueueTest, AClearIsSeenByLaterSnapshotsOnly) {
  fill(0, 3);
  const Seq old = hold_snapshot();
  ASSERT_EQ(a.clear(queue.id), Status::kOk);
  EXPECT_EQ(content(b, queue.id), "");
  fill(7, 9);
  EXPECT_EQ(content(b, queue.id), "7 8");
  EXPECT_EQ(content(b, queue.id, old, true), "0 1 2");
  expect_accounts();
}

TEST_F(QueueTest, MemoryOfAClearedOrDestroyedQueueComesBack) {
  const std::int64_t before = engine.stats().memory;
  const CollectionInfo other_queue = test::open_queue(a);
  for (int i = 0; i < 1000; ++i) enqueue(a, other_queue.id, "item");
  ASSERT_EQ(a.clear(other_queue.id), Status::kOk);
  for (int i = 0; i < 1000; ++i) enqueue(a, other_queue.id, "item");
  engine.destroy(a.thread, other_queue.id);
  tend();
  while (engine.tidy(a.thread)) {
  }
  EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
  EXPECT_LE(engine.stats().memory, before + 2048);  // of what `tend` has written
}

TEST_F(QueueTest, DoesWhatAModelDoes) {
  const unsigned seed = 20261128;
  std::mt19937 random(seed);
  std::deque<std::string> model;
  std::map<Seq, std::string> snapshots;  // what is held, and what it must show
  std::map<Seq, SnapshotSlot> slots;
  int taken = 0;
  int returned = 0;
  const auto shown = [&] {
    std::string all;
    for (const auto& item : model) all += (all.empty() ? "" : " ") + item;
    return all;
  };
  for (int step = 0; step < 4000; ++step) {
    const unsigned what = random() % 100;
    if (what < 45) {
      model.push_back(std::to_string(step));
      ASSERT_EQ(enqueue(a, queue.id, model.back()), Status::kOk);
    } else if (what < 85) {
      const std::string got = take(b, queue.id);
      ASSERT_EQ(got, model.empty() ? kNothing : model.front()) << "seed " << seed << ", step " << step;
      if (!model.empty()) model.pop_front(), ++taken;
    } else if (what < 90) {
      const auto opened = engine.open_snapshot(b.thread);
      if (!slots.emplace(opened.rv, opened.slot).second) engine.close_snapshot(b.thread, opened.slot);
      snapshots[opened.rv] = shown();
    } else if (what < 97 && !slots.empty()) {
      const auto [rv, slot] = *slots.begin();
      ASSERT_EQ(content(a, queue.id, rv, true), snapshots[rv]) << "seed " << seed << ", step " << step;
      engine.close_snapshot(b.thread, slot);
      slots.erase(rv);
    } else if (what == 97) {
      ASSERT_EQ(a.clear(queue.id), Status::kOk);
      model.clear();
    } else if (model.empty()) {
      // Handed over, and given back: to the front.
      ASSERT_EQ(take(b, queue.id, 1, 1), kNothing);
      model.push_back(std::to_string(step));
      enqueue(a, queue.id, model.back());
      enqueue(a, queue.id, "behind");
      model.emplace_back("behind");
      engine.give_up_wait(b.thread, 1);
      ended();
      ++returned;
    }
    if (step % 100 == 0) expect_accounts();
  }
  EXPECT_EQ(content(a, queue.id), shown());
  EXPECT_GT(taken, 500);
  EXPECT_GT(returned, 5);
  for (const auto& [rv, slot] : slots) engine.close_snapshot(b.thread, slot);
}

TEST_F(QueueTest, LargeItemsAreLookedAtInPlace) {
  const CollectionInfo inner = a.open();
  const std::string linked = std::string(100'000, 'x') + test::value_with_links({inner.id});
  Write write = enqueue_of(queue.id, linked);
  write.linked = true;
  ASSERT_EQ(a.commit(write), Status::kOk);
  ASSERT_EQ(enqueue(a, queue.id, std::string(100'000, 'y')), Status::kOk);
  engine.release(a.thread, inner.id);
  for (const std::uint64_t index : {0, 1}) {
    const PeekResult result = engine.peek(b.thread, {.collection = queue.id, .index = index, .out = {}});
    ASSERT_EQ(result.status, Status::kOk);
    ASSERT_NE(result.blob, nullptr);
    EXPECT_EQ(result.blob->bytes().size(), result.length);
    EXPECT_EQ(test::text(result.blob->bytes().first(1)), index == 0 ? "x" : "y");
  }
  EXPECT_TRUE(b.thread.held.contains(inner.id)) << "whoever looks holds what it refers to";
  expect_accounts();
  EXPECT_EQ(take(a, queue.id).size(), linked.size());
  tend();
  EXPECT_TRUE(engine.counts(a.thread, inner.id).has_value());
  engine.release(b.thread, inner.id);
  EXPECT_FALSE(engine.counts(a.thread, inner.id).has_value());
}

TEST_F(QueueTest, AWornStateTakesWhatThereIsRoomFor) {  // R3
  fill(0, 4);
  std::string item;
  engine.records().stamp(test::peek(a, queue.id, item).members).store(RecordTable::kLastStamp);
  test::Taking taking(4, 32);  // two words each
  EXPECT_EQ(taking.result(engine.take(b.thread, queue.id, taking.takings)), "0 1");
  EXPECT_EQ(content(b, queue.id), "2 3");
  expect_accounts();
}

}  // namespace
}  // namespace heddle
