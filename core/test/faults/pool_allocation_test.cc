// Pools of workers when memory is short: nothing is lost between a task and its answer.
#include <gtest/gtest.h>

#include "faults/scene.h"

namespace heddle {
namespace {

using test::expect_survives;
using test::PoolOf;
using test::Scene;

// Workers are threads a and b; tasks are submitted by the guest, and the keeper is the host.
void found(Scene& s, std::uint32_t size = 2) {
  const PoolOf of(s.keeper, {.size = size});
  s.pool = of.pool;
  s.guest().desk->answers_by(test::kAnswers);
}

Status submit(Scene& s, std::string_view arguments) {
  Pool::Request request;
  request.arguments = test::bytes(arguments);
  return s.pool->submit(s.guest(), request, s.task);
}

PoolWorker* enlist(Scene& s, test::Client& client) {
  PoolWorker* worker = s.pool->enlist();
  return worker == nullptr ? nullptr : s.pool->join(client.thread, worker->number, test::kWork);
}

// Takes a task and returns its lane.
std::uint32_t take(Scene& s, test::Client& client, PoolWorker& worker) {
  Task* task = nullptr;
  if (s.pool->next(client.thread, worker, task) != Pool::Next::kTask) return ~0U;
  s.pool->arguments_read(client.thread, *task);
  return task->lane;
}

std::string figures(Scene& s) {
  const Pool::Counts counts = s.pool->counts();
  return "queued " + std::to_string(counts.queued) + " unfinished " + std::to_string(counts.unfinished) + " settling " +
         std::to_string(counts.settling) + " workers " + std::to_string(counts.workers) + " of them active " +
         std::to_string(counts.active) + " threads " + std::to_string(counts.threads);
}

std::string state_of(Scene& s) {
  return s.content() + figures(s) + " takes " + std::to_string(s.pool->counts().memory);
}

// Gives out the answers that there are, and tells who has been called.
std::string answers(Scene& s) {
  std::string all;
  Desk& desk = *s.guest().desk;
  while (Task* task = desk.first_answer()) {
    all += " outcome " + std::to_string(static_cast<int>(task->outcome));
    if (task->answer != nullptr) all += ":" + test::text(task->answer->bytes());
    desk.pop_answer();
    desk.release(task->ticket);
    s.pool->let_go(s.guest().epoch.stock, *task);
  }
  for (const WaitTicket ticket : s.engine.ended_waits(s.guest())) all += " called " + std::to_string(ticket);
  return all;
}

std::string answered(Scene& s) {
  const std::string all = answers(s);
  return state_of(s) + all;
}

TEST(PoolAllocation, Founding) {
  expect_survives({.name = "founding a pool",
                   .prepare = [](Scene& s) { s.write(test::Client::clear_of(s.keeper.open("pool").id)); },
                   .run =
                       [](Scene& s) {
                         const CollectionId id = s.writes[0].collection;
                         s.pool = s.engine.pools().found(s.keeper.thread, id, {.size = 2}, test::kHost);
                         return Status::kOk;
                       },
                   .content =
                       [](Scene& s) {
                         const bool is_there = s.engine.pools().find(s.writes[0].collection) != nullptr;
                         return s.content() + (is_there ? "founded" : "");
                       }});
}

TEST(PoolAllocation, Defining) {
  expect_survives({.name = "defining a function",
                   .prepare = [](Scene& s) { found(s); },
                   .run =
                       [](Scene& s) {
                         s.told = "f";
                         static const std::string kFunction(100, 'f');
                         s.pool->define(kFunction);
                         return Status::kOk;
                       }});
}

TEST(PoolAllocation, Submitting) {
  expect_survives({.name = "submitting a task",
                   .prepare = [](Scene& s) { found(s); },
                   .run = [](Scene& s) { return submit(s, "arguments"); },
                   .content = state_of});
  expect_survives({.name = "submitting a task to a worker that sleeps",
                   .prepare =
                       [](Scene& s) {
                         found(s);
                         submit(s, "first");
                         s.worker = enlist(s, s.a());
                         s.pool->finish(s.a().thread, *s.worker, take(s, s.a(), *s.worker), Outcome::kReturned,
                                        nullptr);
                         take(s, s.a(), *s.worker);
                         static_cast<void>(answered(s));
                       },
                   .run = [](Scene& s) { return submit(s, "arguments"); },
                   .content = state_of});
  const std::string large(100'000, 'x');
  expect_survives({.name = "submitting a task with large arguments that refer to a collection",
                   .prepare =
                       [&](Scene& s) {
                         found(s);
                         s.keep(large + test::value_with_links({s.map.id}));
                       },
                   .run =
                       [&](Scene& s) {
                         Pool::Request request;
                         request.arguments = test::bytes(s.kept());
                         request.linked = true;
                         return s.pool->submit(s.guest(), request, s.task);
                       },
                   .content = [](Scene& s) { return s.visible() + std::to_string(s.pool->counts().queued); }});
}

TEST(PoolAllocation, EnlistingAndJoining) {
  expect_survives({.name = "enlisting a worker",
                   .prepare =
                       [](Scene& s) {
                         found(s);
                         submit(s, "arguments");
                       },
                   .run =
                       [](Scene& s) {
                         s.worker = enlist(s, s.a());
                         return s.worker == nullptr ? Status::kClosed : Status::kOk;
                       },
                   .content = state_of});
}

TEST(PoolAllocation, TakingATask) {
  expect_survives({.name = "taking a task",
                   .prepare =
                       [](Scene& s) {
                         found(s);
                         submit(s, "arguments");
                         s.worker = enlist(s, s.a());
                       },
                   .run =
                       [](Scene& s) {
                         Task* task = nullptr;
                         const bool is_task = s.pool->next(s.a().thread, *s.worker, task) == Pool::Next::kTask;
                         return is_task ? Status::kOk : Status::kEmpty;
                       },
                   // Moving it from queue to queue is no change.
                   .content = state_of});
  expect_survives({.name = "stealing tasks",
                   .prepare =
                       [](Scene& s) {
                         found(s);
                         for (const char* arguments : {"1", "2", "3", "4", "5", "6", "7", "8"}) submit(s, arguments);
                         take(s, s.b(), *enlist(s, s.b()));
                         s.worker = enlist(s, s.a());
                         while (s.pool->counts().queued > 1) take(s, s.b(), *s.b().thread.desk->worker);
                       },
                   .run =
                       [](Scene& s) {
                         Task* task = nullptr;
                         const bool is_task = s.pool->next(s.a().thread, *s.worker, task) == Pool::Next::kTask;
                         return is_task ? Status::kOk : Status::kEmpty;
                       },
                   .content = state_of});
}

void run_one(Scene& s) {
  found(s);
  submit(s, "runs");
  s.worker = enlist(s, s.a());
  take(s, s.a(), *s.worker);
}

TEST(PoolAllocation, Answering) {
  expect_survives({.name = "answering",
                   .prepare = run_one,
                   .run =
                       [](Scene& s) {
                         Version* answer = s.pool->make_value(s.a().thread.epoch.stock, test::bytes("answer"));
                         if (answer == nullptr) return Status::kOutOfMemory;
                         s.pool->finish(s.a().thread, *s.worker, 0, Outcome::kReturned, answer);
                         return Status::kOk;
                       },
                   .content = answered});
}

TEST(PoolAllocation, Cancelling) {
  expect_survives(
      {.name = "cancelling with a reason",
       .prepare = run_one,
       .run =
           [](Scene& s) {
             Version* reason = s.pool->make_value(s.guest().epoch.stock, test::bytes("reason"));
             if (reason == nullptr) return Status::kOutOfMemory;
             s.pool->cancel(s.guest(), *s.guest().desk->find(s.task), reason);
             return Status::kOk;
           },
       .content = [](Scene& s) { return answered(s) + (Pool::is_cancelled(*s.worker, 0) ? "cancelled" : ""); }});
}

TEST(PoolAllocation, AWorkerCrashes) {
  expect_survives({.name = "a worker crashes",
                   .prepare =
                       [](Scene& s) {
                         run_one(s);
                         for (const char* arguments : {"1", "2"}) submit(s, arguments);
                         take(s, s.a(), *s.worker);
                       },
                   .run =
                       [](Scene& s) {
                         s.pool->gone(s.keeper.thread, s.worker->number, test::bytes("why"));
                         return Status::kOk;
                       },
                   // The reason is what there may be no memory for.
                   .content =
                       [](Scene& s) {
                         std::string all = answers(s) + figures(s);
                         for (std::size_t at = all.find(":why"); at != std::string::npos; at = all.find(":why"))
                           all.erase(at, 4);
                         return all;
                       },
                   .may_fail = false});
}

TEST(PoolAllocation, WaitingForAPool) {
  expect_survives({.name = "waiting until a pool is drained",
                   .prepare =
                       [](Scene& s) {
                         found(s);
                         submit(s, "waits");
                       },
                   .run =
                       [](Scene& s) {
                         return s.pool->holds(s.b().thread, Pool::Condition::kDrained, s.ticket) ? Status::kEmpty
                                                                                                 : Status::kOk;
                       },
                   .content = state_of});
}

TEST(PoolAllocation, TheHostHearsOfItsWorkers) {
  expect_survives({.name = "hearing who ends",
                   .prepare =
                       [](Scene& s) {
                         run_one(s);
                         s.pool->announce_end(*s.worker);
                       },
                   .run =
                       [](Scene& s) {
                         for (const WorkerNumber number : s.pool->take_ending())
                           s.told += static_cast<char>('0' + number);
                         return Status::kOk;
                       },
                   .content = [](Scene& s) { return s.told; }});
  expect_survives(
      {.name = "condemning tasks of threads that have gone",
       .prepare =
           [](Scene& s) {
             run_one(s);
             s.pool->orphan(*s.guest().desk->find(s.task));
           },
       .run =
           [](Scene& s) {
             s.pool->condemn_orphans(s.keeper.thread, -1);
             return Status::kOk;
           },
       .content = [](Scene& s) { return answered(s) + (s.pool->take_condemned().empty() ? "" : "condemned"); }});
}

TEST(PoolAllocation, TheEndOfAPool) {
  expect_survives({.name = "a host goes, and its pool with it",
                   .prepare =
                       [](Scene& s) {
                         const CollectionInfo pool =
                             s.engine.open(s.guest(), {.kind = 1, .name = {}, .limits = {}, .options = {}});
                         s.pool = s.engine.pools().found(s.guest(), pool.id, {.size = 2}, test::kHost);
                         Pool::Request request;
                         request.arguments = test::bytes("waits");
                         for (int i = 0; i < 3; ++i) s.pool->submit(s.b().thread, request, s.task);
                         s.worker = enlist(s, s.a());
                         take(s, s.a(), *s.worker);
                         s.pool.reset();
                       },
                   .run =
                       [](Scene& s) {
                         s.end_guest();
                         return Status::kOk;
                       },
                   .content = [](Scene& s) { return s.content() + PoolOf::answers(s.b()); },
                   .may_fail = false,
                   .allocates = false});
}

}  // namespace
}  // namespace heddle
