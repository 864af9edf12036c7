#include "update.h"

#include <algorithm>
#include <utility>

#include "heddle/sync/clock.h"
#include "steps.h"

namespace heddle {

Update::~Update() {
  for (std::size_t i = 0; i < made_; ++i) Version::destroy(thread_.epoch.stock, targets_[i].version);
  if (tells_) thread_.changes.free_dropped(store_.lifetimes, store_.budget);
}

std::optional<Status> Update::run() {
  const std::size_t count = request_.writes.size();
  if (count == 0 || count > kMostWrites || !request_.predicates.empty()) return std::nullopt;
  if (!find_targets() || !make_versions()) return std::nullopt;
  budget_ = count * Janitor::kPerWrite + Janitor::kForBacklog;
  Epochs::reserve(thread_.epoch, budget_);
  if (tells_ && !thread_.changes.fill(to_tell_)) return std::nullopt;

  const Sequencer::Section section(store_.sequencer, thread_.id);
  if (seems_changed(BadLuck::kConflict, request_.reads.size(), request_.failed)) return Status::kConflict;
  const Status status = check_reads(store_.records, request_.reads, request_.failed);
  if (status != Status::kOk) return status;
  if (!all_are_updates() || !store_.budget.allows(bytes_) || !can_tell()) return std::nullopt;
  install();
  tidy();
  return Status::kOk;
}

// Starts all memory accesses that the commit will wait for before it waits for any.
bool Update::find_targets() {
  const RecordTable& records = store_.records;
  for (const ReadEntry& read : request_.reads) {
    if (records.contains(read.record)) __builtin_prefetch(&records.stamp(read.record));
  }
  Target* target = targets_.data();
  for (const Write& write : request_.writes) {
    if (write.kind != Write::Kind::kSet || write.move || write.linked || write.is_large() ||
        !records.contains(write.record))
      return false;
    target->record = &records[write.record];
    target->stamp = &records.stamp(write.record);
    __builtin_prefetch(target->record);
    ++target;
  }
  CollectionId last = 0;
  Collection* collection = nullptr;
  target = targets_.data();
  for (const Write& write : request_.writes) {
    if (write.collection != last) collection = store_.collections[last = write.collection];
    // The sum of the sizes is looked at where there is a limit.
    if (collection == nullptr || collection->limits.max_memory != Limits::kNone) return false;
    target->collection = collection;
    if (const Watched* watched = collection->who_watches()) {
      tells_ = true;
      to_tell_ += {1, watched->everything.size() + 1};  // at most one watch of the key, as a guess
      __builtin_prefetch(target->record->key.load(std::memory_order_relaxed), 1);
    }
    __builtin_prefetch(target->record->head.load(std::memory_order_relaxed));
    ++target;
  }
  return true;
}

bool Update::make_versions() {
  for (const Write& write : request_.writes) {
    Target& target = targets_[made_];
    if (!is_update(write, target)) return false;
    target.version = Version::make(thread_.epoch.stock, write.value);
    if (target.version == nullptr) return false;
    bytes_ += static_cast<std::int64_t>(target.version->footprint());
    ++made_;
  }
  return true;
}

// T4; and the entry is there, and its slot is not worn (R3).
bool Update::is_update(const Write& write, const Target& target) const {
  const Era* era = target.collection->era.load(std::memory_order_acquire);
  return record_by_id(store_.records, write, *era) != nullptr &&
         !target.record->head.load(std::memory_order_acquire)->is_tombstone() &&
         target.stamp->load(std::memory_order_relaxed) < RecordTable::kLastStamp;
}

bool Update::all_are_updates() const {
  const Target* target = targets_.data();
  for (const Write& write : request_.writes) {
    if (target->collection->destroyed.load(std::memory_order_relaxed) || !is_update(write, *target)) return false;
    ++target;
  }
  return true;
}

// Who is to be told, and whether all that it takes is there.
bool Update::can_tell() {
  to_tell_ = {};
  bool tells = false;
  for (std::size_t i = 0; i < made_; ++i) {
    Target& target = targets_[i];
    target.watched = target.collection->who_watches();
    if (target.watched == nullptr) continue;
    const Record& record = *target.record;
    target.hearers =
        Watches::hearers(*target.watched, record.hash, record.key.load(std::memory_order_relaxed)->bytes());
    to_tell_ += target.hearers.need();
    tells = true;
  }
  tells_ = tells_ || tells;
  if (tells) time_ = wall_ms();
  return to_tell_.none() || thread_.changes.has(to_tell_);
}

// T1, T2.
void Update::install() {
  const Seq commit = store_.sequencer.next();
  const std::size_t count = std::exchange(made_, 0);
  for (std::size_t i = 0; i < count; ++i) turn_odd(*targets_[i].stamp);
  for (std::size_t i = 0; i < count; ++i) {
    const Target& target = targets_[i];
    Version* head = target.record->head.load(std::memory_order_relaxed);
    auto& memory = target.collection->memory;
    memory.store(memory.load(std::memory_order_relaxed) + static_cast<std::int64_t>(target.version->footprint()) -
                     static_cast<std::int64_t>(head->size()),
                 std::memory_order_relaxed);
    target.version->begin = commit;
    target.version->order = head->order;  // V4
    target.version->prev.store(head, std::memory_order_relaxed);
    head->end.store(commit, std::memory_order_relaxed);  // V2: before the head store below
    target.record->head.store(target.version, std::memory_order_release);
    if (target.watched != nullptr) {
      store_.watches.tell(*target.watched, target.hearers, *target.record, head, target.version, {commit, time_, false},
                          thread_.changes);
    }
    if (target.collection->limits.lru) {
      store_.records.recency(request_.writes[i].record).store(1, std::memory_order_relaxed);
    }
  }
  count_commit(count, commit);
  store_.budget.add(bytes_);
  store_.sequencer.publish(commit);
  request_.commit = commit;
  for (std::size_t i = 0; i < count; ++i) {
    Write& write = request_.writes[i];
    write.stamp = turn_even(*targets_[i].stamp);
    write.existed = true;
    store_.waits.changed(topic_of(write.record));
  }
}

// Once for each collection.
void Update::count_commit(std::size_t count, Seq commit) {
  for (std::size_t i = 0; i < count; ++i) {
    Collection* collection = targets_[i].collection;
    const auto end = targets_.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(targets_.begin(), end, [=](const Target& t) { return t.collection == collection; })) continue;
    collection->commits.store(collection->commits.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (targets_[i].watched != nullptr) store_.watches.tell_others(*targets_[i].watched, commit, time_);
  }
}

void Update::tidy() {
  Janitor& janitor = store_.janitor;
  janitor.begin(budget_);
  const Target* target = targets_.data();
  for (const Write& write : request_.writes) janitor.prune(thread_.epoch, *(target++)->record, write.record);
  janitor.tend(thread_.epoch, kAlwaysTended);
}

}  // namespace heddle
