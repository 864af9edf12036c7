// A pool of workers: threads that run tasks which any thread may submit.
//
// Tasks from outside go to the injector, those that a worker submits to its own deque. A worker takes from its deque;
// when that is empty, a share of the injector; else half of what waits in another worker's deque; else it sleeps, and
// is called when there is something. The names are those of Rayon and Tokio, which work like that; the idea is from R.
// Blumofe and C. Leiserson, "Scheduling Multithreaded Computations by Work Stealing" (1999). The engine makes no
// threads: it tells the pool's host, the thread that opened it, when one is wanted and when one has to go.
//
// Invariants
//  P1. A worker sleeps only after it has counted itself among the sleepers and then found every queue empty;
//      whoever puts a task into a queue looks for sleepers afterwards (all seq_cst). So a task waits only while
//      somebody is awake who will look at its queue, or on his way, or while the pool has no worker for it. Who
//      lingers is awake: he stops being counted as lingering before he goes to sleep like that. Of tasks that are
//      submitted in one go, the later ones need not look for all sleepers: somebody has been called for the first, who
//      calls others if there is more than he takes. It is enough to look whether he has come since, or anybody has
//      fallen asleep: the thread may block before it tells of them.
//  P2. A worker that goes, however it does, leaves its deque to the injector first, and those tasks are as if they
//      had just been submitted. What it was running is settled when its end is known (`gone`), or before.
//  P3. Who puts a task into a queue looks afterwards whether the worker that the queue belongs to has gone, or the
//      pool has ended (all seq_cst): so nothing stays in the deque of a worker that has gone, nor anywhere once the
//      pool has ended.
//  P4. `unfinished` counts a task from before anyone can see it until its answer can be seen, so that whoever has that
//      has room for another task; `settling` from before that until the answer has been put down. Tasks that wait for
//      others, or for room for them, take none meanwhile (`aside`): a pool full of those would wait for itself. Those
//      of a worker that has gone are not counted any more.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "heddle/counters.h"
#include "heddle/tasks/desk.h"
#include "heddle/tasks/task_queue.h"
#include "heddle/thread.h"
#include "heddle/txn/store.h"

namespace heddle {

using WorkerNumber = std::uint32_t;

// A worker, from the decision to start a thread for it until that thread has ended.
struct PoolWorker {
  enum class State : std::uint8_t {
    kStarting,  // its thread has not joined yet
    kWorking,
    kLeaving,  // takes no more tasks
    kGone,
  };

  explicit PoolWorker(WorkerNumber number) : number(number) {}
  const WorkerNumber number;

  TaskQueue deque;
  // Guarded by the deque's lock.
  std::vector<Task*> lanes;  // what it runs, and only it takes away; null for one that is free
  std::size_t running = 0;

  // Written under the pool's lock.
  atomic<State> state{State::kStarting};
  atomic<bool> asleep{false};
  atomic<bool> coming{true};  // it was called, or is being started, and has not looked for tasks since

  // Guarded by the pool's lock.
  bool excused = false;        // it leaves as it should
  bool ending = false;         // its thread says that it ends, and the host has not been told
  bool condemned = false;      // the host is to end it by force
  std::uint64_t aside = 0;     // tasks of it that wait for others (P4)
  std::shared_ptr<Desk> desk;  // while it has a thread
  WaitTicket ticket = 0;

  // Its thread's.
  std::uint32_t seed = 0;        // whom it robs next
  std::int64_t fell_asleep = 0;  // ns; 0: it has not
  bool expects_more = false;     // the last time it was called before it had slept for long

  [[nodiscard]] State state_now() const { return state.load(std::memory_order_seq_cst); }
  void become(State next) { state.store(next, std::memory_order_seq_cst); }
};

class Pool : public std::enable_shared_from_this<Pool> {
 public:
  struct Settings {
    std::uint32_t size = 1;      // most workers
    std::uint32_t min_size = 0;  // that stay when there is nothing to do
    std::uint64_t max_tasks = std::numeric_limits<std::uint64_t>::max();
  };
  // Who is called for a new task.
  enum class Calls : std::uint8_t {
    kNow,      // a worker that sleeps
    kLater,    // nobody: `stir` will be, before the thread does anything else
    kIfNeeded  // the same while somebody is on his way since the last call; `stir` will be in the end
  };
  struct Request {
    std::uint32_t function = 0;
    std::uint32_t flags = 0;
    std::int32_t priority = 0;
    double deadline = 0;
    Bytes arguments;
    const BlobPtr* blob = nullptr;  // what has been made of them already, if they are large
    bool linked = false;
    Calls calls = Calls::kNow;
  };
  // What a worker is to do next.
  enum class Next : std::uint8_t { kTask, kSleep, kLeave };
  // Why a worker leaves.
  enum class Why : std::uint8_t {
    kAsked,
    kIdle,     // it sleeps: not if there would be less than `min_size` without it
    kSurplus,  // there are more than there should be
    kLost,     // its thread ends
  };
  // What a thread may wait for.
  enum class Condition : std::int32_t { kDrained = 0, kRoom = 1, kGone = 2, kShrunk = 3 };
  struct Counts {
    std::size_t active = 0;   // workers that run something
    std::size_t workers = 0;  // that are ready or will be
    std::size_t threads = 0;  // that have not ended
    std::uint64_t queued = 0;
    std::uint64_t unfinished = 0;
    std::uint64_t settling = 0;
    std::uint64_t completed = 0;  // settled by running
    std::uint64_t failures = 0;   // of them, those that threw
    std::uint64_t steals = 0;
    std::uint64_t stolen = 0;  // tasks
    std::uint64_t crashes = 0;
    std::uint64_t cancelled = 0;
    std::int64_t memory = 0;
    std::uint32_t size = 0;  // most workers
    bool open = true;        // it takes tasks
    bool ended = false;
  };
  static constexpr std::size_t kBuckets = Counters::kBuckets;

  Pool(Store& store, CollectionId id, const Settings& settings, std::shared_ptr<Desk> host, WaitTicket host_ticket);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  const CollectionId id;

  // Any thread. What a worker must know of a function to find it: the same bytes have the same number. O(bytes).
  std::uint32_t define(const std::string& function);
  [[nodiscard]] std::string function(std::uint32_t number) const;

  // kOk; kQueueFull past `max_tasks`; kClosed; kProcessLimit; kOutOfMemory. O(1).
  Status submit(Thread& thread, const Request& request, TaskTicket& ticket);
  // Sees to it that what waits has somebody who comes for it.
  void stir();
  // A task of this thread. `reason` is what its worker is told if it runs already; owned by the pool from here.
  void cancel(Thread& thread, Task& task, Version* reason);
  // Its worker is to be ended, and the task is cancelled at once. False if it does not run (any more).
  bool condemn(Thread& thread, Task& task);
  // The thread that has submitted it is about to end: nobody but the host looks how long it goes on.
  void orphan(const Task& task);
  // Bytes that a task takes along, or an answer; nullptr when memory is short.
  Version* make_value(Stock& stock, Bytes bytes, const BlobPtr* blob = nullptr, bool linked = false);
  // Of a task whose answer has been given out, or that nobody waits for.
  void let_go(Stock& stock, Task& task);

  // The host.
  // A worker that a thread is to be started for; none if there are enough.
  PoolWorker* enlist();
  // Its thread has ended, or could not be started. `cause` is what of, to be told to whom it let down.
  void gone(Thread& thread, WorkerNumber number, Bytes cause);
  // Nobody is ready for tasks, and this is why: settles all that wait. False if somebody is ready.
  bool unloadable(Thread& thread, Bytes cause);
  // Those that the host is to end by force, each once.
  std::vector<WorkerNumber> take_condemned();
  // Condemns the tasks that have gone on for `grace` ns since the thread ended that had submitted them. Returns how
  // long it takes until there is another one; -1 if there is none.
  double condemn_orphans(Thread& thread, double grace);
  // Those that say that they end by themselves, each once.
  std::vector<WorkerNumber> take_ending();

  // A worker.
  // Null if the thread is not wanted any more.
  PoolWorker* join(Thread& thread, WorkerNumber number, WaitTicket ticket);
  // Gives it a task into a lane, or lets it sleep until its ticket is called.
  Next next(Thread& thread, PoolWorker& me, Task*& task);
  // What is in a lane; null if nothing is.
  [[nodiscard]] static Task* running(PoolWorker& me, std::uint32_t lane);
  void arguments_read(Thread& thread, Task& task) { free_version(thread.epoch.stock, task.arguments); }
  [[nodiscard]] static bool is_cancelled(PoolWorker& me, std::uint32_t lane);
  // Calls visit(const Version&) with the reason for that, if there is one.
  template <class Visit>
  static void visit_reason(PoolWorker& me, std::uint32_t lane, Visit&& visit) {
    const std::lock_guard guard(me.deque.lock);
    if (lane >= me.lanes.size() || me.lanes[lane] == nullptr) return;
    const Task& task = *me.lanes[lane];
    if (task.cancelled.load(std::memory_order_acquire) && task.reason != nullptr) visit(*task.reason);
  }
  // `answer` is the pool's from here.
  void finish(Thread& thread, PoolWorker& me, std::uint32_t lane, Outcome outcome, Version* answer);
  // It has no time for tasks, though it may have fallen asleep when it had: others are called in its place.
  void busy(PoolWorker& me);
  // A task of it waits for others, in whatever pool, or has stopped: it takes up no room in its own meanwhile.
  void step_aside(PoolWorker& me, bool waits);
  // It takes no more tasks; false if it should stay.
  bool leave(Stock& stock, PoolWorker& me, Why why);
  // Its thread has been asked to end by its own code, and may or may not manage that.
  void announce_end(PoolWorker& me);
  // Its thread is about to end, and done with whatever it ran.
  void lose(Stock& stock, PoolWorker& me);

  // Any thread.
  void resize(std::uint32_t size);
  // Nothing more may be submitted; what waits is run.
  void close();
  // Settles everything.
  void terminate(Stock& stock);
  // The host is about to end, and its workers with it.
  void forsake(Thread& thread);
  [[nodiscard]] bool has_ended() const { return phase_.load(std::memory_order_seq_cst) == Phase::kEnded; }
  // True if that is so; else the thread's ticket is called once it may be, and it has to ask again.
  bool holds(Thread& thread, Condition condition, WaitTicket ticket);
  // It is not called any more for what `holds` has told it.
  void forget(const Thread& thread, WaitTicket ticket);
  [[nodiscard]] Counts counts();
  // How long tasks waited, and how long they ran: see Counters::bucket_of.
  [[nodiscard]] std::array<double, 2 * kBuckets> times() const;

 private:
  enum class Phase : std::uint8_t { kOpen, kClosing, kEnded };
  struct Waiting {
    std::weak_ptr<Desk> desk;
    WaitTicket ticket;
    Condition condition;
  };
  // A task that runs for nobody. It is not held: whatever else is in its lane has started later.
  struct Orphan {
    PoolWorker* runner;
    std::uint32_t lane;
    std::int64_t started;
    std::int64_t since;

    // With the lock of its runner's deque; null if it has come to its end.
    [[nodiscard]] Task* task() const {
      Task* found = lane < runner->lanes.size() ? runner->lanes[lane] : nullptr;
      const bool is_it =
          found != nullptr && found->started == started && !found->settled.load(std::memory_order_relaxed);
      return is_it ? found : nullptr;
    }
  };
  class Histogram {
   public:
    void add(double nanoseconds) { buckets_[Counters::bucket_of(nanoseconds)].fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t at(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }

   private:
    std::array<atomic<std::uint64_t>, kBuckets> buckets_{};
  };

  [[nodiscard]] PoolWorker* find(WorkerNumber number);
  [[nodiscard]] std::size_t count(PoolWorker::State from, PoolWorker::State to) const;
  [[nodiscard]] PoolWorker* worker_at(WorkerNumber number);
  [[nodiscard]] bool wants_worker() const;
  [[nodiscard]] bool is_so(Condition condition) const;
  void call_host();
  void wake_one();
  void check_waiting();
  void call_satisfied();
  [[nodiscard]] bool has_room(std::uint64_t unfinished) const;
  [[nodiscard]] bool take_room();

  void enter(Thread& thread, Task& task, Calls calls);
  void enter(Stock& stock, TaskQueue& queue, TaskQueue::Chain chain);
  void look_after(Stock& stock, PoolWorker* worker);
  [[nodiscard]] bool refill(Stock& stock, PoolWorker& me);
  [[nodiscard]] TaskQueue::Chain rob(PoolWorker& me);
  [[nodiscard]] bool lingers(PoolWorker& me);
  [[nodiscard]] bool anything_waits();
  [[nodiscard]] bool fall_asleep(PoolWorker& me);
  [[nodiscard]] Task* start_one(PoolWorker& me);
  void wake_up(PoolWorker& me);
  bool take_off_sleepers(PoolWorker& worker);
  void empty_deque(Stock& stock, PoolWorker& me);
  void settle_queued(Stock& stock, TaskQueue& queue, Outcome outcome, Bytes cause);
  void settle_running(Stock& stock, PoolWorker& worker, Outcome outcome, Bytes cause);
  void settle(Stock& stock, Task& task, Outcome outcome, Version* answer, double ran = 0);
  void settle_idle(Stock& stock, Task& task, Outcome outcome, Version* answer);
  [[nodiscard]] bool take_off_queue(Task& task);
  void clear_lanes(Stock& stock, PoolWorker& worker);
  void free_version(Stock& stock, Version*& version);
  void free_task(Stock& stock, Task& task);

  Store& store_;
  const Settings settings_;
  TaskQueue injector_;

  atomic<Phase> phase_{Phase::kOpen};
  atomic<std::uint32_t> size_;
  atomic<std::size_t> sleepers_count_{0};
  atomic<bool> needs_call_{false};    // since the last call somebody has come for it, or has fallen asleep
  atomic<std::size_t> lingering_{0};  // workers that look on before they sleep
  atomic<std::size_t> hands_{0};      // workers that are ready or will be
  atomic<std::size_t> waiting_count_{0};
  atomic<std::uint64_t> unfinished_{0};  // P4
  atomic<std::uint64_t> settling_{0};    // likewise
  atomic<std::uint64_t> aside_{0};       // likewise
  atomic<std::uint64_t> queued_{0};
  atomic<std::size_t> active_{0};

  // For `counts`.
  atomic<std::uint64_t> completed_{0};
  atomic<std::uint64_t> failures_{0};
  atomic<std::uint64_t> steals_{0};
  atomic<std::uint64_t> stolen_{0};
  atomic<std::uint64_t> crashes_{0};
  atomic<std::uint64_t> cancelled_{0};
  atomic<std::int64_t> memory_{0};
  Histogram waited_;
  Histogram ran_;

  // Guarded by lock_. Taken before a queue's lock, never after.
  mutable mutex lock_;
  std::vector<std::unique_ptr<PoolWorker>> workers_;  // by number; those that are gone are used again
  std::vector<PoolWorker*> sleepers_;
  std::vector<Waiting> waiting_;
  std::vector<Orphan> orphans_;
  const std::shared_ptr<Desk> host_;
  const WaitTicket host_ticket_;

  // Guarded by functions_lock_.
  mutable mutex functions_lock_;
  std::vector<std::string> functions_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace heddle
