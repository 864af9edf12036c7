// Reads at a snapshot, without a lock and without waiting for a writer.
//
// Invariants
//  L1. A stamp is handed out only with the head version, and only if it was even and the same before and after the head
//      was loaded. Everything else gets kStaleStamp: it is right at the snapshot, but must not be cached, and no commit
//      that read it validates. (Else an old version under a new even stamp is a stale cache entry and a lost update.)
//  L2. The collection stamp is handed out only if it was even and the same before the era was chosen and after the
//  read,
//      and the era is the current one. A reader of an older era gets kStaleStamp for the record too: clear leaves
//      record stamps alone, so a commit would take (old value, record stamp, new K) for valid.
//  L3. An unregistered reader may meet gaps: the era, the version or the absence it needs may have been taken away (V2,
//  C1,
//      C3). It is told so (kGap), or that the key has changed since (kNewer); a registered reader never is.
//  L4. A read of the latest state takes `seq` and reads at that snapshot, again if it meets a gap meanwhile.
#pragma once

#include <cstring>

#include "heddle/txn/commit.h"

namespace heddle {

// What a record says at a snapshot.
struct Reading {
  Status status = Status::kOk;
  const Version* version = nullptr;  // null: absent
  Stamp stamp = kStaleStamp;
};

class Reader {
 public:
  explicit Reader(const Store& store) : store_(store) {}

  // All of them under an epoch pin.

  // Expected O(1) plus the versions newer than the snapshot.
  [[nodiscard]] LoadResult load(const LoadRequest& request) const;

  // O(1) plus the states newer than the snapshot; of an array O(log size).
  [[nodiscard]] PeekResult peek(const PeekRequest& request) const;

  // Calls visit(const Version&) -> bool for elements of an array at a registered snapshot until it answers false.
  template <class Visit>
  WalkResult walk(const WalkRequest& request, Visit&& visit) const;

  // Calls visit(ScanEntry) -> bool for the entries at a registered snapshot, in insertion order from the cursor on,
  // until it answers false; that entry is the next cursor.
  template <class Visit>
  ScanResult scan(const ScanRequest& request, Visit&& visit) const;

  // kOk if all reads and predicates hold at `snapshot`, which was taken before the call; else kConflict with `failed`
  // set.
  [[nodiscard]] Status check(std::span<const ReadEntry> reads, std::span<const Predicate> predicates, Seq snapshot,
                             std::size_t& failed) const;

 private:
  struct Place {
    Status status = Status::kOk;
    RecordIndex record = kNoRecord;  // kNoRecord with kOk: absent
  };

  [[nodiscard]] Place locate(const LoadRequest& request, const Collection& collection, const Era& era, Seq rv) const;
  [[nodiscard]] Reading read(RecordIndex index, Seq rv, Seq reclaim_floor) const;
  void read_record(const LoadRequest& request, const Era& era, LoadResult& result) const;
  [[nodiscard]] LoadResult load_at(const LoadRequest& request, Seq rv) const;
  [[nodiscard]] const Version* state_at(const Collection& collection, Seq rv, PeekResult& result) const;
  [[nodiscard]] PeekResult peek_at(const PeekRequest& request, Seq rv) const;
  [[nodiscard]] Status element_holds(const Predicate& predicate, Seq rv) const;
  [[nodiscard]] Status holds(const Predicate& predicate, Seq rv) const;
  [[nodiscard]] Stamp collection_stamp(const Collection& collection) const {
    return store_.records.stamp(collection.stamp).load(std::memory_order_acquire);
  }

  // True if K had the value `before` throughout and `era` is what it stands for (L2).
  [[nodiscard]] bool is_current(const Collection& collection, const Era& era, Stamp before) const {
    return (before & 1) == 0 && collection.era.load(std::memory_order_acquire) == &era &&
           collection_stamp(collection) == before;
  }

  const Store& store_;
};

template <class Visit>
WalkResult Reader::walk(const WalkRequest& request, Visit&& visit) const {
  const Collection* collection = store_.collections[request.collection];
  if (collection == nullptr || collection->destroyed.load(std::memory_order_acquire)) return {Status::kDestroyed};
  if (!collection->is_list) return {Status::kBadRequest};
  PeekResult seen;
  const Version* state = state_at(*collection, request.snapshot, seen);
  if (state == nullptr) return {Status::kGap};
  const bool whole = List::walk(state_of(*state).root, request.from, request.to, visit);
  return {whole ? Status::kOk : Status::kGap, seen.old, seen.size, seen.changes};
}

template <class Visit>
ScanResult Reader::scan(const ScanRequest& request, Visit&& visit) const {
  ScanResult result;
  const Collection* collection = store_.collections[request.collection];
  if (collection == nullptr || collection->destroyed.load(std::memory_order_acquire)) {
    result.status = Status::kDestroyed;
    return result;
  }
  const Stamp before = collection_stamp(*collection);
  const Era* era = collection->era_at(request.snapshot);
  const bool older = era != collection->era.load(std::memory_order_acquire);  // L2; conservative if a clear comes later
  result.members = collection->members.load(std::memory_order_acquire);
  const Reading members = read(result.members, request.snapshot, 0);
  if (era == nullptr || members.version == nullptr) {
    result.status = Status::kGap;
    return result;
  }
  result.members_stamp = members.stamp;
  std::array<double, 2> content;
  std::memcpy(content.data(), members.version->data(), sizeof(content));
  era->log.walk(request.cursor, static_cast<std::uint64_t>(content[1]), [&](OrderLog::Entry entry) {
    const Record& record = store_.records[entry.record];
    const Reading reading = read(entry.record, request.snapshot, 0);
    if (reading.status != Status::kOk) {
      result.status = reading.status;
      return false;
    }
    if (reading.version == nullptr || reading.version->order != entry.position) return true;  // another interval (V4)
    const bool taken = visit(
        ScanEntry{entry.record, record.incarnation.load(std::memory_order_acquire), older ? kStaleStamp : reading.stamp,
                  reading.version->begin, record.key.load(std::memory_order_acquire)->bytes(), reading.version->bytes(),
                  reading.version->linked, reading.version->outside ? &reading.version->blob() : nullptr});
    if (!taken) {
      result.done = false;
      result.cursor = entry.position;
    }
    return taken;
  });
  if (is_current(*collection, *era, before)) result.collection_stamp = before;
  return result;
}

}  // namespace heddle
