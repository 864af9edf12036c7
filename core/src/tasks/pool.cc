// Submitting, cancelling and settling tasks; what a pool is as a whole.
#include "heddle/tasks/pool.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "heddle/thread.h"
#include "tasks/now.h"

namespace heddle {

Pool::Pool(Store& store, CollectionId id, const Settings& settings, std::shared_ptr<Desk> host, WaitTicket host_ticket)
    : id(id),
      store_(store),
      settings_(settings),
      size_(settings.size),
      host_(std::move(host)),
      host_ticket_(host_ticket) {
  host_->expect();
}

Pool::~Pool() {
  host_->forgo();
  for (const Waiting& waiting : waiting_)
    if (const auto desk = waiting.desk.lock()) desk->forgo();
}

std::uint32_t Pool::define(const std::string& function) {
  const std::lock_guard guard(functions_lock_);
  if (const auto known = numbers_.find(function); known != numbers_.end()) return known->second;
  functions_.push_back(function);  // one that nobody gets to know of does no harm
  return numbers_[function] = static_cast<std::uint32_t>(functions_.size() - 1);
}

std::string Pool::function(std::uint32_t number) const {
  const std::lock_guard guard(functions_lock_);
  return number < functions_.size() ? functions_[number] : std::string();
}

Version* Pool::make_value(Stock& stock, Bytes bytes, const BlobPtr* blob, bool linked) {
  Write write;
  write.kind = Write::Kind::kSet;
  write.linked = linked;
  write.collection = id;
  write.value = blob == nullptr ? bytes : (*blob)->bytes();
  write.blob = blob;
  Version* version = nullptr;
  try {
    version = store_.make_version(stock, write);
  } catch (const std::bad_alloc&) {
    version = nullptr;
  }
  if (version != nullptr) {
    const auto footprint = static_cast<std::int64_t>(version->footprint());
    store_.budget.add_tasks(footprint);
    memory_.fetch_add(footprint, std::memory_order_relaxed);
  }
  return version;
}

void Pool::free_version(Stock& stock, Version*& version) {
  if (version == nullptr) return;
  const auto footprint = static_cast<std::int64_t>(version->footprint());
  store_.budget.add_tasks(-footprint);
  memory_.fetch_sub(footprint, std::memory_order_relaxed);
  unlink_and_destroy(store_.lifetimes, stock, std::exchange(version, nullptr));
}

void Pool::free_task(Stock& stock, Task& task) {
  free_version(stock, task.arguments);
  free_version(stock, task.answer);
  free_version(stock, task.reason);
  store_.budget.add_tasks(-static_cast<std::int64_t>(sizeof(Task)));
  memory_.fetch_sub(sizeof(Task), std::memory_order_relaxed);
  task.~Task();
  stock.give_back(&task, sizeof(Task));
}

void Pool::let_go(Stock& stock, Task& task) {
  if (task.let_go()) free_task(stock, task);
}

Status Pool::submit(Thread& thread, const Request& request, TaskTicket& ticket) {
  if (phase_.load(std::memory_order_seq_cst) != Phase::kOpen) return Status::kClosed;
  if (!store_.budget.allows(static_cast<std::int64_t>(sizeof(Task) + request.arguments.size()))) {
    return Status::kProcessLimit;
  }
  Stock& stock = thread.epoch.stock;
  Version* arguments = make_value(stock, request.arguments, request.blob, request.linked);
  if (arguments == nullptr) return Status::kOutOfMemory;
  void* memory = stock.allocate(sizeof(Task));
  if (memory == nullptr) {
    free_version(stock, arguments);
    return Status::kOutOfMemory;
  }
  auto* task = new (memory) Task;
  store_.budget.add_tasks(sizeof(Task));
  memory_.fetch_add(sizeof(Task), std::memory_order_relaxed);
  task->pool = shared_from_this();
  task->desk = thread.desk;
  task->function = request.function;
  task->flags = request.flags;
  task->priority = request.priority;
  task->deadline = request.deadline;
  task->arguments = arguments;
  task->submitted = now_ns();
  if (!take_room()) {
    free_task(stock, *task);
    return Status::kQueueFull;
  }
  try {
    ticket = task->ticket = thread.desk->add(*task);
  } catch (const std::bad_alloc&) {
    unfinished_.fetch_sub(1, std::memory_order_seq_cst);
    if (waiting_count_.load(std::memory_order_seq_cst) > 0) check_waiting();
    free_task(stock, *task);
    return Status::kOutOfMemory;
  }
  enter(thread, *task, request.calls);
  return Status::kOk;
}

// P4.
bool Pool::has_room(std::uint64_t unfinished) const {
  return unfinished < settings_.max_tasks || unfinished - settings_.max_tasks < aside_.load(std::memory_order_seq_cst);
}

// P4. Never passes the limit, be it for a moment: who waits for room would be told that there is none.
bool Pool::take_room() {
  std::uint64_t count = unfinished_.load(std::memory_order_seq_cst);
  do {
    if (!has_room(count)) return false;
  } while (!unfinished_.compare_exchange_weak(count, count + 1, std::memory_order_seq_cst));
  return true;
}

// P3. A null worker stands for the injector.
void Pool::look_after(Stock& stock, PoolWorker* worker) {
  if (has_ended()) {
    terminate(stock);
  } else if (worker != nullptr && worker->state_now() != PoolWorker::State::kWorking) {
    empty_deque(stock, *worker);
  }
}

// P1. From then on the task may be freed at any time.
void Pool::enter(Thread& thread, Task& task, Calls calls) {
  PoolWorker* home = thread.desk->pool.get() == this ? thread.desk->worker : nullptr;
  TaskQueue& queue = home == nullptr ? injector_ : home->deque;
  {
    const std::lock_guard guard(queue.lock);
    queue.push(task);
    queued_.fetch_add(1, std::memory_order_seq_cst);
  }
  look_after(thread.epoch.stock, home);
  if (calls == Calls::kLater) return;
  if (calls == Calls::kIfNeeded) {
    if (needs_call_.load(std::memory_order_seq_cst)) stir();
    return;
  }
  if (sleepers_count_.load(std::memory_order_seq_cst) > 0) {
    wake_one();
  } else if (hands_.load(std::memory_order_seq_cst) < size_.load(std::memory_order_relaxed)) {
    call_host();
  }
}

void Pool::settle(Stock& stock, Task& task, Outcome outcome, Version* answer, double ran) {
  if (!task.claim()) {
    free_version(stock, answer);
    return;
  }
  task.outcome = outcome;
  task.answer = answer;
  task.ran = ran;
  const bool has_run = outcome == Outcome::kReturned || outcome == Outcome::kThrew;
  if (has_run) completed_.fetch_add(1, std::memory_order_relaxed);
  if (outcome == Outcome::kThrew) failures_.fetch_add(1, std::memory_order_relaxed);
  if (outcome == Outcome::kCancelled) cancelled_.fetch_add(1, std::memory_order_relaxed);
  settling_.fetch_add(1, std::memory_order_seq_cst);  // P4
  unfinished_.fetch_sub(1, std::memory_order_seq_cst);
  task.desk->put(task);
  settling_.fetch_sub(1, std::memory_order_seq_cst);
  if (waiting_count_.load(std::memory_order_seq_cst) > 0) check_waiting();
}

// One that was in a queue, and is in none any more.
void Pool::settle_idle(Stock& stock, Task& task, Outcome outcome, Version* answer) {
  free_version(stock, task.arguments);
  settle(stock, task, outcome, answer);
  let_go(stock, task);
}

// Out of the queue that it waits in; false if there is none (K3).
bool Pool::take_off_queue(Task& task) {
  for (;;) {
    TaskQueue* queue = task.queue.load(std::memory_order_seq_cst);
    if (queue == nullptr) return false;
    const std::lock_guard guard(queue->lock);
    if (task.queue.load(std::memory_order_seq_cst) != queue) continue;
    queue->remove(task);
    queued_.fetch_sub(1, std::memory_order_relaxed);
    return true;
  }
}

// K4.
void Pool::cancel(Thread& thread, Task& task, Version* reason) {
  Stock& stock = thread.epoch.stock;
  if (task.cancelled.load(std::memory_order_relaxed)) return free_version(stock, reason);
  task.reason = reason;
  task.cancelled.store(true, std::memory_order_seq_cst);
  const bool taken = take_off_queue(task);
  PoolWorker* runner = task.runner.load(std::memory_order_seq_cst);
  if (runner == nullptr) {
    // If it is between two queues, whoever starts it finds it cancelled.
    if (taken) settle_idle(stock, task, Outcome::kCancelled, nullptr);
    return;
  }
  const std::lock_guard guard(lock_);
  if (runner->desk != nullptr) runner->desk->call(runner->ticket);
}

bool Pool::condemn(Thread& thread, Task& task) {
  PoolWorker* runner = task.runner.load(std::memory_order_seq_cst);
  if (runner == nullptr) return false;
  {
    const std::lock_guard guard(lock_);
    const std::lock_guard running(runner->deque.lock);
    if (task.lane >= runner->lanes.size() || runner->lanes[task.lane] != &task) return false;
    if (runner->state_now() == PoolWorker::State::kGone) return false;
    if (runner->state.exchange(PoolWorker::State::kLeaving, std::memory_order_seq_cst) == PoolWorker::State::kWorking) {
      hands_.fetch_sub(1, std::memory_order_seq_cst);
    }
    runner->condemned = runner->excused = true;
    take_off_sleepers(*runner);
  }
  empty_deque(thread.epoch.stock, *runner);
  settle(thread.epoch.stock, task, Outcome::kCancelled, nullptr);
  call_host();
  return true;
}

void Pool::settle_queued(Stock& stock, TaskQueue& queue, Outcome outcome, Bytes cause) {
  TaskQueue::Chain chain;
  {
    const std::lock_guard guard(queue.lock);
    chain = queue.take(std::numeric_limits<std::size_t>::max());
    queued_.fetch_sub(chain.length, std::memory_order_relaxed);
  }
  for (Task* task = chain.first; task != nullptr;) {
    Task* next = task->next;
    settle_idle(stock, *task, outcome, cause.empty() ? nullptr : make_value(stock, cause));
    task = next;
  }
}

void Pool::terminate(Stock& stock) {
  phase_.store(Phase::kEnded, std::memory_order_seq_cst);
  settle_queued(stock, injector_, Outcome::kTerminated, {});
  for (WorkerNumber number = 0; PoolWorker* worker = worker_at(number); ++number) {
    settle_queued(stock, worker->deque, Outcome::kTerminated, {});
    settle_running(stock, *worker, Outcome::kTerminated, {});
    const std::lock_guard guard(lock_);
    if (worker->desk != nullptr) worker->desk->call(worker->ticket);
  }
  call_host();
  check_waiting();
}

void Pool::forsake(Thread& thread) {
  terminate(thread.epoch.stock);
  for (WorkerNumber number = 0; worker_at(number) != nullptr; ++number) gone(thread, number, {});
}

void Pool::close() {
  Phase open = Phase::kOpen;
  phase_.compare_exchange_strong(open, Phase::kClosing, std::memory_order_seq_cst);
  check_waiting();
}

void Pool::resize(std::uint32_t size) {
  size_.store(size, std::memory_order_seq_cst);
  const std::lock_guard guard(lock_);
  for (const auto& worker : workers_)  // those that are too many have to find out
    if (worker->desk != nullptr) worker->desk->call(worker->ticket);
  call_host();
  call_satisfied();
}

bool Pool::is_so(Condition condition) const {
  switch (condition) {
    case Condition::kDrained:
      return unfinished_.load(std::memory_order_seq_cst) == 0 && settling_.load(std::memory_order_seq_cst) == 0;
    case Condition::kRoom:
      return has_room(unfinished_.load(std::memory_order_seq_cst)) ||
             phase_.load(std::memory_order_seq_cst) != Phase::kOpen;
    case Condition::kGone:
      return count(PoolWorker::State::kStarting, PoolWorker::State::kLeaving) == 0;
    case Condition::kShrunk:
      return has_ended() ||
             count(PoolWorker::State::kStarting, PoolWorker::State::kLeaving) <= size_.load(std::memory_order_relaxed);
  }
  return true;
}

bool Pool::holds(Thread& thread, Condition condition, WaitTicket ticket) {
  const std::lock_guard guard(lock_);
  waiting_.reserve(waiting_.size() + 1);
  thread.desk->expect();
  waiting_count_.fetch_add(1, std::memory_order_seq_cst);  // before it is looked: who changes it looks here after
  if (is_so(condition)) {
    waiting_count_.fetch_sub(1, std::memory_order_seq_cst);
    thread.desk->forgo();
    return true;
  }
  waiting_.push_back({thread.desk, ticket, condition});
  return false;
}

void Pool::forget(const Thread& thread, WaitTicket ticket) {
  const std::lock_guard guard(lock_);
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    if (waiting.ticket != ticket || waiting.desk.lock() != thread.desk) return false;
    thread.desk->forgo();
    waiting_count_.fetch_sub(1, std::memory_order_seq_cst);
    return true;
  });
}

void Pool::check_waiting() {
  const std::lock_guard guard(lock_);
  call_satisfied();
}

// With the lock.
void Pool::call_satisfied() {
  std::erase_if(waiting_, [this](const Waiting& waiting) {
    if (!is_so(waiting.condition)) return false;
    if (const auto desk = waiting.desk.lock()) {
      desk->call(waiting.ticket);
      desk->forgo();
    }
    waiting_count_.fetch_sub(1, std::memory_order_seq_cst);
    return true;
  });
}

Pool::Counts Pool::counts() {
  const std::lock_guard guard(lock_);
  const auto read = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  return {.active = read(active_),
          .workers = count(PoolWorker::State::kStarting, PoolWorker::State::kWorking),
          .threads = count(PoolWorker::State::kStarting, PoolWorker::State::kLeaving),
          .queued = read(queued_),
          .unfinished = read(unfinished_),
          .settling = read(settling_),
          .completed = read(completed_),
          .failures = read(failures_),
          .steals = read(steals_),
          .stolen = read(stolen_),
          .crashes = read(crashes_),
          .cancelled = read(cancelled_),
          .memory = read(memory_),
          .size = read(size_),
          .open = phase_.load(std::memory_order_relaxed) == Phase::kOpen,
          .ended = has_ended()};
}

std::array<double, 2 * Pool::kBuckets> Pool::times() const {
  std::array<double, 2 * kBuckets> all{};
  for (std::size_t i = 0; i < kBuckets; ++i) {
    all[i] = static_cast<double>(waited_.at(i));
    all[kBuckets + i] = static_cast<double>(ran_.at(i));
  }
  return all;
}

}  // namespace heddle
