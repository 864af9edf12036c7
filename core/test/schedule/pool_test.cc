// Pools under every interleaving: K1, K4, P1–P4 of heddle/tasks/{task,pool}.h.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/pool.h"

namespace heddle::schedule {
namespace {

using test::Client;
using test::PoolOf;
using test::WorkerOf;

// A pool of two workers that are there and know of nothing yet, and two threads that submit.
struct World {
  World() { static_cast<void>(engine.ended_waits(host.thread)); }

  Engine engine{1};
  Client host{engine};
  Client first{engine};
  Client second{engine};
  Client submitter{engine};
  PoolOf of{host, {.size = 2, .min_size = 2}};
  WorkerOf one{first, of};
  WorkerOf two{second, of};
  TaskTicket ticket = 0;
  std::string seen;
  std::string other;

  void submit(std::string_view task) { require(of.submit(submitter, task, ticket) == Status::kOk, "refused"); }
  void cancel() {
    if (Task* task = submitter.thread.desk->find(ticket)) of.pool->cancel(submitter.thread, *task, nullptr);
  }
  // Everything that was submitted has been answered once.
  void require_answers(const std::string& expected) {
    require(PoolOf::answers(submitter) == expected, "an answer is missing, or there is one too many");
    require(of.pool->counts().unfinished == 0, "something is unfinished");
    require(of.pool->counts().queued == 0, "something is queued");
  }
};

// Who falls asleep over a task is called for it.
Program submit_against_sleep() {
  auto world = std::make_shared<World>();
  return {{[world] { world->seen = world->one.take(); }, [world] { world->submit("task"); }}, [world] {
            require(world->seen == "task" || world->one.called(), "a wake-up was lost");
            if (world->seen == "-") world->seen = world->one.take();
            world->one.finish("done");
            world->require_answers("returned:done");
          }};
}

TEST(PoolSchedules, NoWakeUpIsLost) { expect_holds(explore({.preemptions = 3}, submit_against_sleep)); }

// One worker has two tasks that the other one may take, or fall asleep over while they are moved.
Program theft_against_sleep() {
  auto world = std::make_shared<World>();
  for (const char* task : {"1", "2"}) require(world->of.submit(world->first, task) == Status::kOk, "refused");
  return {{[world] { world->seen = world->one.take(); }, [world] { world->other = world->two.take(); }}, [world] {
            require(world->seen != world->other || world->seen == "-", "one task was run twice");
            const bool called = world->one.called() || world->two.called();
            require(called || (world->seen != "-" && world->other != "-"), "somebody sleeps while something waits");
            if (world->seen != "-") world->one.finish("");
            if (world->other != "-") world->two.finish("");
            static_cast<void>(world->one.run());
            require(world->of.pool->counts().completed == 2, "a task was lost");
          }};
}

TEST(PoolSchedules, WhatIsStolenIsNotLostAndNobodySleepsOverIt) {
  expect_holds(explore({.preemptions = 2}, theft_against_sleep));
}

// A task is cancelled while it is taken: it is gone, or its worker is told.
Program cancel_against_take() {
  auto world = std::make_shared<World>();
  world->submit("task");
  return {{[world] { world->seen = world->one.take(); }, [world] { world->cancel(); }}, [world] {
            if (world->seen == "-") return world->require_answers("cancelled");
            require(Pool::is_cancelled(*world->one.me, world->one.lane), "it runs, and nobody told it");
            require(world->one.called(), "its worker was not called");
            world->one.finish("done");
            world->require_answers("returned:done");
          }};
}

TEST(PoolSchedules, ACancelledTaskIsGoneOrItsWorkerTold) {
  expect_holds(explore({.preemptions = 3}, cancel_against_take));
}

// The same while it is moved from one deque to another.
Program cancel_against_theft() {
  auto world = std::make_shared<World>();
  require(world->of.submit(world->first, "own", world->ticket) == Status::kOk, "refused");
  return {{[world] { world->seen = world->two.take(); },
           [world] {
             Task* task = world->first.thread.desk->find(world->ticket);
             world->of.pool->cancel(world->first.thread, *task, nullptr);
           }},
          [world] {
            if (world->seen == "own") world->two.finish("done");
            require(PoolOf::answers(world->first) == (world->seen == "own" ? "returned:done" : "cancelled"),
                    "an answer is missing, or there is one too many");
            require(world->of.pool->counts().queued == 0, "it is still in a queue");
          }};
}

TEST(PoolSchedules, ATaskThatIsMovedCanBeCancelled) { expect_holds(explore({.preemptions = 2}, cancel_against_theft)); }

// The end of a pool against somebody who submits, and a worker that takes.
Program end_against_submit() {
  auto world = std::make_shared<World>();
  return {{[world] {
             TaskTicket ticket = 0;
             const Status status = world->of.submit(world->submitter, "task", ticket);
             world->seen = status == Status::kOk ? "accepted" : "refused";
           },
           [world] { world->of.pool->terminate(world->second.thread.epoch.stock); }},
          [world] { world->require_answers(world->seen == "accepted" ? "terminated" : ""); }};
}

TEST(PoolSchedules, NothingStaysWhenAPoolHasEnded) { expect_holds(explore({.preemptions = 3}, end_against_submit)); }

Program end_against_take() {
  auto world = std::make_shared<World>();
  world->submit("1");
  world->submit("2");
  return {{[world] {
             world->seen = world->one.take();
             if (world->seen != ".") world->one.finish("done");
           },
           [world] { world->of.pool->terminate(world->second.thread.epoch.stock); }},
          [world] {
            const std::string answers = PoolOf::answers(world->submitter);
            const bool right = answers == "terminated terminated" || answers == "returned:done terminated" ||
                               answers == "terminated returned:done";
            require(right, "an answer is missing, or there is one too many");
            require(world->of.pool->counts().queued == 0, "something is queued");
          }};
}

TEST(PoolSchedules, NothingStaysInADequeEither) { expect_holds(explore({.preemptions = 2}, end_against_take)); }

// A worker goes while it takes a share: another one gets all of it.
Program leave_against_submit() {
  auto world = std::make_shared<World>();
  return {{[world] {
             require(world->of.submit(world->first, "own") == Status::kOk, "refused");
             require(world->of.submit(world->first, "too") == Status::kOk, "refused");
           },
           [world] { world->of.pool->leave(world->second.thread.epoch.stock, *world->one.me, Pool::Why::kAsked); }},
          [world] {
            const std::string run = world->two.run();
            require(run == "own too" || run == "too own", "a task was lost with its worker");
          }};
}

TEST(PoolSchedules, NothingIsLostWithAWorker) { expect_holds(explore({.preemptions = 2}, leave_against_submit)); }

// A task ends while its worker is given up.
Program finish_against_gone() {
  auto world = std::make_shared<World>();
  world->submit("task");
  require(world->one.take() == "task", "another task");
  return {{[world] { world->one.finish("done"); },
           [world] { world->of.pool->gone(world->host.thread, world->one.me->number, {}); }},
          [world] {
            const std::string answers = PoolOf::answers(world->submitter);
            require(answers == "returned:done" || answers == "crashed", "it was settled twice, or never");
            require(world->of.pool->counts().unfinished == 0, "something is unfinished");
          }};
}

TEST(PoolSchedules, ATaskIsSettledOnce) { expect_holds(explore({.preemptions = 3}, finish_against_gone)); }

// Who waits for the last task is called when it has ended.
Program drain_against_finish() {
  auto world = std::make_shared<World>();
  world->submit("task");
  require(world->one.take() == "task", "another task");
  return {{[world] { world->one.finish("done"); },
           [world] {
             const bool drained = world->of.pool->holds(world->second.thread, Pool::Condition::kDrained, 9);
             world->other = drained ? "drained" : "waits";
           }},
          [world] {
            const auto called = world->engine.ended_waits(world->second.thread);
            const bool told = std::ranges::find(called, WaitTicket{9}) != called.end();
            require(world->other == "drained" || told, "who waits was forgotten");
          }};
}

TEST(PoolSchedules, WhoWaitsForTheEndIsCalled) { expect_holds(explore({.preemptions = 3}, drain_against_finish)); }

}  // namespace
}  // namespace heddle::schedule
