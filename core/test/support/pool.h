// Pools as most of their tests speak of them: text for arguments and answers, and workers that are asked turn by turn.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/client.h"

namespace heddle::test {

inline constexpr WaitTicket kAnswers = 1;
inline constexpr WaitTicket kHost = 2;
inline constexpr WaitTicket kWork = 3;

// A pool, and the thread that made it.
struct PoolOf {
  PoolOf(Client& host, const Pool::Settings& settings)
      : id(host.open().id), pool(host.engine.pools().found(host.thread, id, settings, kHost)) {
    host.thread.desk->answers_by(kAnswers);
  }

  Status submit(Client& client, std::string_view arguments, std::int32_t priority = 0) const {
    TaskTicket ticket = 0;
    return submit(client, arguments, ticket, priority);
  }
  Status submit(Client& client, std::string_view arguments, TaskTicket& ticket, std::int32_t priority = 0) const {
    Pool::Request request;
    request.priority = priority;
    request.arguments = bytes(arguments);
    return pool->submit(client.thread, request, ticket);
  }
  void cancel(Client& client, TaskTicket ticket) const {
    pool->cancel(client.thread, *client.thread.desk->find(ticket), nullptr);
  }
  // "returned:text threw:text cancelled …", as far as they have come.
  static std::string answers(Client& client) {
    static constexpr std::array kNames{"returned",   "threw",      "cancelled", "crashed",
                                       "terminated", "unloadable", "no memory"};
    std::string all;
    Desk& desk = *client.thread.desk;
    while (Task* task = desk.first_answer()) {
      all += (all.empty() ? "" : " ") + std::string(kNames.at(static_cast<std::size_t>(task->outcome)));
      if (task->answer != nullptr) all += ":" + text(task->answer->bytes());
      desk.pop_answer();
      desk.release(task->ticket);
      const std::shared_ptr<Pool> owner = task->pool;
      owner->let_go(client.thread.epoch.stock, *task);
    }
    return all;
  }

  const CollectionId id;
  const std::shared_ptr<Pool> pool;
};

// A worker's thread.
struct WorkerOf {
  // Enlisted if there is no number.
  WorkerOf(Client& client, const PoolOf& of) : WorkerOf(client, of, of.pool->enlist()) {}
  WorkerOf(Client& client, const PoolOf& of, PoolWorker* enlisted) : client(client), pool(*of.pool) {
    if (enlisted != nullptr) me = pool.join(client.thread, enlisted->number, kWork);
  }

  // Takes a task and tells its arguments; "-" asleep, "." to leave.
  std::string take() {
    Task* task = nullptr;
    switch (pool.next(client.thread, *me, task)) {
      case Pool::Next::kSleep:
        return "-";
      case Pool::Next::kLeave:
        return ".";
      case Pool::Next::kTask:
        break;
    }
    lane = task->lane;
    std::string arguments = text(task->arguments->bytes());
    pool.arguments_read(client.thread, *task);
    return arguments;
  }
  void finish(std::string_view answer, Outcome outcome = Outcome::kReturned) {
    pool.finish(client.thread, *me, lane, outcome, pool.make_value(client.thread.epoch.stock, bytes(answer)));
  }
  // Runs what there is, echoing arguments; all of it, in order.
  std::string run() {
    std::string all;
    for (std::string task = take(); task != "-" && task != "."; task = take()) {
      all += (all.empty() ? "" : " ") + task;
      finish(task);
    }
    return all;
  }
  // Whether it has been called since it was last asked.
  bool called() {
    const auto tickets = client.engine.ended_waits(client.thread);
    return std::ranges::find(tickets, kWork) != tickets.end();
  }

  Client& client;
  Pool& pool;
  PoolWorker* me = nullptr;
  std::uint32_t lane = 0;
};

}  // namespace heddle::test
