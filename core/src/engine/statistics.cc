// What the engine tells of itself.
#include <array>
#include <mutex>

#include "heddle/engine.h"
#include "heddle/txn/recount.h"

namespace heddle {

std::optional<std::int64_t> Engine::memory(Thread& thread, CollectionId id) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* collection = store_.collections[id];
  if (collection == nullptr) return std::nullopt;
  return collection->memory.load(std::memory_order_relaxed);
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

void Engine::note_conflict(Thread& thread, CollectionId id) {
  const EpochPin pin(store_.epochs, thread.epoch);
  if (Collection* collection = store_.collections[id]) collection->conflicts.fetch_add(1);
}

std::optional<CollectionCounts> Engine::counts(Thread& thread, CollectionId id) {
  const EpochPin pin(store_.epochs, thread.epoch);
  const Collection* collection = store_.collections[id];
  if (collection == nullptr) return std::nullopt;
  CollectionCounts counts;
  counts.commits = collection->commits.load(std::memory_order_relaxed);
  counts.conflicts = collection->conflicts.load(std::memory_order_relaxed);
  counts.evictions = collection->evictions.load(std::memory_order_relaxed);
  counts.refusals = collection->refusals.load(std::memory_order_relaxed);
  for (const auto& shard : collection->loads) counts.loads += shard.count.load(std::memory_order_relaxed);
  if (const Watched* watched = collection->who_watches()) counts.watches = watched->telling() + watched->others.size();
  LoadRequest request;
  request.collection = id;
  request.members = true;
  std::array<double, 2> content{};
  request.out = std::as_writable_bytes(std::span(content));
  if (Reader(store_).load(request).status == Status::kOk) counts.entries = static_cast<std::uint64_t>(content[0]);
  return counts;
}

Stats Engine::stats() const {
  std::lock_guard guard(threads_mutex_);
  Stats stats = former_;
  for (const auto& thread : threads_) {
    stats.commits += thread->commits.load(std::memory_order_relaxed);
    stats.conflicts += thread->conflicts.load(std::memory_order_relaxed);
    stats.extensions += thread->extensions.load(std::memory_order_relaxed);
    stats.compactions += thread->compactions.load(std::memory_order_relaxed);
    stats.loads += thread->loads.load(std::memory_order_relaxed);
    stats.refusals += thread->refusals.load(std::memory_order_relaxed);
    stats.evictions += thread->evictions.load(std::memory_order_relaxed);
  }
  stats.threads = threads_.size();
  stats.threads_inside = store_.epochs.pinned();
  stats.open_snapshots = store_.snapshots.active();
  stats.records_taken = store_.records.taken();
  stats.retired = store_.epochs.pending();
  stats.snapshots_revoked = store_.snapshots.revoked();
  stats.memory = store_.budget.held();
  stats.outside = store_.budget.outside();
  const ToldBytes told = store_.budget.told();
  stats.told = told.inside + told.outside;
  stats.tasks = store_.budget.tasks();
  stats.watches = store_.watches.count();
  stats.watch_lag = store_.watches.lag();
  stats.overflows = store_.watches.overflows();
  stats.versions_dropped = store_.janitor.versions_dropped();
  stats.records_reclaimed = store_.janitor.records_reclaimed();
  return stats;
}

}  // namespace heddle
