// How workers of a pool end, and what becomes of their tasks.
#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

#include "heddle/tasks/pool.h"
#include "heddle/thread.h"

namespace heddle {

using State = PoolWorker::State;

// P2.
void Pool::empty_deque(Stock& stock, PoolWorker& me) {
  TaskQueue::Chain chain;
  {
    const std::lock_guard guard(me.deque.lock);
    chain = me.deque.take(std::numeric_limits<std::size_t>::max());
  }
  if (chain.length > 0) {
    enter(stock, injector_, chain);
    look_after(stock, nullptr);
  }
  stir();
}

bool Pool::leave(Stock& stock, PoolWorker& me, Why why) {
  wake_up(me);
  {
    const std::lock_guard guard(lock_);
    if (me.state_now() == State::kWorking) {
      const std::size_t hands = hands_.load(std::memory_order_relaxed);
      if (why == Why::kSurplus && !has_ended() && hands <= size_.load(std::memory_order_relaxed)) return false;
      if (why == Why::kIdle && (anything_waits() || hands <= settings_.min_size)) return false;
      me.become(State::kLeaving);
      hands_.fetch_sub(1, std::memory_order_seq_cst);
      if (why != Why::kLost) me.excused = true;
    }
  }
  empty_deque(stock, me);
  return true;
}

void Pool::lose(Stock& stock, PoolWorker& me) {
  static_cast<void>(leave(stock, me, Why::kLost));
  const std::lock_guard guard(lock_);
  if (me.state_now() == State::kGone) clear_lanes(stock, me);  // before another thread can be this worker
  me.desk = nullptr;
  call_host();
}

// They stay in their lanes (K2).
void Pool::settle_running(Stock& stock, PoolWorker& worker, Outcome outcome, Bytes cause) {
  // One after the other, as each is settled then.
  const auto next = [&]() -> Task* {
    const std::lock_guard guard(worker.deque.lock);
    const auto found = std::ranges::find_if(worker.lanes, [](const Task* task) {
      return task != nullptr && !task->settled.load(std::memory_order_relaxed);
    });
    if (found == worker.lanes.end()) return nullptr;
    (*found)->hold();
    return *found;
  };
  while (Task* task = next()) {
    settle(stock, *task, outcome, cause.empty() ? nullptr : make_value(stock, cause));
    let_go(stock, *task);
  }
}

void Pool::gone(Thread& thread, WorkerNumber number, Bytes cause) {
  Stock& stock = thread.epoch.stock;
  PoolWorker* worker = nullptr;
  {
    const std::lock_guard guard(lock_);
    worker = find(number);
    if (worker == nullptr || worker->state_now() == State::kGone) return;
    if (worker->state.exchange(State::kLeaving, std::memory_order_seq_cst) != State::kLeaving) {
      hands_.fetch_sub(1, std::memory_order_seq_cst);
    }
    if (!worker->excused && !has_ended()) crashes_.fetch_add(1, std::memory_order_relaxed);
  }
  static_cast<void>(leave(stock, *worker, Why::kLost));
  settle_running(stock, *worker, Outcome::kCrashed, cause);
  {
    const std::lock_guard guard(worker->deque.lock);
    if (std::exchange(worker->running, 0) > 0) active_.fetch_sub(1, std::memory_order_relaxed);
  }
  {
    const std::lock_guard guard(lock_);
    worker->become(State::kGone);
    worker->condemned = false;
    aside_.fetch_sub(std::exchange(worker->aside, 0), std::memory_order_seq_cst);
    if (worker->desk == nullptr) clear_lanes(stock, *worker);
  }
  if (waiting_count_.load(std::memory_order_seq_cst) > 0) check_waiting();
  call_host();
}

bool Pool::unloadable(Thread& thread, Bytes cause) {
  {
    const std::lock_guard guard(lock_);
    if (std::ranges::any_of(workers_, [](const auto& worker) { return worker->state_now() == State::kWorking; }))
      return false;
  }
  settle_queued(thread.epoch.stock, injector_, Outcome::kUnloadable, cause);
  return true;
}

void Pool::announce_end(PoolWorker& me) {
  const std::lock_guard guard(lock_);
  if (me.excused || me.state_now() == State::kGone) return;
  me.ending = true;
  call_host();
}

std::vector<WorkerNumber> Pool::take_ending() {
  const std::lock_guard guard(lock_);
  std::vector<WorkerNumber> numbers;
  numbers.reserve(workers_.size());  // before any is taken off
  for (const auto& worker : workers_)
    if (std::exchange(worker->ending, false)) numbers.push_back(worker->number);
  return numbers;
}

std::vector<WorkerNumber> Pool::take_condemned() {
  const std::lock_guard guard(lock_);
  std::vector<WorkerNumber> numbers;
  numbers.reserve(workers_.size());  // before any is taken off
  for (const auto& worker : workers_)
    if (std::exchange(worker->condemned, false)) numbers.push_back(worker->number);
  return numbers;
}

}  // namespace heddle
