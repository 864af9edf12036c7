// The engine's watches: see heddle/collections/watches.h.
#include <algorithm>
#include <new>
#include <utility>

#include "heddle/engine.h"
#include "heddle/sync/clock.h"

namespace heddle {

namespace {

// What is there, as a change from nothing.
constexpr ChangeSupply::Need kOneValue{.changes = 1, .links = 1};

bool suits(const Collection& collection, Watch::Kind kind) {
  using Kind = Watch::Kind;
  switch (kind) {
    case Kind::kKey:
    case Kind::kKeySignal:
      return collection.structure() == Structure::kKeyed;
    case Kind::kPlace:
      return collection.is_list;
    case Kind::kQueue:
      return collection.queue != nullptr;
    case Kind::kEverything:
      return collection.queue == nullptr;
    default:
      return true;
  }
}

Watched& watched_of(Collection& collection) {
  Watched* found = collection.watched.load(std::memory_order_acquire);
  if (found != nullptr) return *found;
  auto fresh = std::make_unique<Watched>();
  if (collection.watched.compare_exchange_strong(found, fresh.get(), std::memory_order_acq_rel))
    found = fresh.release();
  return *found;
}

}  // namespace

Status Engine::watch(Thread& thread, const WatchRequest& request, WatchTicket ticket, WatchStart& start) {
  const EpochPin pin(store_.epochs, thread.epoch);
  const Watch::Description& what = request.what;
  Collection* collection = store_.collections[what.collection];
  if (collection == nullptr) return Status::kDestroyed;
  const bool begins = what.kind != Watch::Kind::kEverything && what.kind < Watch::Kind::kSignal;
  if (!suits(*collection, what.kind) || what.buffer == 0 || (request.initial && !begins) ||
      thread.watcher.is_taken(ticket)) {
    return Status::kBadRequest;
  }
  Watched& watched = watched_of(*collection);
  Watch& watch = thread.watcher.add(ticket, what);
  Status status = Status::kOk;
  try {
    if (request.snapshot) start.slot = open_snapshot(thread).slot;
    if (!prepare_watch(thread, request, watch)) throw std::bad_alloc();
    while (!begin_watch(thread, *collection, watched, watch, request, start, status)) {
    }
  } catch (const std::bad_alloc&) {
    status = Status::kOutOfMemory;
  }
  thread.changes.free_dropped(store_.lifetimes, store_.budget);
  if (status == Status::kOk) return status;
  close_snapshot(thread, std::exchange(start.slot, kNoSlot));
  store_.watches.clear(thread.epoch.stock, watch);
  thread.watcher.forget(watch);
  return status;
}

// False if its table has to grow first.
bool Engine::begin_watch(Thread& thread, const Collection& collection, Watched& watched, Watch& watch,
                         const WatchRequest& request, WatchStart& start, Status& status) {
  KeyTable::Spare spare;
  if (watch.is_of_key()) spare = watched.keys.prepare();
  const Sequencer::Section section(store_.sequencer, thread.id);
  if (collection.destroyed.load(std::memory_order_relaxed)) {
    status = Status::kDestroyed;
    return true;
  }
  if (!store_.watches.add(watched, watch, spare)) return false;
  start.since = store_.sequencer.published();
  if (start.slot != kNoSlot) store_.snapshots.move(start.slot);
  if (request.initial) begin_with_value(thread, collection, watch, start.since);
  return true;
}

bool Engine::prepare_watch(Thread& thread, const WatchRequest& request, Watch& watch) {
  if (watch.is_of_key()) {
    watch.hash = store_.hash(request.key);
    watch.key = Key::make(request.key);
    if (watch.key == nullptr) return false;
  }
  return !request.initial || thread.changes.fill(kOneValue);
}

void Engine::begin_with_value(Thread& thread, const Collection& collection, Watch& watch, Seq now) {
  if (collection.queue) {
    const QueueTotals totals{.size = collection.size, .closed = collection.queue->closed};
    return store_.watches.begin(watch, now, wall_ms(), totals);
  }
  const Era& era = *collection.era.load(std::memory_order_relaxed);
  const Version* value = nullptr;
  Change& change = thread.changes.take_change();
  if (era.list) {
    value = List::at(era.list->root(), watch.what.index);
    change.place = watch.what.index;
  } else {
    const RecordIndex record = era.index.find(watch.hash, watch.key->bytes());
    if (record != kNoRecord) value = store_.records[record].head.load(std::memory_order_relaxed);
    if (value != nullptr && value->is_tombstone()) value = nullptr;
    change.tell_key(*watch.key, watch.hash);
  }
  change.kind = value == nullptr ? Change::Kind::kDelete : Change::Kind::kSet;
  if (value != nullptr) change.tell_after(*value);
  change.commit = now;
  change.time = wall_ms();
  store_.watches.begin(watch, change, thread.changes);
  thread.changes.settle(change);
}

void Engine::unwatch(Thread& thread, WatchTicket ticket) {
  Watch* watch = thread.watcher.find(ticket);
  if (watch == nullptr) return;
  {
    const EpochPin pin(store_.epochs, thread.epoch);
    remove_watch(thread, *watch);
  }
  thread.watcher.forget(*watch);
  if (store_.lifetimes.has_garbage()) bury_garbage(thread);
}

// F6.
void Engine::remove_watch(Thread& thread, Watch& watch) {
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    const Collection* collection = store_.collections[watch.what.collection];
    store_.watches.remove(collection == nullptr ? nullptr : collection->watched.load(std::memory_order_relaxed), watch);
  }
  store_.watches.clear(thread.epoch.stock, watch);
}

void Engine::remove_watches(Thread& thread) {
  if (thread.watcher.empty()) return;
  const EpochPin pin(store_.epochs, thread.epoch);
  thread.watcher.for_each([&](Watch& watch) { remove_watch(thread, watch); });
}

Tidings Engine::take_feed(Thread& thread, Watch& watch, const TidingsRequest& request) {
  Tidings tidings{.taken = {}, .start = {}};
  if (request.snapshot) tidings.start.slot = open_snapshot(thread).slot;  // the section allocates nothing
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    tidings.taken = store_.watches.take(watch, request.wait);
    if (tidings.taken.lost) {
      tidings.start.since = store_.sequencer.published();
      if (request.snapshot) store_.snapshots.move(tidings.start.slot);
    }
  }
  if (!tidings.taken.lost) close_snapshot(thread, std::exchange(tidings.start.slot, kNoSlot));
  return tidings;
}

// `last` was looked at, and what is before it.
void Engine::let_go_of_seen(Thread& thread, Watch& watch, const Link* last) {
  if (last == nullptr) return;
  for (const Link* link = watch.taken;; link = link->next) {
    watch.taken_lag -= std::min(watch.taken_lag, link->skipped + 1);
    if (link == last) break;
  }
  Link* first = watch.taken;
  watch.taken = std::exchange(const_cast<Link*>(last)->next, nullptr);
  store_.watches.free(thread.epoch.stock, first);
  if (store_.lifetimes.has_garbage()) bury_garbage(thread);
}

std::uint64_t Engine::lag(const Thread& thread, WatchTicket ticket) {
  const Watch* watch = thread.watcher.find(ticket);
  return watch == nullptr ? 0 : watch->lag() + watch->taken_lag;
}

}  // namespace heddle
