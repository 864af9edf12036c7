// A task: a function and its arguments on their way to a worker of a pool, and what came of it on its way back.
//
//   submit ──▶ injector or a worker's deque ──▶ a lane of a worker ──▶ the desk of the thread that submitted it
//
// Invariants
//  K1. A task is settled once: whoever `claim`s it first says what came of it, and nobody else does.
//  K2. It is held by its desk, until that has given the answer out or closes, and by the pool, as long as it is in
//      a queue or a lane. It stays in a lane until its worker is done with it, whoever settles it meanwhile. The last
//      one frees it.
//  K3. `queue` is where it waits, and changes under the lock of the queue that it leaves or enters. Between queues,
//      and before and after them, it is null.
//  K4. Who cancels stores `cancelled` before he looks whether the task waits or runs; who moves it stores `queue`,
//      and who starts it `runner`, before he looks whether it is cancelled (all seq_cst): one of them sees the other.
#pragma once

#include <memory>

#include "heddle/memory/version.h"
#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

class Desk;
class Pool;
class TaskQueue;
struct PoolWorker;

using TaskTicket = std::uint32_t;  // of the thread that submitted it

// What came of a task.
enum class Outcome : std::int32_t {
  kReturned = 0,
  kThrew = 1,
  kCancelled = 2,
  kCrashed = 3,     // its worker ended
  kTerminated = 4,  // its pool did
  kUnloadable = 5,  // no worker could be made ready
  kNoMemory = 6,    // for what it returned, or threw
};

struct Task {
  // Constant.
  std::shared_ptr<Pool> pool;
  std::shared_ptr<Desk> desk;
  TaskTicket ticket = 0;
  std::uint32_t function = 0;  // of those that the pool knows
  std::uint32_t flags = 0;     // the language's business, as is the deadline
  std::int32_t priority = 0;   // higher ones go first
  double deadline = 0;
  std::int64_t submitted = 0;  // ns

  // Guarded by the lock of the queue (K3).
  atomic<TaskQueue*> queue{nullptr};
  Task* previous = nullptr;
  Task* next = nullptr;

  // Written by the thread that submitted it, before `cancelled`.
  Version* reason = nullptr;
  atomic<bool> cancelled{false};

  // Written by its worker.
  Version* arguments = nullptr;  // null once they are read
  atomic<PoolWorker*> runner{nullptr};
  std::int64_t started = 0;
  std::uint32_t lane = 0;

  // Written by who settles it.
  Outcome outcome = Outcome::kReturned;
  Version* answer = nullptr;
  double ran = 0;               // ns
  Task* next_answer = nullptr;  // guarded by the desk's lock

  [[nodiscard]] bool claim() { return !settled.exchange(true, std::memory_order_acq_rel); }
  void hold() { holders.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] bool let_go() { return holders.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  atomic<bool> settled{false};
  atomic<std::uint32_t> holders{2};  // K2
};

}  // namespace heddle
