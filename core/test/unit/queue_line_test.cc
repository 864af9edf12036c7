// Who stands in line at a queue: W5 and W6 of heddle/collections/waits.h.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/links.h"
#include "support/queue_fixture.h"

namespace heddle {
namespace {

using test::Client;
using test::close_of;
using test::content;
using test::enqueue;
using test::enqueue_of;
using test::kNothing;
using test::QueueTest;
using test::receive;
using test::take;

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

}  // namespace
}  // namespace heddle
