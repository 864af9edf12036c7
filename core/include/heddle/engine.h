// heddle's engine: versioned collections of bytes, shared by the threads of one process, under transactions.
//
// A thread attaches once and passes its Thread to every call. All functions may run at the same time in different
// threads; reads take no lock. Nothing here knows JavaScript.
//
//   Engine engine(seed);
//   Thread& thread = engine.attach();
//   auto opened = engine.open(thread, {.kind = 1, .name = "users"});
//   Write write{.collection = opened.collection->id, .key = key, .value = value};
//   CommitRequest request{.writes = {&write, 1}};
//   engine.commit(thread, request);
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heddle/open_calls.h"
#include "heddle/shape_table.h"
#include "heddle/tasks/pools.h"
#include "heddle/txn/commit.h"
#include "heddle/txn/reader.h"

namespace heddle {

struct OpenRequest {
  std::int32_t kind = 0;
  std::optional<std::string> name;  // none: an anonymous collection
  bool permanent =
      true;  // with a name: until it is destroyed; else, as an anonymous one, while something keeps it alive
  Structure structure = Structure::kKeyed;
  Limits limits;
  std::string options;  // the creator's, kept for later openers to compare with
};

// What has happened to a collection so far.
struct CollectionCounts {
  std::uint64_t commits = 0;    // that wrote to it
  std::uint64_t loads = 0;      // reads that came to the engine
  std::uint64_t conflicts = 0;  // that transactions lost over it
  std::uint64_t evictions = 0;
  std::uint64_t refusals = 0;  // by its limits
  std::uint64_t entries = 0;
  std::size_t watches = 0;  // at present
};

struct CollectionInfo {
  CollectionId id;
  std::int32_t kind;
  std::string name;
  RecordIndex stamp;    // K
  RecordIndex members;  // at present
  std::string options;
  bool created;
};

struct Extension {
  Status status = Status::kOk;
  Seq snapshot = 0;
  SnapshotSlot slot = kNoSlot;
  std::size_t failed = 0;
};

struct Stats {
  std::uint64_t commits = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t extensions = 0;
  std::uint64_t compactions = 0;  // of order logs
  std::uint64_t versions_dropped = 0;
  std::uint64_t records_reclaimed = 0;
  std::uint64_t evictions = 0;
  std::uint64_t loads = 0;     // reads that came to the engine
  std::uint64_t refusals = 0;  // of commits, by limits
  std::uint64_t snapshots_revoked = 0;
  std::int64_t memory = 0;   // bytes that shared state takes, history included
  std::int64_t outside = 0;  // of them what large values take outside of their versions, readers' holds included
  std::size_t threads = 0;
  std::size_t threads_inside = 0;  // a call of the engine at this moment
  std::size_t threads_died_in_body = 0;
  std::size_t open_snapshots = 0;
  std::size_t watches = 0;
  std::uint64_t watch_lag = 0;  // changes that wait to be taken by them
  std::uint64_t overflows = 0;  // feeds of watches that were full
  std::int64_t told = 0;        // of the memory, what waits for watchers, be it live as well
  std::int64_t tasks = 0;       // and what tasks take
  std::size_t records_taken = 0;
  std::size_t retired = 0;
};

class Engine {
 public:
  // `hash_seed` should differ from process to process: keys come from outside. Without `mapped` large values are
  // copied where they would be mapped; the explorer of schedules makes too many engines to open a file for each.
  explicit Engine(std::uint64_t hash_seed, bool mapped = !kExplored);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Threads.
  Thread& attach();
  // Leaves nothing of the thread behind: snapshots, lease, reserved records, handles. `in_body`: it had a
  // transaction open (for the statistics).
  void detach(Thread& thread, bool in_body = false);

  // Collections. Cold: these lock. The thread holds what `open` returns.
  CollectionInfo open(Thread& thread, const OpenRequest& request);
  // The same for one that is there; none if there is none.
  std::optional<CollectionInfo> open_existing(Thread& thread, const std::string& name);
  [[nodiscard]] std::optional<CollectionInfo> find(Thread& thread, const std::string& name);
  [[nodiscard]] std::optional<CollectionInfo> find(Thread& thread, CollectionId id);
  // All that there are, in the order in which they were made.
  [[nodiscard]] std::vector<CollectionInfo> collections(Thread& thread);
  [[nodiscard]] std::optional<CollectionCounts> counts(Thread& thread, CollectionId id);
  // Gives an anonymous collection a name, and makes it permanent if that is what it should be; false if the name is
  // taken, the collection destroyed, or named already.
  bool publish(Thread& thread, CollectionId id, const std::string& name, bool permanent = true);
  // False if it was destroyed before. O(1); memory comes back with later commits and `tidy`.
  bool destroy(Thread& thread, CollectionId id);
  // The thread has no handles of it any more.
  void release(Thread& thread, CollectionId id);
  // What a linked value refers to (V5 of version.h) is held from now on; under an epoch pin.
  // `fresh` gets those that were not held before. May throw std::bad_alloc, with none held.
  void hold_links(Thread& thread, Bytes value, std::vector<CollectionId>* fresh = nullptr);
  // The same for a value that is the caller's alone; unpinned.
  void hold_links_of(Thread& thread, const Version& value) {
    const EpochPin pin(store_.epochs, thread.epoch);
    hold_links(thread, value.bytes());
  }
  // A copy of a handle goes to a thread that is not known yet; it keeps the collection alive until it arrives, for
  // Lifetimes::kFlight at most. None if it has ended.
  std::optional<Lifetimes::Token> send(Thread& thread, CollectionId id);
  // A copy has arrived: the thread holds the collection. False if that has ended.
  bool land(Thread& thread, CollectionId id, Lifetimes::Token token);
  // Live bytes as of the last commit; none if destroyed.
  [[nodiscard]] std::optional<std::int64_t> memory(Thread& thread, CollectionId id);

  // Reads and commits; see request.h.
  LoadResult load(Thread& thread, const LoadRequest& request);
  template <class Visit>
  ScanResult scan(Thread& thread, const ScanRequest& request, Visit&& visit) {
    EpochPin pin(store_.epochs, thread.epoch);
    ScanResult result = Reader(store_).scan(request, visit);
    if (result.status == Status::kGap && has_ended(request.collection)) result.status = Status::kDestroyed;
    if (has_expired(thread, request.slot) && result.status != Status::kDestroyed) result.status = Status::kExpired;
    return result;
  }
  Status commit(Thread& thread, CommitRequest& request);
  // The same, telling how many nanoseconds it took. `commit` measures every 64th itself, for the counters.
  Status commit_timed(Thread& thread, CommitRequest& request, double& nanoseconds);
  // A transaction lost because of what it read in this collection (for the statistics).
  void note_conflict(Thread& thread, CollectionId id);

  // Limits of the process; each may change at any time.
  void limit_memory(std::uint64_t bytes) { store_.budget.limit(bytes); }
  [[nodiscard]] std::uint64_t memory_limit() const { return store_.budget.limit(); }
  void limit_snapshot_age(std::int64_t milliseconds) { store_.snapshots.limit_age(milliseconds); }
  [[nodiscard]] std::int64_t max_snapshot_age() const { return store_.snapshots.max_age(); }

  // Takes a bounded piece of what commits have left behind away; true if there is more that could go now.
  bool tidy(Thread& thread);
  // Whether collections wait for values to go that refer to them, or for copies that never arrived: only `tidy` sees to
  // it.
  [[nodiscard]] bool wants_tidying() const {
    const Lifetimes& lifetimes = store_.lifetimes;
    return lifetimes.has_garbage() || lifetimes.has_leaving() ||
           (lifetimes.has_flights() && lifetimes.has_overdue(coarse_ms()));
  }
  // What `memory` of a collection, or Stats::memory, should be, by looking at everything there is; nothing else runs
  // meanwhile.
  [[nodiscard]] std::optional<std::int64_t> recount(Thread& thread, CollectionId id);
  [[nodiscard]] std::int64_t recount(Thread& thread);

  // Snapshots. A registered snapshot keeps the versions it sees until it is closed.
  Snapshots::Opened open_snapshot(Thread& thread);
  void close_snapshot(Thread& thread, SnapshotSlot slot);
  // Whether a snapshot of this thread was revoked because of its age.
  [[nodiscard]] bool has_expired(const Thread& thread, SnapshotSlot slot);
  // A later snapshot at which everything read so far still holds; kConflict if there is none. Moves `slot`, or takes
  // one if `register_now`. On a conflict a slot stays where it was, or is not taken.
  Extension extend(Thread& thread, std::span<const ReadEntry> reads, std::span<const Predicate> predicates,
                   SnapshotSlot slot, bool register_now);

  // Waiting. Registers that the thread waits until something of what it has read changes: kOk, or why it need not wait.
  // When that has happened the thread's bell rings, and `ended_waits` has the ticket, once. O(reads).
  Status wait(Thread& thread, std::span<const ReadEntry> reads, std::span<const Predicate> predicates,
              WaitTicket ticket);
  // Ends a wait, unless a change has. What was handed over to it returns; std::bad_alloc if it cannot.
  void give_up_wait(Thread& thread, WaitTicket ticket);
  // How many wait for changes, or with an id in line for the items of that queue.
  [[nodiscard]] std::size_t waiting(Thread& thread, CollectionId id = 0);
  // Those waits, and the watches that have something to tell to who waits for it. A thread that goes on asking until
  // nothing has ended need not have `heard` its bell before the last time: until then it is not rung.
  [[nodiscard]] std::vector<WaitTicket> ended_waits(Thread& thread, bool heard = true);

  // Watching. From the commit `since` on; `snapshot` takes a snapshot of just that state. With `request.initial` a
  // watch of one key or place begins with what is there. kDestroyed, kBadRequest, kOutOfMemory. O(1), of a place O(log
  // size).
  Status watch(Thread& thread, const WatchRequest& request, WatchTicket ticket, WatchStart& start);
  void unwatch(Thread& thread, WatchTicket ticket);
  // Calls visit(const Link&) -> bool for what a watch has to tell until it returns false, in the order of the commits.
  // If `request.wait`, `ended_waits` has its ticket, once, when there is something new.
  template <class Visit>
  Tidings tidings(Thread& thread, const TidingsRequest& request, Visit&& visit) {
    Watch* watch = thread.watcher.find(request.ticket);
    if (watch == nullptr) return {.status = Status::kBadRequest, .taken = {}, .start = {}};
    Tidings tidings;
    if (watch->taken == nullptr) tidings = take_feed(thread, *watch, request);
    const Link* seen = nullptr;
    {
      const EpochPin pin(store_.epochs, thread.epoch);
      LinksAhead ahead(watch->taken);
      for (Link* link = watch->taken; link != nullptr; link = link->next) {
        ahead.step();
        if (!visit(std::as_const(*link))) break;
        seen = link;
      }
    }
    let_go_of_seen(thread, *watch, seen);
    tidings.more = watch->taken != nullptr;
    return tidings;
  }
  // Changes that a watch has not told of yet.
  [[nodiscard]] static std::uint64_t lag(const Thread& thread, WatchTicket ticket);

  // Queues. Takes items from the front, in a transaction of its own. kEmpty: there are none, and with a ticket the
  // thread stands in line for the next one: `ended_waits` has the ticket once there is something to `receive`.
  Status take(Thread& thread, CollectionId id, Takings& takings, std::optional<WaitTicket> ticket = std::nullopt);
  // What has come of standing in line: an item, or why there is none. kTooLarge leaves it where it is.
  Status receive(Thread& thread, WaitTicket ticket, Takings& takings);
  // What a queue or an array has in one place at a snapshot.
  PeekResult peek(Thread& thread, const PeekRequest& request);

  // Arrays. Calls visit(const Version&) -> bool for elements at a snapshot, under an epoch pin.
  template <class Visit>
  WalkResult walk(Thread& thread, const WalkRequest& request, Visit&& visit) {
    const EpochPin pin(store_.epochs, thread.epoch);
    WalkResult result = Reader(store_).walk(request, visit);
    if (result.status == Status::kGap && has_ended(request.collection)) result.status = Status::kDestroyed;
    if (has_expired(thread, request.slot) && result.status != Status::kDestroyed) result.status = Status::kExpired;
    return result;
  }

  // Holds other threads' commits back for a bounded time.
  void lease(Thread& thread, std::chrono::milliseconds duration) { store_.sequencer.lease(thread.id, duration); }
  void end_lease(Thread& thread) { store_.sequencer.end_lease(thread.id); }

  [[nodiscard]] Seq published() const { return store_.sequencer.published(); }
  [[nodiscard]] void* clock_word() { return store_.sequencer.word(); }
  [[nodiscard]] RecordTable& records() { return store_.records; }
  [[nodiscard]] PageStore& pages() { return store_.pages; }
  [[nodiscard]] ShapeTable& shapes() { return shapes_; }
  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] Pools& pools() { return pools_; }
  [[nodiscard]] OpenCalls& open_calls() { return open_calls_; }
  [[nodiscard]] Stats stats() const;

 private:
  struct Attempt;
  struct HandedOver;
  Status commit_untimed(Thread& thread, CommitRequest& request);
  void note_refusal(Thread& thread, const CommitRequest& request, Status status);
  Status attempt(Thread& thread, CommitRequest& request, Attempt& attempt);
  Status attempt_with_room(Thread& thread, CommitRequest& request, Status status, Attempt& last);
  Collection& create(Thread& thread, const OpenRequest& request);
  bool destroy_pinned(Thread& thread, CollectionId id);
  [[nodiscard]] CollectionInfo describe(const Collection& collection, bool created) const;
  bool hold(Thread& thread, CollectionId id);
  static void make_room_to_hold(Thread& thread, std::size_t more);
  bool destroy_one(Thread& thread, CollectionId id);
  void bury_garbage(Thread& thread);
  void give_up_waits(Thread& thread);
  bool prepare_watch(Thread& thread, const WatchRequest& request, Watch& watch);
  bool begin_watch(Thread& thread, const Collection& collection, Watched& watched, Watch& watch,
                   const WatchRequest& request, WatchStart& start, Status& status);
  void begin_with_value(Thread& thread, const Collection& collection, Watch& watch, Seq now);
  Tidings take_feed(Thread& thread, Watch& watch, const TidingsRequest& request);
  void let_go_of_seen(Thread& thread, Watch& watch, const Link* last);
  void remove_watch(Thread& thread, Watch& watch);
  void remove_watches(Thread& thread);
  // Under an epoch pin.
  [[nodiscard]] bool has_ended(CollectionId id) const {
    const Collection* collection = store_.collections[id];
    return collection == nullptr || collection->destroyed.load(std::memory_order_acquire);
  }
  Status stand_in_line(Thread& thread, CollectionId id, WaitTicket ticket);
  Status put_back(Thread& thread, std::span<Write> items);
  void put_back_together(Thread& thread);
  void put_back_singly(Thread& thread);
  void tidy_after(Thread& thread, const CommitRequest& request, bool left_gaps, std::size_t owed);
  void compact_logs(Thread& thread, const CommitRequest& request);
  bool work_off(Thread& thread, std::size_t owed);

  Store store_;
  Pools pools_{store_};
  ShapeTable shapes_;
  Counters counters_;
  OpenCalls open_calls_;

  // Guarded by threads_mutex_.
  mutable mutex threads_mutex_;
  std::vector<std::unique_ptr<Thread>> threads_;
  ThreadId last_thread_ = kFirstThread - 1;
  Stats former_;  // of threads that have ended
};

}  // namespace heddle
