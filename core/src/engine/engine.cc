#include "heddle/engine.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "txn/eviction.h"
#include "txn/queue_commit.h"
#include "txn/update.h"

namespace heddle {

Engine::Engine(std::uint64_t hash_seed, bool mapped) : store_(mapped) { store_.hash_seed = hash_seed; }

// What arrays have kept for snapshots is nobody else's.
Engine::~Engine() {
  Stock stock;
  for (const auto& thread : threads_)
    thread->watcher.for_each([&](Watch& watch) { store_.watches.clear(stock, watch); });
  store_.records.for_each([&](const Record& record) {
    if (!record.in_use) return;
    for (Version* v = record.head.load(std::memory_order_relaxed); v != nullptr && v->kind == Version::Kind::kState;
         v = v->prev.load(std::memory_order_relaxed)) {
      free_dead(store_.lifetimes, stock, state_of(*v).dead);
    }
  });
}

Thread& Engine::attach() {
  std::lock_guard guard(threads_mutex_);
  Epochs::Participant* epoch = nullptr;
  Counters::Block* block = nullptr;
  Bell* bell = nullptr;
  try {
    epoch = &store_.epochs.join();
    block = &counters_.take();
    bell = &store_.bells.take();
    threads_.push_back(std::make_unique<Thread>(last_thread_ + 1, *epoch, *block, *bell));
  } catch (const std::bad_alloc&) {
    if (bell != nullptr) store_.bells.give_back(*bell);
    if (block != nullptr) counters_.give_back(*block);
    if (epoch != nullptr) store_.epochs.leave(*epoch);
    throw;
  }
  ++last_thread_;
  return *threads_.back();
}

void Engine::detach(Thread& thread, bool in_body) {
  store_.sequencer.end_lease(thread.id);
  pools_.leave(thread);
  open_calls_.forget(thread.id);
  give_up_waits(thread);
  remove_watches(thread);
  while (!thread.snapshots.empty()) close_snapshot(thread, thread.snapshots.back());
  for (const CollectionId id : thread.held) store_.lifetimes.release(id);
  thread.held.clear();
  bury_garbage(thread);
  store_.epochs.flush(thread.epoch);  // what it has replaced would wait for another thread to come by
  bury_garbage(thread);
  store_.records.release(thread.slots);
  store_.epochs.leave(thread.epoch);

  std::lock_guard guard(threads_mutex_);
  former_.commits += thread.commits.load(std::memory_order_relaxed);
  former_.conflicts += thread.conflicts.load(std::memory_order_relaxed);
  former_.extensions += thread.extensions.load(std::memory_order_relaxed);
  former_.compactions += thread.compactions.load(std::memory_order_relaxed);
  former_.loads += thread.loads.load(std::memory_order_relaxed);
  former_.refusals += thread.refusals.load(std::memory_order_relaxed);
  former_.evictions += thread.evictions.load(std::memory_order_relaxed);
  counters_.give_back(thread.counters);
  if (in_body) ++former_.threads_died_in_body;
  std::erase_if(threads_, [&](const auto& owned) { return owned.get() == &thread; });
}

LoadResult Engine::load(Thread& thread, const LoadRequest& request) {
  EpochPin pin(store_.epochs, thread.epoch);
  LoadResult result = Reader(store_).load(request);
  Thread::count(thread.loads);
  if (Collection* collection = store_.collections[request.collection]) {
    auto& shards = collection->loads;
    shards[thread.id % shards.size()].count.fetch_add(1, std::memory_order_relaxed);
  }
  if (has_expired(thread, request.slot) && result.status != Status::kDestroyed) result.status = Status::kExpired;
  if (result.linked && result.status == Status::kOk) {
    hold_links(thread, result.blob ? result.blob->bytes() : request.out.first(result.length));
  }
  return result;
}

// S4: to be asked after the read.
bool Engine::has_expired(const Thread& thread, SnapshotSlot slot) {
  return slot != kNoSlot && std::ranges::find(thread.snapshots, slot) != thread.snapshots.end() &&
         store_.snapshots.expired(slot);
}

// What one attempt to commit has to say besides its status.
struct Engine::Attempt {
  bool left_gaps = false;
  std::size_t owed = 0;
  Shortage shortage;
};

// What was taken is there for as long as the epoch is pinned.
static void visit_taken(const CommitRequest& request, Status status) {
  if (status != Status::kOk || request.takings == nullptr) return;
  for (const Version* item : request.takings->items) request.takings->visit(*item);
}

Status Engine::attempt(Thread& thread, CommitRequest& request, Attempt& attempt) {
  EpochPin pin(store_.epochs, thread.epoch);
  if (QueueCommit::suits(request)) {
    if (const std::optional<Status> done = QueueCommit(store_, thread, request).run()) {
      visit_taken(request, *done);
      return *done;
    }
  } else if (const std::optional<Status> updated = Update(store_, thread, request).run()) {
    return *updated;
  }
  Commit commit(store_, thread, request);
  const Status status = commit.run();
  attempt = {commit.left_gaps(), commit.owed(), commit.shortage()};
  visit_taken(request, status);
  return status;
}

// Goes on after an attempt that met a limit, as long as room can be made.
Status Engine::attempt_with_room(Thread& thread, CommitRequest& request, Status status, Attempt& last) {
  Eviction eviction(store_, thread, request);
  bool relieved = false;
  for (;;) {
    if (status == Status::kProcessLimit && !relieved) {
      // What only waits to be swept is no reason to refuse.
      relieved = true;
      work_off(thread, std::numeric_limits<std::size_t>::max());
      store_.epochs.flush(thread.epoch);
    } else if (last.shortage.collection == 0 || !eviction.make_room(last.shortage)) {
      break;
    }
    last = {};
    status = attempt(thread, request, last);
  }
  last.left_gaps = true;  // of those that were evicted
  last.owed += eviction.owed();
  return status;
}

Status Engine::commit(Thread& thread, CommitRequest& request) {
  constexpr std::uint32_t kTimedEvery = 64;
  if (thread.until_timed-- != 0) return commit_untimed(thread, request);
  thread.until_timed = kTimedEvery - 1;
  double nanoseconds = 0;
  return commit_timed(thread, request, nanoseconds);
}

Status Engine::commit_timed(Thread& thread, CommitRequest& request, double& nanoseconds) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const Status status = commit_untimed(thread, request);
  nanoseconds = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
  if (status == Status::kOk) {
    Counters::add(thread.counters[Counters::kFirstBucket + Counters::bucket_of(nanoseconds)], 1);
  }
  return status;
}

Status Engine::commit_untimed(Thread& thread, CommitRequest& request) {
  Attempt last;
  Status status = Status::kOutOfMemory;
  try {
    status = attempt(thread, request, last);
    if (status == Status::kProcessLimit || last.shortage.collection != 0) [[unlikely]] {
      status = attempt_with_room(thread, request, status, last);
    }
  } catch (const std::bad_alloc&) {
    // What has been evicted for it has gone, and who waits for that is to be called.
    status = Status::kOutOfMemory;
  }
  if (status == Status::kOk) Thread::count(thread.commits);
  if (status == Status::kConflict) Thread::count(thread.conflicts);
  if (status == Status::kMemoryLimit || status == Status::kEntriesLimit || status == Status::kProcessLimit) {
    note_refusal(thread, request, status);
  }
  if (last.left_gaps || last.owed > 0) tidy_after(thread, request, last.left_gaps, last.owed);
  store_.bells.ring();
  store_.epochs.collect(thread.epoch);
  if (store_.lifetimes.has_garbage()) bury_garbage(thread);
  return status;
}

void Engine::note_refusal(Thread& thread, const CommitRequest& request, Status status) {
  Thread::count(thread.refusals);
  if (status == Status::kProcessLimit || request.failed >= request.writes.size()) return;
  const EpochPin pin(store_.epochs, thread.epoch);
  if (Collection* collection = store_.collections[request.writes[request.failed].collection])
    collection->refusals.fetch_add(1);
}

bool Engine::tidy(Thread& thread) {
  constexpr std::size_t kPiece = kExplored ? 8 : 4096;  // records: well under a millisecond
  store_.lifetimes.expire(coarse_ms());
  const auto freed = [this] { return store_.janitor.versions_dropped() + store_.janitor.records_reclaimed(); };
  const std::uint64_t before = freed();
  const bool more = work_off(thread, kPiece) && freed() != before;
  const bool waits = store_.epochs.flush(thread.epoch);
  bury_garbage(thread);
  store_.bells.ring();
  return more || (waits && store_.lifetimes.has_leaving());
}

// What a commit leaves to be done in sections of their own. The commit has happened: nothing may fail any more.
void Engine::tidy_after(Thread& thread, const CommitRequest& request, bool left_gaps, std::size_t owed) {
  try {
    if (left_gaps) compact_logs(thread, request);
    work_off(thread, owed);
  } catch (const std::bad_alloc&) {
    // A later commit will do it.
  }
}

// Takes away so many records of the backlog, in slices; true if there is more that could go now.
bool Engine::work_off(Thread& thread, std::size_t owed) {
  constexpr std::size_t kSlice = kExplored ? 4 : 512;  // records in one section
  const auto freed = [this] { return store_.janitor.versions_dropped() + store_.janitor.records_reclaimed(); };
  bool more = true;
  std::uint64_t before = freed();
  std::size_t fruitless = 0;  // records looked at since something was freed
  while (more && owed > 0) {
    const std::size_t slice = std::min(owed, kSlice);
    owed -= slice;
    {
      const EpochPin pin(store_.epochs, thread.epoch);
      const std::size_t budget = slice * Janitor::kPerWrite;
      Epochs::reserve(thread.epoch, budget);
      const Sequencer::Section section(store_.sequencer, thread.id);
      store_.janitor.begin(budget);
      more = store_.janitor.tend(thread.epoch, slice);
      // While snapshots come and go there is always something that could be looked at again.
      fruitless = freed() == before ? fruitless + slice : 0;
      before = freed();
      if (fruitless > store_.janitor.queued()) more = false;
    }
    store_.epochs.collect(thread.epoch);
  }
  return more;
}

// Merging sparse order logs costs the section O(live entries), so it waits until half of the memory comes back.
void Engine::compact_logs(Thread& thread, const CommitRequest& request) {
  const EpochPin pin(store_.epochs, thread.epoch);
  CollectionId last = 0;
  for (const Write& write : request.writes) {
    if (write.kind == Write::Kind::kClear || write.collection == last) continue;
    last = write.collection;
    Collection* collection = store_.collections[last];
    if (collection == nullptr) continue;
    Era* era = collection->era.load(std::memory_order_acquire);
    if (!era->log.sparse()) continue;
    auto room = era->log.prepare_compaction();
    Epochs::reserve(thread.epoch, room->retirements);
    const Sequencer::Section section(store_.sequencer, thread.id);
    era->log.compact(store_.epochs, thread.epoch, std::move(room));
    Thread::count(thread.compactions);
  }
}

Snapshots::Opened Engine::open_snapshot(Thread& thread) {
  thread.snapshots.reserve(thread.snapshots.size() + 1);
  const Snapshots::Opened opened = store_.snapshots.open();
  thread.snapshots.push_back(opened.slot);
  return opened;
}

void Engine::close_snapshot(Thread& thread, SnapshotSlot slot) {
  if (std::erase(thread.snapshots, slot) > 0) store_.snapshots.close(slot);
}

Extension Engine::extend(Thread& thread, std::span<const ReadEntry> reads, std::span<const Predicate> predicates,
                         SnapshotSlot slot, bool register_now) {
  EpochPin pin(store_.epochs, thread.epoch);
  Extension extension;
  SnapshotSlot fresh = kNoSlot;
  const bool registered = slot != kNoSlot || register_now;
  for (;;) {
    if (registered && fresh == kNoSlot) {
      // Beside the old slot, which goes only when the new one has proved good.
      const auto opened = open_snapshot(thread);
      fresh = opened.slot;
      extension.snapshot = opened.rv;
    } else if (registered) {
      extension.snapshot = store_.snapshots.move(fresh);
    } else {
      extension.snapshot = store_.sequencer.published();
    }
    extension.status = Reader(store_).check(reads, predicates, extension.snapshot, extension.failed);
    if (extension.status != Status::kGap) break;
  }
  if (extension.status == Status::kOk) {
    if (slot != kNoSlot) close_snapshot(thread, slot);
    extension.slot = fresh;
    Thread::count(thread.extensions);
  } else {
    if (fresh != kNoSlot) close_snapshot(thread, fresh);
    extension.slot = slot;
  }
  return extension;
}

}  // namespace heddle
