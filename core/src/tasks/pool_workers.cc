// The workers of a pool: how they come, find tasks, and sleep.
#include <algorithm>
#include <utility>

#include "heddle/tasks/pool.h"
#include "heddle/thread.h"
#include "tasks/now.h"

namespace heddle {

using State = PoolWorker::State;

namespace {

constexpr std::int64_t kLinger = 50'000;  // ns
constexpr std::int64_t kSoon = 200'000;

}  // namespace

PoolWorker* Pool::find(WorkerNumber number) { return number < workers_.size() ? workers_[number].get() : nullptr; }

std::size_t Pool::count(State from, State to) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      workers_, [&](const auto& worker) { return worker->state_now() >= from && worker->state_now() <= to; }));
}

// Null past the last one. They are never freed before the pool.
PoolWorker* Pool::worker_at(WorkerNumber number) {
  const std::lock_guard guard(lock_);
  return find(number);
}

void Pool::call_host() { host_->call(host_ticket_); }

// With the lock.
bool Pool::wants_worker() const {
  if (has_ended()) return false;
  const std::size_t hands = count(State::kStarting, State::kWorking);
  if (hands >= size_.load(std::memory_order_relaxed)) return false;
  if (hands < settings_.min_size) return true;
  const auto coming = static_cast<std::size_t>(std::ranges::count_if(workers_, [](const auto& worker) {
    return worker->state_now() <= State::kWorking && worker->coming.load(std::memory_order_relaxed);
  }));
  return sleepers_.size() + coming < queued_.load(std::memory_order_relaxed);
}

PoolWorker* Pool::enlist() {
  const std::lock_guard guard(lock_);
  if (!wants_worker()) return nullptr;
  const auto gone = std::ranges::find_if(
      workers_, [](const auto& worker) { return worker->state_now() == State::kGone && worker->desk == nullptr; });
  PoolWorker* worker = nullptr;
  if (gone == workers_.end()) {
    sleepers_.reserve(workers_.size() + 1);  // so that nobody fails to fall asleep
    worker = workers_.emplace_back(std::make_unique<PoolWorker>(static_cast<WorkerNumber>(workers_.size()))).get();
  } else {
    worker = gone->get();
    worker->become(State::kStarting);
    worker->coming.store(true);
    worker->condemned = worker->excused = worker->ending = false;
  }
  worker->seed = worker->number;
  hands_.fetch_add(1, std::memory_order_seq_cst);
  return worker;
}

PoolWorker* Pool::join(Thread& thread, WorkerNumber number, WaitTicket ticket) {
  const std::lock_guard guard(lock_);
  PoolWorker* worker = find(number);
  if (worker == nullptr || worker->state_now() != State::kStarting || has_ended()) return nullptr;
  worker->become(State::kWorking);
  worker->desk = thread.desk;
  worker->ticket = ticket;
  thread.desk->pool = shared_from_this();
  thread.desk->worker = worker;
  return worker;
}

Pool::Next Pool::next(Thread& thread, PoolWorker& me, Task*& task) {
  Stock& stock = thread.epoch.stock;
  if (me.asleep.load(std::memory_order_relaxed)) wake_up(me);
  if (me.coming.load(std::memory_order_relaxed)) {
    me.coming.store(false, std::memory_order_relaxed);
    needs_call_.store(true, std::memory_order_seq_cst);
  }
  if (me.fell_asleep != 0) me.expects_more = now_ns() - std::exchange(me.fell_asleep, 0) < kSoon;
  for (;;) {
    const bool surplus = has_ended() || hands_.load(std::memory_order_seq_cst) > size_.load(std::memory_order_seq_cst);
    if (surplus && leave(stock, me, Why::kSurplus)) return Next::kLeave;
    if (me.state_now() != State::kWorking) {
      stir();  // it may have been called for a task
      return Next::kLeave;
    }
    task = start_one(me);
    if (task != nullptr) {
      if (!task->cancelled.load(std::memory_order_seq_cst)) return Next::kTask;
      // It has been cancelled on its way here (K4).
      finish(thread, me, task->lane, Outcome::kCancelled, nullptr);
      continue;
    }
    if (refill(stock, me) || lingers(me)) continue;
    const std::lock_guard guard(lock_);
    if (fall_asleep(me)) return Next::kSleep;
  }
}

// The next task of its deque, in a lane; null if there is none, or a better one outside.
Task* Pool::start_one(PoolWorker& me) {
  if (injector_.top() > me.deque.top()) return nullptr;
  const std::lock_guard guard(me.deque.lock);
  const auto free = std::ranges::find(me.lanes, nullptr);
  const auto lane = static_cast<std::uint32_t>(free - me.lanes.begin());
  if (free == me.lanes.end()) me.lanes.push_back(nullptr);
  Task* task = me.deque.pop();
  if (task == nullptr) return nullptr;
  queued_.fetch_sub(1, std::memory_order_relaxed);
  task->lane = lane;
  me.lanes[lane] = task;
  if (me.running++ == 0) active_.fetch_add(1, std::memory_order_relaxed);
  task->runner.store(&me, std::memory_order_seq_cst);
  task->started = now_ns();
  waited_.add(static_cast<double>(task->started - task->submitted));
  return task;
}

// Those that were cancelled on their way end here (K4).
void Pool::enter(Stock& stock, TaskQueue& queue, TaskQueue::Chain chain) {
  Task* cancelled = nullptr;
  {
    const std::lock_guard guard(queue.lock);
    for (Task* task = chain.first; task != nullptr;) {
      Task* next = task->next;
      queue.push(*task);
      if (task->cancelled.load(std::memory_order_seq_cst)) {
        queue.remove(*task);
        queued_.fetch_sub(1, std::memory_order_relaxed);
        task->next = std::exchange(cancelled, task);
      }
      task = next;
    }
  }
  while (cancelled != nullptr)
    settle_idle(stock, *std::exchange(cancelled, cancelled->next), Outcome::kCancelled, nullptr);
}

// False if there was nothing to be had.
bool Pool::refill(Stock& stock, PoolWorker& me) {
  constexpr std::size_t kMost = kExplored ? 2 : 32;
  TaskQueue::Chain chain;
  if (injector_.size() > 0) {
    const std::size_t hands = std::max<std::size_t>(hands_.load(std::memory_order_relaxed), 1);
    const std::lock_guard guard(injector_.lock);
    chain = injector_.take(std::clamp<std::size_t>(injector_.size() / (2 * hands), 1, kMost));
  }
  if (chain.length == 0) chain = rob(me);
  if (chain.length == 0) return false;
  const bool more = chain.length > 1 || injector_.size() > 0;
  enter(stock, me.deque, chain);
  look_after(stock, &me);
  if (more && sleepers_count_.load(std::memory_order_seq_cst) > 0) wake_one();
  return true;
}

// Half of what waits for somebody else.
TaskQueue::Chain Pool::rob(PoolWorker& me) {
  std::vector<PoolWorker*> others;
  {
    const std::lock_guard guard(lock_);
    others.reserve(workers_.size());
    for (const auto& worker : workers_)
      if (worker.get() != &me && worker->deque.size() > 0) others.push_back(worker.get());
  }
  if (others.empty()) return {};
  PoolWorker& victim = *others[me.seed++ % others.size()];
  const std::lock_guard guard(victim.deque.lock);
  const TaskQueue::Chain chain = victim.deque.take((victim.deque.size() + 1) / 2);
  if (chain.length > 0) {
    steals_.fetch_add(1, std::memory_order_relaxed);
    stolen_.fetch_add(chain.length, std::memory_order_relaxed);
  }
  return chain;
}

// Who submits one task after the other does it as soon as he has heard of the one before, and calling a thread takes
// him, and it, longer than most tasks do. A worker to which that happens looks on for as long as a call would take.
bool Pool::lingers(PoolWorker& me) {
  if (kExplored || !std::exchange(me.expects_more, false)) return false;
  lingering_.fetch_add(1, std::memory_order_seq_cst);
  const std::int64_t until = now_ns() + kLinger;
  while (queued_.load(std::memory_order_relaxed) == 0 && !has_ended() && now_ns() < until) cpu_relax();
  lingering_.fetch_sub(1, std::memory_order_seq_cst);
  me.expects_more = queued_.load(std::memory_order_relaxed) > 0;
  return me.expects_more;
}

// With the lock.
bool Pool::anything_waits() {
  return injector_.size() > 0 ||
         std::ranges::any_of(workers_, [](const auto& worker) { return worker->deque.size() > 0; });
}

// With the lock. P1.
bool Pool::fall_asleep(PoolWorker& me) {
  if (me.state_now() != State::kWorking) return false;
  sleepers_count_.fetch_add(1, std::memory_order_seq_cst);
  needs_call_.store(true, std::memory_order_seq_cst);
  if (anything_waits()) {
    sleepers_count_.fetch_sub(1, std::memory_order_seq_cst);
    return false;
  }
  sleepers_.push_back(&me);
  me.asleep.store(true);
  me.fell_asleep = now_ns();
  return true;
}

// It has been called for something else.
void Pool::wake_up(PoolWorker& me) {
  const std::lock_guard guard(lock_);
  take_off_sleepers(me);
}

// With the lock. False if it did not sleep.
bool Pool::take_off_sleepers(PoolWorker& worker) {
  if (!worker.asleep.exchange(false)) return false;
  std::erase(sleepers_, &worker);
  sleepers_count_.fetch_sub(1, std::memory_order_seq_cst);
  return true;
}

void Pool::busy(PoolWorker& me) {
  {
    const std::lock_guard guard(lock_);
    const bool slept = take_off_sleepers(me);
    if (!slept && !me.coming.exchange(false)) return;
  }
  stir();
}

// P4.
void Pool::step_aside(PoolWorker& me, bool waits) {
  if (settings_.max_tasks == Settings{}.max_tasks) return;
  const std::lock_guard guard(lock_);
  if (me.state_now() == State::kGone) return;
  if (waits) {
    ++me.aside;
    aside_.fetch_add(1, std::memory_order_seq_cst);
    call_satisfied();
  } else if (me.aside > 0) {
    --me.aside;
    aside_.fetch_sub(1, std::memory_order_seq_cst);
  }
}

void Pool::wake_one() {
  const std::lock_guard guard(lock_);
  if (sleepers_.empty()) return;
  PoolWorker& worker = *sleepers_.back();
  sleepers_.pop_back();
  sleepers_count_.fetch_sub(1, std::memory_order_seq_cst);
  worker.asleep.store(false);
  worker.coming.store(true);
  worker.desk->call(worker.ticket);
}

void Pool::stir() {
  const std::uint64_t queued = queued_.load(std::memory_order_seq_cst);
  const std::uint64_t lingering = lingering_.load(std::memory_order_seq_cst);
  if (queued <= lingering) return;
  // Not before: whoever has fallen asleep without being needed may be needed for the next task.
  needs_call_.store(false, std::memory_order_seq_cst);
  for (std::uint64_t left = queued - lingering; left > 0; --left) {
    if (sleepers_count_.load(std::memory_order_seq_cst) == 0) break;
    wake_one();
  }
  if (hands_.load(std::memory_order_seq_cst) < size_.load(std::memory_order_relaxed)) call_host();
}

Task* Pool::running(PoolWorker& me, std::uint32_t lane) {
  const std::lock_guard guard(me.deque.lock);
  return lane < me.lanes.size() ? me.lanes[lane] : nullptr;
}

// Somebody else may settle and free it at any time, so it is looked at under the lock.
bool Pool::is_cancelled(PoolWorker& me, std::uint32_t lane) {
  const std::lock_guard guard(me.deque.lock);
  if (lane >= me.lanes.size() || me.lanes[lane] == nullptr) return false;
  const Task& task = *me.lanes[lane];
  return task.cancelled.load(std::memory_order_seq_cst) || task.settled.load(std::memory_order_relaxed);
}

void Pool::finish(Thread& thread, PoolWorker& me, std::uint32_t lane, Outcome outcome, Version* answer) {
  Stock& stock = thread.epoch.stock;
  Task* task = nullptr;
  {
    const std::lock_guard guard(me.deque.lock);
    if (lane < me.lanes.size()) task = std::exchange(me.lanes[lane], nullptr);
    if (task != nullptr && me.running > 0 && --me.running == 0) active_.fetch_sub(1, std::memory_order_relaxed);
  }
  if (task == nullptr) return free_version(stock, answer);
  const auto ran = static_cast<double>(now_ns() - task->started);
  if (outcome != Outcome::kCancelled) ran_.add(ran);
  settle(stock, *task, outcome, answer, ran);
  let_go(stock, *task);
}

void Pool::clear_lanes(Stock& stock, PoolWorker& worker) {
  std::vector<Task*> lanes;
  {
    const std::lock_guard guard(worker.deque.lock);
    lanes.swap(worker.lanes);
  }
  for (Task* task : lanes)
    if (task != nullptr) let_go(stock, *task);
}

}  // namespace heddle
