// Pools of workers: K1–K4, Q1, Q2, P1–P4 of heddle/tasks/{task,desk,pool}.h, turn by turn.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "support/engine_fixture.h"
#include "support/pool.h"

namespace heddle {
namespace {

using test::bytes;
using test::Client;
using test::PoolOf;
using test::WorkerOf;

class PoolTest : public test::EngineTest {
 protected:
  Client& host = a;
  Client first{engine};
  Client second{engine};
};

TEST_F(PoolTest, TasksAreRunInOrderAndAnswered) {
  const PoolOf of(host, {.size = 1});
  for (const char* task : {"1", "2", "3"}) EXPECT_EQ(of.submit(b, task), Status::kOk);
  WorkerOf worker(first, of);
  EXPECT_EQ(of.pool->counts().queued, 3U);
  EXPECT_EQ(worker.take(), "1");
  EXPECT_EQ(of.pool->counts().active, 1U);
  worker.finish("one");
  EXPECT_EQ(worker.take(), "2");
  worker.finish("two", Outcome::kThrew);
  EXPECT_EQ(worker.run(), "3");
  EXPECT_EQ(PoolOf::answers(b), "returned:one threw:two returned:3");
  const Pool::Counts counts = of.pool->counts();
  EXPECT_EQ(counts.completed, 3U);
  EXPECT_EQ(counts.failures, 1U);
  EXPECT_EQ(counts.unfinished, 0U);
  EXPECT_EQ(counts.active, 0U);
  EXPECT_EQ(counts.memory, 0);
  EXPECT_EQ(engine.stats().tasks, 0);
}

// A thread that submits its first task may be held up before it says so.
TEST_F(PoolTest, AnAnswerThatComesBeforeItsThreadAsksForItIsTold) {  // Q1
  const PoolOf of(host, {.size = 1});
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  WorkerOf worker(first, of);
  EXPECT_EQ(worker.run(), "1");
  static_cast<void>(engine.ended_waits(b.thread));
  b.thread.desk->answers_by(test::kAnswers);
  EXPECT_EQ(engine.ended_waits(b.thread), std::vector{test::kAnswers});
  EXPECT_EQ(PoolOf::answers(b), "returned:1");
}

TEST_F(PoolTest, HigherPrioritiesGoFirstWhereverTheyWait) {
  const PoolOf of(host, {.size = 1});
  for (const char* task : {"a", "b", "c", "d"}) EXPECT_EQ(of.submit(b, task), Status::kOk);
  WorkerOf worker(first, of);
  EXPECT_EQ(worker.take(), "a");  // and a share of the others into its deque
  worker.finish("");
  EXPECT_EQ(of.submit(b, "low", -1), Status::kOk);
  EXPECT_EQ(of.submit(b, "high", 10), Status::kOk);
  EXPECT_EQ(of.submit(b, "higher than most", 9), Status::kOk);
  EXPECT_EQ(worker.run(), "high higher than most b c d low");
  EXPECT_EQ(PoolOf::answers(b).substr(0, 9), "returned:");
}

TEST_F(PoolTest, ASleeperIsCalledOnceForATaskAndTheHostOnlyIfThereIsNone) {  // P1, Q1
  const PoolOf of(host, {.size = 2});
  static_cast<void>(engine.ended_waits(host.thread));
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  EXPECT_EQ(engine.ended_waits(host.thread), std::vector<WaitTicket>{test::kHost});
  WorkerOf worker(first, of);
  EXPECT_EQ(of.pool->enlist(), nullptr);  // one task, one worker
  EXPECT_EQ(worker.run(), "1");
  EXPECT_FALSE(worker.called());
  EXPECT_EQ(of.submit(b, "2"), Status::kOk);
  EXPECT_TRUE(worker.called());
  EXPECT_FALSE(worker.called());
  EXPECT_TRUE(engine.ended_waits(host.thread).empty());
  EXPECT_EQ(of.submit(b, "3"), Status::kOk);  // nobody sleeps, and there may be one more
  EXPECT_EQ(engine.ended_waits(host.thread), std::vector<WaitTicket>{test::kHost});
  EXPECT_EQ(worker.run(), "2 3");
  EXPECT_EQ(engine.ended_waits(b.thread), std::vector<WaitTicket>{0U});
  EXPECT_EQ(PoolOf::answers(b), "returned:1 returned:2 returned:3");
}

TEST_F(PoolTest, AnIdleWorkerTakesHalfOfWhatWaitsForABusyOne) {
  const PoolOf of(host, {.size = 2, .min_size = 2});
  WorkerOf busy(first, of);
  WorkerOf idle(second, of);
  EXPECT_EQ(idle.take(), "-");
  EXPECT_EQ(of.submit(b, "long"), Status::kOk);
  EXPECT_EQ(busy.take(), "long");
  // What a worker submits goes to its own deque.
  for (const char* task : {"1", "2", "3", "4"}) EXPECT_EQ(of.submit(first, task), Status::kOk);
  EXPECT_TRUE(idle.called());
  EXPECT_EQ(idle.take(), "1");
  EXPECT_EQ(of.pool->counts().steals, 1U);
  EXPECT_EQ(of.pool->counts().stolen, 2U);
  idle.finish("1");
  EXPECT_EQ(idle.run(), "2 3 4");
  busy.finish("long");
  EXPECT_EQ(PoolOf::answers(first), "returned:1 returned:2 returned:3 returned:4");
  EXPECT_EQ(PoolOf::answers(b), "returned:long");
}

TEST_F(PoolTest, ACancelledTaskThatWaitsIsGoneAtOnce) {
  const PoolOf of(host, {.size = 1});
  TaskTicket ticket = 0;
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  EXPECT_EQ(of.submit(b, "2", ticket), Status::kOk);
  EXPECT_EQ(of.submit(b, "3"), Status::kOk);
  of.cancel(b, ticket);
  EXPECT_EQ(PoolOf::answers(b), "cancelled");
  EXPECT_EQ(of.pool->counts().queued, 2U);
  WorkerOf worker(first, of);
  EXPECT_EQ(worker.run(), "1 3");
  EXPECT_EQ(PoolOf::answers(b), "returned:1 returned:3");
  EXPECT_EQ(of.pool->counts().cancelled, 1U);
}

TEST_F(PoolTest, OneThatRunsIsToldAndItsWorkerEndedIfItDoesNotCare) {  // K1, K2
  const PoolOf of(host, {.size = 1});
  TaskTicket ticket = 0;
  EXPECT_EQ(of.submit(b, "long", ticket), Status::kOk);
  EXPECT_EQ(of.submit(b, "next"), Status::kOk);
  WorkerOf worker(first, of);
  EXPECT_EQ(worker.take(), "long");
  EXPECT_FALSE(Pool::is_cancelled(*worker.me, worker.lane));
  of.cancel(b, ticket);
  EXPECT_TRUE(Pool::is_cancelled(*worker.me, worker.lane));
  EXPECT_TRUE(worker.called());
  EXPECT_EQ(PoolOf::answers(b), "");
  EXPECT_TRUE(of.pool->condemn(b.thread, *b.thread.desk->find(ticket)));
  EXPECT_EQ(of.pool->take_condemned(), std::vector<WorkerNumber>{worker.me->number});
  EXPECT_TRUE(of.pool->take_condemned().empty());
  EXPECT_EQ(PoolOf::answers(b), "cancelled");
  worker.finish("too late");
  EXPECT_EQ(worker.take(), ".");
  EXPECT_EQ(PoolOf::answers(b), "");
  of.pool->gone(host.thread, worker.me->number, {});
  EXPECT_EQ(of.pool->counts().crashes, 0U);  // it was asked for
  WorkerOf replacement(second, of);
  EXPECT_EQ(replacement.run(), "next");
}

TEST_F(PoolTest, WhatAWorkerLeavesIsRunByOthersAndWhatItRanIsSettled) {  // P2
  const PoolOf of(host, {.size = 2, .min_size = 1});
  auto dying = std::make_unique<Client>(engine);
  WorkerOf worker(*dying, of);
  for (const char* task : {"1", "2", "3"}) EXPECT_EQ(of.submit(b, task), Status::kOk);
  EXPECT_EQ(worker.take(), "1");
  EXPECT_EQ(of.submit(*dying, "own"), Status::kOk);
  const WorkerNumber number = worker.me->number;
  dying.reset();
  EXPECT_EQ(PoolOf::answers(b), "");  // nobody knows yet why
  of.pool->gone(host.thread, number, bytes("cause"));
  of.pool->gone(host.thread, number, bytes("again"));
  EXPECT_EQ(PoolOf::answers(b), "crashed:cause");
  EXPECT_EQ(of.pool->counts().crashes, 1U);
  EXPECT_EQ(of.pool->counts().active, 0U);
  WorkerOf next(first, of);
  EXPECT_EQ(next.me->number, number);
  EXPECT_EQ(next.run(), "2 3");  // its own went with it: nobody waits for that
  EXPECT_EQ(PoolOf::answers(b), "returned:2 returned:3");
  EXPECT_EQ(engine.stats().tasks, 0);
}

TEST_F(PoolTest, AThreadThatEndsTakesItsTasksAlong) {  // Q2
  const PoolOf of(host, {.size = 1, .min_size = 1});
  WorkerOf worker(first, of);
  auto leaving = std::make_unique<Client>(engine);
  for (const char* task : {"runs", "waits"}) EXPECT_EQ(of.submit(*leaving, task), Status::kOk);
  EXPECT_EQ(worker.take(), "runs");
  leaving.reset();
  EXPECT_TRUE(Pool::is_cancelled(*worker.me, worker.lane));
  EXPECT_EQ(of.pool->counts().queued, 0U);
  worker.finish("for nobody");
  EXPECT_EQ(worker.take(), "-");
  EXPECT_EQ(of.pool->counts().unfinished, 0U);
  EXPECT_EQ(engine.stats().tasks, 0);
}

TEST_F(PoolTest, WhatRunsForAThreadThatHasEndedIsCondemnedAfterItsGrace) {
  const PoolOf of(host, {.size = 2, .min_size = 2});
  WorkerOf stubborn(first, of);
  WorkerOf obedient(second, of);
  auto leaving = std::make_unique<Client>(engine);
  for (const char* task : {"goes on", "ends"}) EXPECT_EQ(of.submit(*leaving, task), Status::kOk);
  EXPECT_EQ(stubborn.take(), "goes on");
  EXPECT_EQ(obedient.take(), "ends");
  EXPECT_LT(of.pool->condemn_orphans(host.thread, 0), 0);
  leaving.reset();
  EXPECT_EQ(engine.ended_waits(host.thread), std::vector<WaitTicket>{test::kHost});
  EXPECT_GT(of.pool->condemn_orphans(host.thread, 1e18), 0);
  obedient.finish("for nobody");
  EXPECT_EQ(of.submit(b, "another"), Status::kOk);
  EXPECT_EQ(obedient.take(), "another");  // in the same lane
  EXPECT_EQ(of.pool->take_condemned(), std::vector<WorkerNumber>());
  EXPECT_LT(of.pool->condemn_orphans(host.thread, 0), 0);
  EXPECT_EQ(of.pool->take_condemned(), std::vector<WorkerNumber>{stubborn.me->number});
  EXPECT_LT(of.pool->condemn_orphans(host.thread, 0), 0);
  EXPECT_EQ(of.pool->counts().unfinished, 1U);
  obedient.finish("done");
  EXPECT_EQ(PoolOf::answers(b), "returned:done");
  stubborn.finish("late");
  EXPECT_EQ(engine.stats().tasks, 0);
}

TEST_F(PoolTest, TerminateSettlesEverything) {  // P3
  const PoolOf of(host, {.size = 1, .min_size = 1});
  WorkerOf worker(first, of);
  for (const char* task : {"1", "2", "3"}) EXPECT_EQ(of.submit(b, task), Status::kOk);
  EXPECT_EQ(worker.take(), "1");
  EXPECT_EQ(of.submit(first, "own"), Status::kOk);
  of.pool->terminate(b.thread.epoch.stock);
  EXPECT_EQ(PoolOf::answers(b), "terminated terminated terminated");
  EXPECT_EQ(PoolOf::answers(first), "terminated");
  EXPECT_EQ(of.submit(b, "4"), Status::kClosed);
  worker.finish("late");
  EXPECT_EQ(worker.take(), ".");
  EXPECT_FALSE(of.pool->holds(b.thread, Pool::Condition::kGone, 7));
  of.pool->gone(host.thread, worker.me->number, {});
  EXPECT_EQ(engine.ended_waits(b.thread), (std::vector<WaitTicket>{0U, 7U}));
  EXPECT_TRUE(of.pool->holds(b.thread, Pool::Condition::kGone, 8));
  EXPECT_EQ(PoolOf::answers(b), "");
}

TEST_F(PoolTest, ConditionsCallWhoWaitsForThem) {  // P4
  const PoolOf of(host, {.size = 1, .min_size = 1, .max_tasks = 2});
  WorkerOf worker(first, of);
  EXPECT_TRUE(of.pool->holds(b.thread, Pool::Condition::kDrained, 5));
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  EXPECT_TRUE(of.pool->holds(b.thread, Pool::Condition::kRoom, 6));
  EXPECT_EQ(of.submit(b, "2"), Status::kOk);
  EXPECT_EQ(of.submit(b, "3"), Status::kQueueFull);
  EXPECT_FALSE(of.pool->holds(second.thread, Pool::Condition::kRoom, 6));
  EXPECT_FALSE(of.pool->holds(second.thread, Pool::Condition::kDrained, 5));
  EXPECT_EQ(worker.take(), "1");
  worker.finish("1");
  EXPECT_EQ(engine.ended_waits(second.thread), std::vector<WaitTicket>{6U});
  EXPECT_EQ(worker.run(), "2");
  EXPECT_EQ(engine.ended_waits(second.thread), std::vector<WaitTicket>{5U});
  EXPECT_EQ(engine.stats().tasks, 2 * static_cast<std::int64_t>(sizeof(Task) + sizeof(Version) + 1));
  EXPECT_EQ(PoolOf::answers(b), "returned:1 returned:2");
}

TEST_F(PoolTest, ATaskThatWaitsForOthersTakesNoRoom) {  // P4
  const PoolOf of(host, {.size = 2, .max_tasks = 1});
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  WorkerOf worker(first, of);
  EXPECT_EQ(worker.take(), "1");
  EXPECT_FALSE(of.pool->holds(b.thread, Pool::Condition::kRoom, 6));
  EXPECT_FALSE(of.pool->holds(first.thread, Pool::Condition::kRoom, 7));
  of.pool->step_aside(*worker.me, true);
  EXPECT_EQ(engine.ended_waits(b.thread), std::vector<WaitTicket>{6U});
  EXPECT_EQ(of.submit(first, "2"), Status::kOk);
  EXPECT_EQ(of.submit(b, "3"), Status::kQueueFull);  // for one that waits there is one more
  of.pool->step_aside(*worker.me, false);
  EXPECT_EQ(worker.take(), "2");
  worker.finish("2");
  EXPECT_EQ(of.submit(b, "3"), Status::kQueueFull);
  of.pool->step_aside(*worker.me, true);
  EXPECT_EQ(of.submit(b, "3"), Status::kOk);
  of.pool->gone(host.thread, worker.me->number, {});  // whoever waited there has gone as well
  EXPECT_EQ(of.submit(b, "4"), Status::kQueueFull);
}

TEST_F(PoolTest, WhoHasGivenUpIsNotCalled) {  // P4
  const PoolOf of(host, {.size = 1, .max_tasks = 1});
  EXPECT_EQ(of.submit(host, "1"), Status::kOk);
  EXPECT_FALSE(of.pool->holds(second.thread, Pool::Condition::kRoom, 6));
  EXPECT_FALSE(of.pool->holds(second.thread, Pool::Condition::kRoom, 7));
  EXPECT_FALSE(of.pool->holds(b.thread, Pool::Condition::kRoom, 6));
  of.pool->forget(second.thread, 6);
  WorkerOf worker(first, of);
  EXPECT_EQ(worker.run(), "1");
  EXPECT_EQ(engine.ended_waits(second.thread), std::vector<WaitTicket>{7U});
  EXPECT_EQ(engine.ended_waits(b.thread), std::vector<WaitTicket>{6U});
}

TEST_F(PoolTest, SizesAreKept) {
  const PoolOf of(host, {.size = 2, .min_size = 1});
  WorkerOf one(first, of);
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  EXPECT_EQ(of.submit(b, "2"), Status::kOk);
  WorkerOf two(second, of);
  ASSERT_NE(two.me, nullptr);
  EXPECT_EQ(of.submit(b, "3"), Status::kOk);
  EXPECT_EQ(of.pool->enlist(), nullptr);
  EXPECT_EQ(one.take(), "1");
  of.pool->resize(1);
  EXPECT_EQ(two.take(), ".");  // one too many
  EXPECT_FALSE(of.pool->leave(first.thread.epoch.stock, *one.me, Pool::Why::kIdle));
  EXPECT_FALSE(of.pool->holds(b.thread, Pool::Condition::kShrunk, 9));
  of.pool->gone(host.thread, two.me->number, {});
  EXPECT_TRUE(of.pool->holds(b.thread, Pool::Condition::kShrunk, 9));
  one.finish("1");
  EXPECT_EQ(one.run(), "2 3");
  EXPECT_EQ(PoolOf::answers(b), "returned:1 returned:2 returned:3");
  EXPECT_EQ(of.pool->counts().crashes, 0U);
}

TEST_F(PoolTest, AScriptThatDoesNotLoadFailsWhatWaitsUnlessSomebodyIsReady) {
  const PoolOf of(host, {.size = 2});
  EXPECT_EQ(of.submit(b, "1"), Status::kOk);
  EXPECT_EQ(of.submit(b, "2"), Status::kOk);
  PoolWorker* starting = of.pool->enlist();
  EXPECT_TRUE(of.pool->unloadable(first.thread, bytes("why")));
  EXPECT_EQ(PoolOf::answers(b), "unloadable:why unloadable:why");
  of.pool->gone(host.thread, starting->number, {});
  EXPECT_EQ(of.submit(b, "3"), Status::kOk);
  WorkerOf worker(first, of);
  EXPECT_FALSE(of.pool->unloadable(second.thread, bytes("why")));
  EXPECT_EQ(worker.run(), "3");
  EXPECT_EQ(PoolOf::answers(b), "returned:3");
}

TEST_F(PoolTest, APoolEndsWithItsHostAndWithItsLastHandle) {
  auto leaving = std::make_unique<Client>(engine);
  const PoolOf hosted(*leaving, {.size = 1});
  const PoolOf handled(host, {.size = 1});
  EXPECT_EQ(hosted.submit(b, "1"), Status::kOk);
  leaving.reset();
  EXPECT_EQ(PoolOf::answers(b), "terminated");
  EXPECT_TRUE(hosted.pool->has_ended());
  EXPECT_EQ(handled.submit(b, "1"), Status::kOk);
  engine.release(host.thread, handled.id);
  EXPECT_TRUE(handled.pool->has_ended());
  EXPECT_EQ(engine.pools().find(handled.id), nullptr);
  EXPECT_EQ(PoolOf::answers(b), "terminated");
}

TEST_F(PoolTest, ACollectionThatIsNotThereStandsForNoPool) {
  const PoolOf of(host, {.size = 1});
  EXPECT_EQ(engine.pools().found(host.thread, of.id, {.size = 2}, test::kHost), nullptr) << "it stands for one already";
  EXPECT_EQ(engine.pools().find(of.id), of.pool);
  engine.destroy(host.thread, of.id);
  for (const CollectionId id : {of.id, of.id + 1}) {
    EXPECT_EQ(engine.pools().found(host.thread, id, {.size = 1}, test::kHost), nullptr);
    EXPECT_EQ(engine.pools().find(id), nullptr) << "nothing would ever end it";
  }
}

TEST_F(PoolTest, ALimitOfTheProcessRefusesTasks) {
  const PoolOf of(host, {.size = 1});
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 1000);
  int accepted = 0;
  while (of.submit(b, "arguments") == Status::kOk) ++accepted;
  EXPECT_GT(accepted, 1);
  EXPECT_EQ(of.submit(b, "arguments"), Status::kProcessLimit);
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
  of.pool->terminate(b.thread.epoch.stock);
  static_cast<void>(PoolOf::answers(b));
  EXPECT_EQ(engine.stats().tasks, 0);
}

TEST_F(PoolTest, FunctionsAreKnownByTheirText) {
  const PoolOf of(host, {.size = 1});
  const std::uint32_t one = of.pool->define("one");
  EXPECT_NE(of.pool->define("two"), one);
  EXPECT_EQ(of.pool->define("one"), one);
  EXPECT_EQ(of.pool->function(one), "one");
  EXPECT_EQ(of.pool->function(99), "");
}

}  // namespace
}  // namespace heddle
