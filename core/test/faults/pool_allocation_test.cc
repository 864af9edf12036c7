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

}  // namespace
}  // namespace heddle
