// Steps that every commit takes inside the section; T1–T4 are the invariants of heddle/txn/commit.h.
#pragma once

#include <span>

#include "heddle/sync/luck.h"
#include "heddle/txn/request.h"
#include "heddle/txn/store.h"

namespace heddle {

// Records of the backlog that every commit takes on.
inline constexpr std::size_t kAlwaysTended = 24;

// Wraps: a collection's own stamp has no slot to move to (R3), and stamps are compared for equality alone.
inline Stamp next_stamp(Stamp now) { return static_cast<Stamp>(static_cast<std::uint32_t>(now) + 1); }

// T2, first step. Free slots are odd already (R1).
inline void turn_odd(atomic<Stamp>& stamp) {
  const Stamp now = stamp.load(std::memory_order_relaxed);
  if ((now & 1) == 0) stamp.store(next_stamp(now), std::memory_order_relaxed);
}

// T2, last step.
inline Stamp turn_even(atomic<Stamp>& stamp) {
  const Stamp even = next_stamp(stamp.load(std::memory_order_relaxed));
  stamp.store(even, std::memory_order_release);
  return even;
}

// Whether one of so many reads is said to have changed although none has: `failed` is its position.
inline bool seems_changed(BadLuck how, std::size_t reads, std::size_t& failed) {
  if (reads == 0 || !unlucky(how)) return false;
  failed = draw() % reads;
  return true;
}

// kOk if every record still has the stamp under which it was read; else `failed` is the position of one that has not.
inline Status check_reads(const RecordTable& records, std::span<const ReadEntry> reads, std::size_t& failed) {
  failed = 0;
  for (const ReadEntry& read : reads) {
    if (!records.contains(read.record)) return Status::kBadRequest;
    // An odd stamp in the read set never equals an even one, and no record is being written now: the section is ours.
    const Stamp now = records.stamp(read.record).load(std::memory_order_acquire);
    if ((read.stamp & 1) != 0 || now != read.stamp) return Status::kConflict;
    ++failed;
  }
  return Status::kOk;
}

// The same for the predicates, whose positions go on from those of the reads.
inline Status check_predicates(const Store& store, std::span<const Predicate> predicates, std::size_t& failed) {
  for (const Predicate& predicate : predicates) {
    const Collection* collection = store.collections[predicate.collection];
    if (collection == nullptr || collection->destroyed.load(std::memory_order_relaxed)) return Status::kDestroyed;
    if (predicate.kind == Predicate::Kind::kSize) {
      if (collection->size != predicate.expected) return Status::kConflict;
    } else if (predicate.kind == Predicate::Kind::kElement) {
      if (!collection->is_list) return Status::kBadRequest;
      const Era& era = *collection->era.load(std::memory_order_acquire);
      const Version* element = List::at(era.list->root(), predicate.index);
      if (element == nullptr || element->order != predicate.expected) return Status::kConflict;
    } else if (predicate.kind == Predicate::Kind::kChanges) {
      if (collection->structure() == Structure::kKeyed) return Status::kBadRequest;
      if (collection->changes != predicate.expected) return Status::kConflict;
    } else {
      const RecordIndex found = store.find(*collection->era.load(std::memory_order_acquire), predicate.key);
      if (found != kNoRecord && !store.records[found].head.load(std::memory_order_acquire)->is_tombstone()) {
        return Status::kConflict;
      }
    }
    ++failed;
  }
  return Status::kOk;
}

// The new head of a members record: what the collection is as of this commit. `dead` is what an array has no more.
inline void install_members(const Collection& collection, Record& record, Version& members, Seq commit,
                            const List::Dead& dead = {}) {
  const Era& era = *collection.era.load(std::memory_order_relaxed);
  Version* head = record.head.load(std::memory_order_relaxed);
  const Members shown{static_cast<double>(collection.size),
                      static_cast<double>(era.deque || era.list ? collection.changes : era.log.end())};
  if (era.deque) {
    const QueueMembers content{shown, static_cast<double>(era.deque->front()), collection.queue->closed ? 1.0 : 0.0};
    std::memcpy(members.data(), &content, sizeof(content));
  } else if (era.list) {
    const ListMembers content{shown, era.list->root(), {}};
    std::memcpy(members.data(), &content, sizeof(content));
    state_of(*head).dead = dead;
  } else {
    std::memcpy(members.data(), &shown, sizeof(shown));
  }
  members.begin = commit;
  members.prev.store(head, std::memory_order_relaxed);
  head->end.store(commit, std::memory_order_relaxed);  // V2: before the head store below
  record.head.store(&members, std::memory_order_release);
}

// The record in which a caller found the key of a write, if it still is that key's and belongs to this era (T4).
inline Record* record_by_id(const RecordTable& records, const Write& write, const Era& era) {
  if (!records.contains(write.record)) return nullptr;
  Record& record = records[write.record];
  const bool same = record.incarnation.load(std::memory_order_acquire) == write.incarnation &&
                    record.era.load(std::memory_order_acquire) == &era;
  return same ? &record : nullptr;
}

}  // namespace heddle
