// Queues: what commits do to them, what snapshots see, who stands in line. U1–U3 are the invariants of
// heddle/collections/deque.h, W5 and W6 of heddle/collections/waits.h.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/engine_fixture.h"
#include "support/links.h"
#include "support/queues.h"

namespace heddle {
namespace {

using test::Client;
using test::close_of;
using test::content;
using test::enqueue;
using test::enqueue_of;
using test::kNothing;
using test::receive;
using test::take;
using test::take_of;

class QueueTest : public test::EngineTest {
 protected:
  QueueTest() {
    b.thread.waiter.bell.open([this] { ++rung; });
  }

  // `b` stands in line.
  void wait(WaitTicket ticket) { ASSERT_EQ(take(b, queue.id, 1, ticket), kNothing); }
  std::vector<WaitTicket> ended() { return engine.ended_waits(b.thread); }
  void fill(int from, int to) {
    for (int i = from; i < to; ++i) ASSERT_EQ(enqueue(a, queue.id, std::to_string(i)), Status::kOk);
  }
  void expect_accounts() {
    EXPECT_EQ(engine.memory(a.thread, queue.id), engine.recount(a.thread, queue.id));
    EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
  }

  const CollectionInfo queue = test::open_queue(a, "queue");
  int rung = 0;
};

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

// ---------------------------------------------------------------- transactions

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

TEST_F(QueueTest, KeyedWritesAndQueueWritesKeepApart) {
  Write set = Client::set_of(queue.id, "key", "x");
  EXPECT_EQ(a.commit(set), Status::kBadRequest);
  EXPECT_EQ(enqueue(a, map.id, "x"), Status::kBadRequest);
  EXPECT_EQ(take(a, map.id), "[10]");
}

TEST_F(QueueTest, WhatIsTooLargeStays) {
  enqueue(a, queue.id, std::string(100, 'x'));
  test::Taking taking(1, 50);
  EXPECT_EQ(engine.take(a.thread, queue.id, taking.takings), Status::kTooLarge);
  EXPECT_EQ(taking.takings.needed, 8 + 104U);
  EXPECT_EQ(a.size(queue.id), 1U);
}

// ---------------------------------------------------------------- standing in line

TEST_F(QueueTest, AnItemGoesToWhoWaitsFirst) {  // W5
  wait(1);
  wait(2);
  EXPECT_EQ(engine.waiting(a.thread, queue.id), 2U);
  EXPECT_EQ(engine.waiting(a.thread), 0U);  // for changes
  enqueue(a, queue.id, "x");
  EXPECT_EQ(rung, 1);
  EXPECT_EQ(a.size(queue.id), 0U);
  EXPECT_EQ(ended(), std::vector<WaitTicket>{1});
  EXPECT_EQ(receive(b, 1), "x");
  EXPECT_EQ(receive(b, 1), "[10]") << "once";
  std::vector<Write> writes{enqueue_of(queue.id, "y"), enqueue_of(queue.id, "z")};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(content(a, queue.id), "z");
  EXPECT_EQ(ended(), std::vector<WaitTicket>{2});
  EXPECT_EQ(receive(b, 2), "y");
  expect_accounts();
}

TEST_F(QueueTest, WhoHasGivenUpGetsNothing) {  // W6
  wait(1);
  wait(2);
  engine.give_up_wait(b.thread, 1);
  enqueue(a, queue.id, "x");
  EXPECT_EQ(ended(), std::vector<WaitTicket>{2});
  // It was handed over, and is known: it returns even so.
  engine.give_up_wait(b.thread, 2);
  EXPECT_EQ(content(a, queue.id), "x");
  EXPECT_EQ(take(a, queue.id), "x");
  wait(3);
  enqueue(a, queue.id, "y");
  engine.give_up_wait(b.thread, 3);  // before it is known
  EXPECT_EQ(ended(), std::vector<WaitTicket>{3});
  EXPECT_EQ(receive(b, 3), "[10]");
  EXPECT_EQ(content(a, queue.id), "y");
  expect_accounts();
}

TEST_F(QueueTest, WhatAThreadLeavesReturnsToTheFrontInItsOrder) {  // W6
  auto passing = std::make_unique<Client>(engine);
  for (WaitTicket ticket = 1; ticket <= 3; ++ticket) ASSERT_EQ(take(*passing, queue.id, 1, ticket), kNothing);
  std::vector<Write> writes;
  for (const char* item : {"0", "1", "2", "3"}) writes.push_back(enqueue_of(queue.id, item));
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(content(a, queue.id), "3");
  EXPECT_EQ(engine.ended_waits(passing->thread).size(), 3U);
  EXPECT_EQ(receive(*passing, 1), "0");
  passing.reset();
  EXPECT_EQ(content(a, queue.id), "1 2 3");
  expect_accounts();
}

TEST_F(QueueTest, WhatReturnsGoesToWhoWaits) {
  auto passing = std::make_unique<Client>(engine);
  ASSERT_EQ(take(*passing, queue.id, 1, 1), kNothing);
  ASSERT_EQ(take(*passing, queue.id, 1, 2), kNothing);
  wait(1);
  fill(0, 2);
  passing.reset();
  EXPECT_EQ(ended(), std::vector<WaitTicket>{1});
  EXPECT_EQ(receive(b, 1), "0");
  EXPECT_EQ(content(a, queue.id), "1");
}

TEST_F(QueueTest, AFullQueueTakesBackWhatWasHandedOver) {
  const CollectionInfo small = test::open_queue(a, "small", {.max_entries = 1, .capacity = 1});
  ASSERT_EQ(take(b, small.id, 1, 1), kNothing);
  enqueue(a, small.id, "0");
  enqueue(a, small.id, "1");
  engine.give_up_wait(b.thread, 1);
  EXPECT_EQ(content(a, small.id), "0 1");
}

TEST_F(QueueTest, WhatWasTakenReturnsToTheFrontInItsOrder) {
  const CollectionInfo inner = a.open();
  fill(0, 4);
  const std::string linked = test::value_with_links({inner.id});
  EXPECT_EQ(take(a, queue.id, 3), "0 1 2");
  std::vector<Write> writes{test::return_of(queue.id, "0"), test::return_of(queue.id, linked)};
  writes.back().linked = true;
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(content(b, queue.id), "0 " + linked + " 3");
  expect_accounts();
  engine.release(a.thread, inner.id);
  engine.release(b.thread, inner.id);  // which has looked at it
  EXPECT_TRUE(engine.counts(a.thread, inner.id).has_value()) << "the item refers to it";
  EXPECT_EQ(take(a, queue.id), "0");
  EXPECT_EQ(take(a, queue.id, 9), linked + " 3");
  tend();
  EXPECT_FALSE(engine.counts(a.thread, inner.id).has_value());
  expect_accounts();
}

TEST_F(QueueTest, WhatWasTakenReturnsWhateverTheQueueHasBecome) {
  const CollectionInfo small = test::open_queue(a, "small", {.max_entries = 1, .capacity = 1});
  enqueue(a, small.id, "0");
  EXPECT_EQ(take(a, small.id), "0");
  enqueue(a, small.id, "1");
  Write close = close_of(small.id);
  ASSERT_EQ(a.commit(close), Status::kOk);
  Write back = test::return_of(small.id, "0");
  ASSERT_EQ(a.commit(back), Status::kOk);
  EXPECT_EQ(content(b, small.id), "0 1");
  engine.destroy(a.thread, small.id);
  EXPECT_EQ(a.commit(back), Status::kDestroyed);
}

TEST_F(QueueTest, WhatWasTakenAndReturnsGoesToWhoWaits) {  // W5
  wait(1);
  std::vector<Write> writes{test::return_of(queue.id, "0"), test::return_of(queue.id, "1")};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  EXPECT_EQ(ended(), std::vector<WaitTicket>{1});
  EXPECT_EQ(receive(b, 1), "0");
  EXPECT_EQ(content(a, queue.id), "1");
  expect_accounts();
}

TEST_F(QueueTest, ClosingSendsAwayWhoWaits) {
  wait(1);
  Write close = close_of(queue.id);
  ASSERT_EQ(a.commit(close), Status::kOk);
  EXPECT_EQ(ended(), std::vector<WaitTicket>{1});
  EXPECT_EQ(receive(b, 1), "[16]");
  EXPECT_EQ(enqueue(a, queue.id, "x"), Status::kClosed);
  EXPECT_EQ(take(b, queue.id, 1, 2), "[16]");
}

TEST_F(QueueTest, AClosedQueueIsDrained) {
  std::vector<Write> writes{enqueue_of(queue.id, "last"), close_of(queue.id)};
  ASSERT_EQ(a.commit(writes), Status::kOk);
  std::vector<Write> late{close_of(queue.id), enqueue_of(queue.id, "late")};
  EXPECT_EQ(a.commit(late), Status::kClosed);
  EXPECT_EQ(take(b, queue.id, 1, 1), "last");
  EXPECT_EQ(take(b, queue.id, 1, 1), "[16]");
  std::string item;
  EXPECT_EQ(test::peek(a, queue.id, item).closed, true);
}

TEST_F(QueueTest, ACommitMayNotEnqueueAfterItHasClosed) {
  wait(1);
  std::vector<Write> writes{close_of(queue.id), enqueue_of(queue.id, "x")};
  EXPECT_EQ(a.commit(writes), Status::kClosed);
  EXPECT_EQ(rung, 0);
}

TEST_F(QueueTest, DestroyingSendsAwayWhoWaits) {
  wait(1);
  engine.destroy(a.thread, queue.id);
  EXPECT_EQ(ended(), std::vector<WaitTicket>{1});
  EXPECT_EQ(receive(b, 1), "[5]");
  EXPECT_EQ(take(b, queue.id, 1, 2), "[5]");
}

TEST_F(QueueTest, WhatWasHandedOverOutlivesTheQueue) {
  wait(1);
  wait(2);
  fill(0, 2);
  engine.destroy(a.thread, queue.id);
  ASSERT_EQ(ended().size(), 2U);
  EXPECT_EQ(receive(b, 1), "0");
  engine.give_up_wait(b.thread, 2);  // there is no front to return to
  EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
}

// ---------------------------------------------------------------- against a model

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

TEST_F(QueueTest, WhatIsTooLargeToReceiveStaysWithItsWait) {
  wait(1);
  enqueue(a, queue.id, "a rather long item");
  ASSERT_EQ(ended(), std::vector<WaitTicket>{1});
  test::Taking small(1, 16);
  EXPECT_EQ(engine.receive(b.thread, 1, small.takings), Status::kTooLarge);
  EXPECT_EQ(small.takings.needed, 32U);
  EXPECT_EQ(receive(b, 1), "a rather long item");
  expect_accounts();
}

TEST_F(QueueTest, WhatAReceivedItemReferredToGoes) {
  const CollectionInfo inner = a.open();
  const std::string linked = test::value_with_links({inner.id});
  wait(1);
  Write write = enqueue_of(queue.id, linked);
  write.linked = true;
  ASSERT_EQ(a.commit(write), Status::kOk);
  engine.release(a.thread, inner.id);
  ASSERT_EQ(ended(), std::vector<WaitTicket>{1});
  EXPECT_TRUE(engine.counts(a.thread, inner.id).has_value());
  EXPECT_EQ(receive(b, 1), linked) << "and does not hold what it refers to";
  EXPECT_FALSE(engine.counts(a.thread, inner.id).has_value());
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

TEST_F(QueueTest, AWornStateTakesWhatThereIsRoomFor) {  // R3
  fill(0, 4);
  std::string item;
  engine.records().stamp(test::peek(a, queue.id, item).members).store(RecordTable::kLastStamp);
  test::Taking taking(4, 32);  // two words each
  EXPECT_EQ(taking.result(engine.take(b.thread, queue.id, taking.takings)), "0 1");
  EXPECT_EQ(content(b, queue.id), "2 3");
  expect_accounts();
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

TEST_F(QueueTest, AThreadMayLeaveItemsOfManyQueues) {  // W6
  const CollectionInfo second = test::open_queue(a, "second");
  auto passing = std::make_unique<Client>(engine);
  ASSERT_EQ(take(*passing, queue.id, 1, 1), kNothing);
  ASSERT_EQ(take(*passing, second.id, 1, 2), kNothing);
  ASSERT_EQ(take(*passing, queue.id, 1, 3), kNothing);
  for (const char* item : {"0", "1"}) enqueue(a, queue.id, item);
  enqueue(a, second.id, "2");
  passing.reset();
  EXPECT_EQ(content(a, queue.id), "0 1");
  EXPECT_EQ(content(a, second.id), "2");
  expect_accounts();
}

}  // namespace
}  // namespace heddle
