#include "heddle/engine.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "heddle/txn/recount.h"
#include "txn/eviction.h"
#include "txn/update.h"

namespace heddle {

Engine::Engine(std::uint64_t hash_seed) { store_.hash_seed = hash_seed; }

Engine::~Engine() = default;

Thread& Engine::attach() {
  std::lock_guard guard(threads_mutex_);
  return *threads_.emplace_back(std::make_unique<Thread>(++last_thread_, store_.epochs.join()));
}

void Engine::detach(Thread& thread, bool in_body) {
  store_.sequencer.end_lease(thread.id);
  while (!thread.snapshots.empty()) close_snapshot(thread, thread.snapshots.back());
  for (const CollectionId id : thread.held) store_.lifetimes.release(id);
  thread.held.clear();
  bury_garbage(thread);
  store_.records.release(thread.slots);
  store_.epochs.leave(thread.epoch);

  std::lock_guard guard(threads_mutex_);
  former_.commits += thread.commits.load(std::memory_order_relaxed);
  former_.conflicts += thread.conflicts.load(std::memory_order_relaxed);
  former_.extensions += thread.extensions.load(std::memory_order_relaxed);
  former_.compactions += thread.compactions.load(std::memory_order_relaxed);
  former_.evictions += thread.evictions.load(std::memory_order_relaxed);
  if (in_body) ++former_.threads_died_in_body;
  std::erase_if(threads_, [&](const auto& owned) { return owned.get() == &thread; });
}

CollectionInfo Engine::describe(const Collection& collection, bool created) const {
  return {collection.id,
          collection.kind,
          store_.collections.name_of(collection),
          collection.stamp,
          collection.members.load(std::memory_order_acquire),
          collection.options,
          created};
}

Collection& Engine::create(Thread& thread, const OpenRequest& request) {
  const CollectionId id = store_.collections.next_id();
  auto era = std::make_unique<Era>(store_.records, 0);
  // Two of the thread's reserve; they stay there until nothing can fail any more.
  if (thread.slots.size() < 2 && !store_.records.reserve(2, thread.slots)) throw std::bad_alloc();
  const RecordIndex stamp = thread.slots[thread.slots.size() - 2];
  const RecordIndex members = thread.slots.back();
  auto collection =
      std::make_unique<Collection>(id, request.kind, request.options, request.limits, stamp, members, era.get());
  constexpr std::array<std::byte, kMembersBytes> kEmpty{};
  Version* none = Version::make(thread.epoch.stock, kEmpty);
  if (none == nullptr) throw std::bad_alloc();

  static_cast<void>(era.release());  // the collection has it
  thread.slots.resize(thread.slots.size() - 2);
  store_.records[members].born = 0;
  store_.records[members].head.store(none, std::memory_order_release);
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    store_.janitor.adopt(members, nullptr);
    store_.budget.add(kEraBytes + static_cast<std::int64_t>(none->footprint()));
  }
  for (const RecordIndex index : {stamp, members}) {
    auto& word = store_.records.stamp(index);
    word.store(word.load(std::memory_order_relaxed) + 1, std::memory_order_release);  // even: readable
  }
  store_.collections.add(*collection);
  return *collection.release();
}

CollectionInfo Engine::open(Thread& thread, const OpenRequest& request) {
  EpochPin pin(store_.epochs, thread.epoch);
  for (Collection* made = nullptr;; cpu_relax()) {
    const Collection* found = request.name ? store_.collections.find(*request.name) : nullptr;
    // One that has ended, or is about to, has its name for a moment longer.
    if (found != nullptr && hold(thread, found->id)) {
      CollectionInfo info = describe(*found, false);
      if (made != nullptr) destroy_pinned(thread, made->id);
      return info;
    }
    if (made == nullptr) {
      made = &create(thread, request);
      thread.held.insert(made->id);
      store_.lifetimes.add(made->id, request.name && request.permanent);
    }
    if (!request.name || store_.collections.bind(*request.name, *made)) return describe(*made, true);
  }
}

std::optional<CollectionInfo> Engine::find(Thread& thread, const std::string& name) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* found = store_.collections.find(name);
  if (found == nullptr) return std::nullopt;
  return describe(*found, false);
}

std::optional<CollectionInfo> Engine::find(Thread& thread, CollectionId id) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* found = store_.collections[id];
  if (found == nullptr || found->destroyed.load(std::memory_order_acquire)) return std::nullopt;
  return describe(*found, false);
}

std::vector<CollectionInfo> Engine::collections(Thread& thread) {
  EpochPin pin(store_.epochs, thread.epoch);
  std::vector<CollectionInfo> all;
  store_.collections.for_each([&](const Collection& collection) {
    if (!collection.destroyed.load(std::memory_order_acquire)) all.push_back(describe(collection, false));
  });
  return all;
}

bool Engine::publish(Thread& thread, CollectionId id, const std::string& name, bool permanent) {
  EpochPin pin(store_.epochs, thread.epoch);
  Collection* collection = store_.collections[id];
  if (collection == nullptr || !store_.collections.bind(name, *collection)) return false;
  if (permanent) store_.lifetimes.make_permanent(id);
  return true;
}

// Under an epoch pin.
bool Engine::hold(Thread& thread, CollectionId id) {
  if (thread.held.contains(id)) {
    const Collection* collection = store_.collections[id];
    return collection != nullptr && !collection->destroyed.load(std::memory_order_acquire);
  }
  if (!store_.lifetimes.hold(id)) return false;
  thread.held.insert(id);
  return true;
}

void Engine::hold_links(Thread& thread, Bytes value) {
  for_each_link(value, [&](CollectionId target) { hold(thread, target); });
}

void Engine::release(Thread& thread, CollectionId id) {
  if (thread.held.erase(id) == 0) return;
  store_.lifetimes.release(id);
  bury_garbage(thread);
}

std::optional<Lifetimes::Token> Engine::send(Thread& thread, CollectionId id) {
  store_.lifetimes.expire(coarse_ms());
  const auto token = store_.lifetimes.send(id, coarse_ms());
  bury_garbage(thread);
  return token;
}

bool Engine::land(Thread& thread, CollectionId id, Lifetimes::Token token) {
  const EpochPin pin(store_.epochs, thread.epoch);
  return hold(thread, id) && store_.lifetimes.land(id, token);
}

// Destroys what nothing keeps alive any more. Unpinned.
void Engine::bury_garbage(Thread& thread) {
  while (store_.lifetimes.has_garbage()) {
    for (const CollectionId id : store_.lifetimes.take_garbage()) {
      try {
        destroy_one(thread, id);
      } catch (const std::bad_alloc&) {
        // Nobody can reach it; its memory is lost to a process that has none left anyway.
      }
    }
  }
}

bool Engine::destroy(Thread& thread, CollectionId id) {
  const bool destroyed = destroy_one(thread, id);
  bury_garbage(thread);
  return destroyed;
}

bool Engine::destroy_one(Thread& thread, CollectionId id) {
  EpochPin pin(store_.epochs, thread.epoch);
  return destroy_pinned(thread, id);
}

bool Engine::destroy_pinned(Thread& thread, CollectionId id) {
  Collection* collection = store_.collections[id];
  if (collection == nullptr) return false;
  Epochs::reserve(thread.epoch, 1);
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    if (collection->destroyed.load(std::memory_order_relaxed)) return false;
    collection->destroyed.store(true, std::memory_order_release);
    auto& stamp = store_.records.stamp(collection->stamp);
    stamp.store(stamp.load(std::memory_order_relaxed) | 1, std::memory_order_release);  // C2: odd for ever
    store_.janitor.condemn(collection->members.load(std::memory_order_relaxed));
    Era* era = collection->era.load(std::memory_order_relaxed);
    for (Era* e = era; e != nullptr; e = e->prev.load(std::memory_order_relaxed)) e->abandoned = true;
    store_.janitor.bury(*era);
  }
  store_.lifetimes.end(id);
  store_.collections.remove(*collection);
  store_.epochs.retire(
      thread.epoch, nullptr, reinterpret_cast<std::uintptr_t>(collection),
      [](Stock& /*stock*/, void* /*owner*/, std::uintptr_t what) { delete reinterpret_cast<Collection*>(what); });
  return true;
}

std::optional<std::int64_t> Engine::memory(Thread& thread, CollectionId id) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* collection = store_.collections[id];
  if (collection == nullptr) return std::nullopt;
  return collection->memory.load(std::memory_order_relaxed);
}

LoadResult Engine::load(Thread& thread, const LoadRequest& request) {
  EpochPin pin(store_.epochs, thread.epoch);
  LoadResult result = Reader(store_).load(request);
  if (result.linked && result.status == Status::kOk) hold_links(thread, request.out.first(result.length));
  if (has_expired(thread, request.slot) && result.status != Status::kDestroyed) result.status = Status::kExpired;
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

Status Engine::attempt(Thread& thread, CommitRequest& request, Attempt& attempt) {
  EpochPin pin(store_.epochs, thread.epoch);
  if (const std::optional<Status> updated = Update(store_, thread, request).run()) return *updated;
  Commit commit(store_, thread, request);
  const Status status = commit.run();
  attempt = {commit.left_gaps(), commit.owed(), commit.shortage()};
  return status;
}

Status Engine::commit(Thread& thread, CommitRequest& request) {
  std::optional<Eviction> eviction;
  bool relieved = false;
  Attempt last;
  Status status = Status::kOk;
  for (bool again = true; again;) {
    last = {};
    again = false;
    status = attempt(thread, request, last);
    if (status == Status::kProcessLimit && !relieved) {
      // What only waits to be swept is no reason to refuse.
      relieved = again = true;
      work_off(thread, std::numeric_limits<std::size_t>::max());
    } else if (last.shortage.collection != 0) {
      if (!eviction) eviction.emplace(store_, thread, request);
      again = eviction->make_room(last.shortage);
    }
  }
  if (status == Status::kOk) Thread::count(thread.commits);
  if (status == Status::kConflict) Thread::count(thread.conflicts);
  if (last.left_gaps || last.owed > 0) tidy_after(thread, request, last.left_gaps, last.owed);
  store_.epochs.collect(thread.epoch);
  if (store_.lifetimes.has_garbage()) bury_garbage(thread);
  return status;
}

bool Engine::tidy(Thread& thread) {
  constexpr std::size_t kPiece = kExplored ? 8 : 4096;  // records: well under a millisecond
  store_.lifetimes.expire(coarse_ms());
  const bool more = work_off(thread, kPiece);
  const bool waits = store_.epochs.flush(thread.epoch);
  bury_garbage(thread);
  return more || (waits && store_.lifetimes.has_leaving());
}

std::optional<std::int64_t> Engine::recount(Thread& thread, CollectionId id) {
  const EpochPin pin(store_.epochs, thread.epoch);
  const Collection* collection = store_.collections[id];
  if (collection == nullptr) return std::nullopt;
  const Sequencer::Section section(store_.sequencer, thread.id);
  return recount_live(store_, *collection);
}

std::int64_t Engine::recount(Thread& thread) {
  const EpochPin pin(store_.epochs, thread.epoch);
  const Sequencer::Section section(store_.sequencer, thread.id);
  return recount_held(store_);
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
  bool more = true;
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

Stats Engine::stats() const {
  std::lock_guard guard(threads_mutex_);
  Stats stats = former_;
  for (const auto& thread : threads_) {
    stats.commits += thread->commits.load(std::memory_order_relaxed);
    stats.conflicts += thread->conflicts.load(std::memory_order_relaxed);
    stats.extensions += thread->extensions.load(std::memory_order_relaxed);
    stats.compactions += thread->compactions.load(std::memory_order_relaxed);
    stats.evictions += thread->evictions.load(std::memory_order_relaxed);
  }
  stats.threads = threads_.size();
  stats.threads_inside = store_.epochs.pinned();
  stats.open_snapshots = store_.snapshots.active();
  stats.records_taken = store_.records.taken();
  stats.retired = store_.epochs.pending();
  stats.snapshots_revoked = store_.snapshots.revoked();
  stats.memory = store_.budget.held();
  stats.versions_dropped = store_.janitor.versions_dropped();
  stats.records_reclaimed = store_.janitor.records_reclaimed();
  return stats;
}

}  // namespace heddle
