// Pools under every interleaving: K1, K4, P1–P4 of heddle/tasks/{task,pool}.h.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/pool.h"

namespace heddle::schedule::pool {
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

// Nor has it to wait until somebody comes to it where it has been moved to.
Program cancel_against_moving() {
  auto world = std::make_shared<World>();
  require(world->of.submit(world->first, "1") == Status::kOk, "refused");
  require(world->of.submit(world->first, "2", world->ticket) == Status::kOk, "refused");
  require(world->of.submit(world->first, "3") == Status::kOk, "refused");
  return {{[world] { world->seen = world->two.take(); },
           [world] {
             Task* task = world->first.thread.desk->find(world->ticket);
             world->of.pool->cancel(world->first.thread, *task, nullptr);
           }},
          [world] {
            require(world->seen == "1", "another task");
            require(PoolOf::answers(world->first) == "cancelled", "it waits to be found");
          }};
}

TEST(PoolSchedules, ATaskThatIsMovedIsCancelledAtOnce) {
  expect_holds(explore({.preemptions = 2}, cancel_against_moving));
}

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

// As tasks are submitted in fact: quietly, and somebody is called afterwards.
Program stir_against_sleep() {
  auto world = std::make_shared<World>();
  return {{[world] { world->seen = world->one.take(); },
           [world] {
             Pool::Request request;
             request.arguments = test::bytes("task");
             request.calls = Pool::Calls::kLater;
             require(world->of.pool->submit(world->submitter.thread, request, world->ticket) == Status::kOk, "refused");
             world->of.pool->stir();
           }},
          [world] {
            require(world->seen == "task" || world->one.called(), "a wake-up was lost");
            if (world->seen == "-") world->seen = world->one.take();
            world->one.finish("done");
            world->require_answers("returned:done");
          }};
}

TEST(PoolSchedules, NoWakeUpIsLostThatComesLater) { expect_holds(explore({.preemptions = 3}, stir_against_sleep)); }

// A thread submits two tasks in one go and then blocks: it was to tell of the second one later.
Program blocked_after_submit() {
  auto world = std::make_shared<World>();
  const auto submit = [world](std::string_view arguments, Pool::Calls calls) {
    Pool::Request request;
    request.arguments = test::bytes(arguments);
    request.calls = calls;
    require(world->of.pool->submit(world->submitter.thread, request, world->ticket) == Status::kOk, "refused");
  };
  return {{[world] {
             world->seen = world->one.take();
             if (world->seen == "-") return;
             world->one.finish("done");
             world->other = world->one.take();
           },
           [world, submit] {
             submit("1", Pool::Calls::kLater);
             world->of.pool->stir();
             submit("2", Pool::Calls::kIfNeeded);
           }},
          [world] {
            const bool all = world->seen != "-" && world->other == "2";
            require(all || world->one.called(), "it sleeps, and nobody has called it");
          }};
}

TEST(PoolSchedules, AThreadThatBlocksHasToldOfItsTasks) {
  expect_holds(explore({.preemptions = 3}, blocked_after_submit));
}

// Both workers sleep, the first task does not end, and its thread blocks after the second one.
Program blocked_beside_a_long_task() {
  auto world = std::make_shared<World>();
  require(world->one.take() == "-" && world->two.take() == "-", "there is something to do");
  const auto submit = [world](std::string_view arguments, Pool::Calls calls) {
    Pool::Request request;
    request.arguments = test::bytes(arguments);
    request.calls = calls;
    require(world->of.pool->submit(world->submitter.thread, request, world->ticket) == Status::kOk, "refused");
  };
  const auto come = [](WorkerOf& worker, std::string& seen) {
    if (worker.called()) seen = worker.take();
  };
  return {{[world, come] { come(world->one, world->seen); }, [world, come] { come(world->two, world->other); },
           [world, submit] {
             submit("1", Pool::Calls::kLater);
             world->of.pool->stir();
             submit("2", Pool::Calls::kIfNeeded);
           }},
          [world, come] {
            // Who was called comes at last. Nobody ends a task.
            if (world->seen.empty()) come(world->one, world->seen);
            if (world->other.empty()) come(world->two, world->other);
            if (world->seen.empty()) come(world->one, world->seen);
            require(world->seen != world->other && !world->seen.empty() && !world->other.empty(),
                    "one sleeps over a task");
          }};
}

TEST(PoolSchedules, ALongTaskHidesNoOther) { expect_holds(explore({.preemptions = 2}, blocked_beside_a_long_task)); }

// A submission that is refused, while the last task ends for which somebody waits.
Program refusal_against_finish(Pool::Condition condition) {
  struct Small {
    Engine engine{1};
    Client host{engine};
    Client first{engine};
    Client submitter{engine};
    Client waiting{engine};
    PoolOf of{host, {.size = 1, .min_size = 1, .max_tasks = 1}};
    WorkerOf one{first, of};
  };
  auto small = std::make_shared<Small>();
  require(small->of.submit(small->submitter, "task") == Status::kOk, "refused");
  require(small->one.take() == "task", "another task");
  require(!small->of.pool->holds(small->waiting.thread, condition, 9), "it holds already");
  auto refused = std::make_shared<bool>(false);
  return {{[small] { small->one.finish("done"); },
           [small, refused] { *refused = small->of.submit(small->host, "more") == Status::kQueueFull; }},
          [small, refused] {
            const auto called = small->engine.ended_waits(small->waiting.thread);
            const bool told = std::ranges::find(called, WaitTicket{9}) != called.end();
            require(told || !*refused, "who waits was forgotten");
          }};
}

TEST(PoolSchedules, ARefusalHidesNoRoom) {
  expect_holds(explore({.preemptions = 3}, [] { return refusal_against_finish(Pool::Condition::kRoom); }));
}

TEST(PoolSchedules, ARefusalHidesNoEnd) {
  expect_holds(explore({.preemptions = 3}, [] { return refusal_against_finish(Pool::Condition::kDrained); }));
}

// A thread ends after its worker has been given up, and another one is that worker.
Program lost_against_reuse() {
  struct Small {
    Engine engine{1};
    Client host{engine};
    Client next{engine};
    Client submitter{engine};
    PoolOf of{host, {.size = 1, .min_size = 1}};
    std::unique_ptr<Client> dying = std::make_unique<Client>(engine);
    WorkerOf one{*dying, of};
    std::unique_ptr<WorkerOf> two;
    std::string seen;
  };
  auto small = std::make_shared<Small>();
  small->of.pool->gone(small->host.thread, 0, {});
  require(small->of.submit(small->submitter, "task") == Status::kOk, "refused");
  return {{[small] { small->dying.reset(); },
           [small] {
             PoolWorker* enlisted = small->of.pool->enlist();
             if (enlisted == nullptr || enlisted->number != 0) return;
             small->two = std::make_unique<WorkerOf>(small->next, small->of, enlisted);
             small->seen = small->two->take();
           }},
          [small] {
            if (small->seen != "task") return;
            require(Pool::running(*small->two->me, 0) != nullptr, "the old thread has cleared its lane");
            small->two->finish("done");
            require(PoolOf::answers(small->submitter) == "returned:done", "an answer is missing");
          }};
}

TEST(PoolSchedules, AnOldThreadClearsNoLaneOfANewOne) { expect_holds(explore({.preemptions = 2}, lost_against_reuse)); }

// A worker is to be ended by force while it asks for more: others are called in its place.
Program condemn_against_sleep() {
  auto world = std::make_shared<World>();
  world->submit("task");
  require(world->one.take() == "task", "another task");
  require(world->two.take() == "-", "another task");
  return {{[world] { world->seen = world->one.take(); },
           [world] {
             Task* task = world->submitter.thread.desk->find(world->ticket);
             world->of.pool->condemn(world->submitter.thread, *task);
           }},
          [world] {
            static_cast<void>(world->two.called());
            if (!world->two.me->asleep.load()) static_cast<void>(world->two.take());
            TaskTicket ticket = 0;
            require(world->of.submit(world->submitter, "next", ticket) == Status::kOk, "refused");
            require(world->two.called(), "who could take it was not called");
          }};
}

TEST(PoolSchedules, WhoIsToBeEndedIsNotCalled) { expect_holds(explore({.preemptions = 2}, condemn_against_sleep)); }

}  // namespace
}  // namespace heddle::schedule::pool
