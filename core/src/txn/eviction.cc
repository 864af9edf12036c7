#include "eviction.h"

#include <algorithm>
#include <new>

#include "steps.h"

namespace heddle {

namespace {
constexpr std::size_t kMostVictims = kExplored ? 2 : 64;  // of one commit
constexpr int kMostLaps = 3;  // the rest of one, one that clears what it finds, one that takes it
// A little more goes than must, so that a large cache does not evict for each insertion.
constexpr std::uint64_t kSlack = 1024;
}  // namespace

bool Eviction::make_room(const Shortage& shortage) {
  bool found = false;
  for (Need need{shortage.entries, shortage.bytes}; need.entries > 0 || need.bytes > 0;) {
    const EpochPin pin(store_.epochs, thread_.epoch);
    const Collection* collection = store_.collections[shortage.collection];
    if (collection == nullptr) return true;  // which the commit will find out
    note_wanted(*collection);
    const Limits& limits = collection->limits;
    pick(*collection, {need.entries + (need.entries > 0 ? limits.max_entries / kSlack : 0),
                       need.bytes + (need.bytes > 0 ? limits.max_memory / kSlack : 0)});
    if (victims_.empty() && spares_reads_) {
      // The commit will lose, and fit when it is run again.
      spares_reads_ = false;
      noted_ = 0;
      continue;
    }
    if (victims_.empty()) return found;
    Need gone{0, 0};
    const Status status = commit_victims(gone);
    if (status == Status::kOutOfMemory) throw std::bad_alloc();
    if (status != Status::kOk) return status == Status::kDestroyed;  // as above
    found = true;
    if (gone.entries == 0) return true;  // others were faster, which makes room as well
    need.entries -= std::min(need.entries, gone.entries);
    need.bytes -= std::min(need.bytes, gone.bytes);
  }
  return found;
}

// The records of `collection` that the waiting commit has to do with.
void Eviction::note_wanted(const Collection& collection) {
  if (noted_ == collection.id) return;
  noted_ = collection.id;
  wanted_.clear();
  const Era& era = *collection.era.load(std::memory_order_acquire);
  if (spares_reads_) {
    for (const ReadEntry& read : request_.reads) wanted_.insert(read.record);
  }
  for (const Write& write : request_.writes) {
    if (write.collection != collection.id || write.kind == Write::Kind::kClear) continue;
    const bool by_id = record_by_id(store_.records, write, era) != nullptr;
    const RecordIndex record = by_id ? write.record : write.key.empty() ? kNoRecord : store_.find(era, write.key);
    if (record != kNoRecord) wanted_.insert(record);
  }
}

// Moves the hand on until it has passed enough victims. Other threads may move it too.
void Eviction::pick(const Collection& collection, const Need& need) {
  victims_.clear();
  sizes_.clear();
  Era& era = *collection.era.load(std::memory_order_acquire);
  std::uint64_t bytes = 0;
  const auto enough = [&] {
    return victims_.size() >= kMostVictims || (victims_.size() >= need.entries && bytes >= need.bytes);
  };
  for (int lap = 0; lap < kMostLaps && !enough(); ++lap) {
    std::uint64_t next = 0;  // round again, unless the walk stops before the end
    era.log.walk(era.hand.load(std::memory_order_relaxed), kForever, [&](OrderLog::Entry entry) {
      if (enough()) {
        next = entry.position;
        return false;
      }
      const Record& record = store_.records[entry.record];
      const Version* head = record.head.load(std::memory_order_acquire);
      const Key* key = record.key.load(std::memory_order_acquire);
      if (head == nullptr || key == nullptr || head->is_tombstone()) return true;
      if (head->order != entry.position) return true;  // of another membership
      auto& recency = store_.records.recency(entry.record);
      if (recency.load(std::memory_order_relaxed) != 0) {
        recency.store(0, std::memory_order_relaxed);
        return true;
      }
      if (wanted_.contains(entry.record) || is_victim(entry.record)) return true;
      sizes_.push_back(static_cast<std::uint64_t>(entry_cost(*key)) + head->size());
      bytes += sizes_.back();
      victims_.push_back({.kind = Write::Kind::kDelete,
                          .collection = collection.id,
                          .record = entry.record,
                          .incarnation = record.incarnation.load(std::memory_order_acquire),
                          .key = key->bytes(),
                          .value = {}});
      return true;
    });
    era.hand.store(next, std::memory_order_relaxed);
  }
}

bool Eviction::is_victim(RecordIndex record) const {
  return std::ranges::any_of(victims_, [record](const Write& victim) { return victim.record == record; });
}

Status Eviction::commit_victims(Need& gone) {
  CommitRequest request{.reads = {}, .predicates = {}, .writes = victims_, .evicts = true};
  Commit commit(store_, thread_, request);
  const Status status = commit.run();
  if (status != Status::kOk) return status;
  owed_ += commit.owed();
  for (std::size_t i = 0; i < victims_.size(); ++i) {
    if (!victims_[i].existed) continue;
    ++gone.entries;
    gone.bytes += sizes_[i];
  }
  Thread::count(thread_.evictions, gone.entries);
  if (Collection* collection = store_.collections[victims_.front().collection])
    collection->evictions.fetch_add(gone.entries);
  return status;
}

}  // namespace heddle
