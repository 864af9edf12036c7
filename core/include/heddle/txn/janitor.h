// Takes away what no snapshot can see any more: old versions, deleted records, cleared eras. All of it runs inside the
// section, a bounded piece at a time, paid for by committing threads: who adds to the backlog takes twice as much away.
//
// Invariants
//  J1. A version goes only when it is superseded by a published commit and no open snapshot lies in [begin, end).
//  J2. A record goes only when its sole version is a tombstone that no open snapshot predates.
//  J3. A record is in one of two queues at most (`attended`), and in none when its slot is given back. The first is
//      looked at when a snapshot has closed. Records of which the oldest snapshot keeps a version, and nobody another
//      one, are put aside in the second until some other snapshot is the oldest: else short snapshots beside a long one
//      would have all that this one keeps looked at again and again.
//  J4. Maintenance does not bump `seq`; what it takes away it also invalidates: odd stamps and new incarnations.
//  J5. Every retirement is charged to the budget of the section, which `Epochs::reserve` made room for: nothing here
//      allocates. What does not fit stays where it is, in the queue or under the sweep's cursor.
#pragma once

#include "heddle/collections/collection.h"
#include "heddle/collections/lifetimes.h"
#include "heddle/collections/waits.h"
#include "heddle/memory/budget.h"
#include "heddle/sync/epoch.h"
#include "heddle/txn/record_queue.h"
#include "heddle/txn/snapshots.h"

namespace heddle {

class Janitor {
 public:
  // Versions that `prune` drops at most in one go.
  static constexpr std::size_t kPruneBudget = 4;
  // Retirements that a commit reserves for each write, at most for so many writes, and for the backlog.
  static constexpr std::size_t kPerWrite = kPruneBudget + 4;
  static constexpr std::size_t kMostWrites = 512;
  // Likewise for each item that is taken from a queue: it, and the segment that it may be the last of.
  static constexpr std::size_t kPerItem = 2;
  static constexpr std::size_t kForBacklog = 192;

  Janitor(RecordTable& records, Epochs& epochs, Snapshots& snapshots, Budget& budget, Lifetimes& lifetimes,
          Waits& waits)
      : records_(records),
        epochs_(epochs),
        snapshots_(snapshots),
        memory_(budget),
        lifetimes_(lifetimes),
        waits_(waits),
        queue_(records),
        aside_(records) {}

  ~Janitor();
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;

  // Begins a section's maintenance, with room for `budget` retirements; call it after `publish`, before the functions
  // below. Looks at the open snapshots.
  void begin(std::size_t budget) {
    budget_ = budget;
    added_ = 0;
    snapshots_.revoke_old();
    closes_ = snapshots_.closes();  // first: a snapshot that closes from now on is one to look again for
    snapshots_.gather(view_);
    if (!aside_.empty() && view_.certain() && view_.oldest() != oldest_) end_wait();
  }
  // Records that joined a queue since `begin`.
  [[nodiscard]] std::size_t added() const { return added_; }

  // Drops versions of a record just written, and queues it if something is left to do later.
  void prune(Epochs::Participant& self, Record& record, RecordIndex index) {
    // By far the most common: an update, one version to drop, nobody who may want it. What is older is not looked at:
    // it waits in the queue.
    Version* head = record.head.load(std::memory_order_relaxed);
    Version* old = head->prev.load(std::memory_order_relaxed);
    Version* older = old == nullptr ? nullptr : old->prev.load(std::memory_order_relaxed);
    if (old != nullptr && (older == nullptr || record.attended) && old->order == head->order && !head->is_tombstone() &&
        budget_ > 0 && !view_.needs(old->begin, old->end.load(std::memory_order_relaxed))) {
      drop(self, *head, *old, older);
    } else {
      const bool attended = record.attended;
      const Outcome outcome = settle(self, index);
      if (outcome == Outcome::kMore) blocked_in_a_row_ = 0;
      requeue(index, outcome);
      if (record.attended && !attended) ++added_;
    }
  }
  // Drops an item that was taken from a queue, now or when no snapshot needs it any more.
  void take_away(Epochs::Participant& self, Era& era, Deque::Position position);
  // An era was replaced by a clear, or its collection destroyed (`abandoned`).
  void bury(Era& era);
  // Nobody reaches this record any more: it goes with the backlog.
  void condemn(RecordIndex index);
  // The record has moved to another slot (R3): gives up this one, not what was in it.
  void wear_out(Epochs::Participant& self, RecordIndex index);
  // A piece of the backlog: so many records at most, as far as the budget goes. True if there is more that could go.
  bool tend(Epochs::Participant& self, std::size_t records) {
    const bool nothing = queue_.empty() && old_eras_ == nullptr && dying_eras_ == nullptr && keeping_ == nullptr;
    return !nothing && tend_backlog(self, records);
  }

  // A record has been installed in `era` (null for a members record).
  void adopt(RecordIndex index, Era* era);

  // Inside the section: records that wait to be looked at.
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  // Inside the section: calls visit(const Era&) for the eras that belong to no collection any more.
  template <class Visit>
  void for_each_unlinked(Visit&& visit) const {
    for (const Era* era = old_eras_; era != nullptr; era = era->next_old) {
      if (era->abandoned) visit(*era);
    }
    for (const Era* era = dying_eras_; era != nullptr; era = era->next_old) visit(*era);
  }

  [[nodiscard]] std::uint64_t versions_dropped() const { return versions_dropped_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t records_reclaimed() const { return records_reclaimed_.load(std::memory_order_relaxed); }

 private:
  // kBlocked: waits for a snapshot to close; kBlockedByOldest: for the oldest one, and no other; kMore: for the next
  // budget.
  enum class Outcome { kDone, kReclaimed, kBlocked, kBlockedByOldest, kMore };

  Outcome settle(Epochs::Participant& self, RecordIndex index);
  [[nodiscard]] bool is_aside(const Record& record) const { return record.waits_since == wait_; }
  void attend(RecordIndex index);
  void put_aside(RecordIndex index);
  void requeue(RecordIndex index, Outcome outcome);
  void leave_queue(RecordIndex index);
  void end_wait();
  bool tend_backlog(Epochs::Participant& self, std::size_t records);
  bool tend_records(Epochs::Participant& self, std::size_t records);
  bool tend_eras(Epochs::Participant& self, std::size_t records);
  bool unlink_if_unseen(Era& era);
  bool sweep(Epochs::Participant& self, Era& era, std::size_t& records);
  bool sweep_items(Epochs::Participant& self, Era& era, std::size_t& records);
  bool sweep_list(Epochs::Participant& self, Era& era, std::size_t& records);
  bool tend_items(Epochs::Participant& self, std::size_t records);
  void drop_item(Epochs::Participant& self, Deque& deque, Version* item);
  void keep_no_longer(Era& era);
  bool reclaim(Epochs::Participant& self, RecordIndex index);
  void retire(Epochs::Participant& self, void* owner, std::uintptr_t what, Epochs::Reclaim reclaim);
  void drop(Epochs::Participant& self, Version& newer, Version& old, Version* older);
  void retire_version(Epochs::Participant& self, Version* version);
  void disown(RecordIndex index);
  void give_back(Epochs::Participant& self, RecordIndex index);

  RecordTable& records_;
  Epochs& epochs_;
  Snapshots& snapshots_;
  Budget& memory_;
  Lifetimes& lifetimes_;
  Waits& waits_;

  atomic<std::uint64_t> versions_dropped_{0};
  atomic<std::uint64_t> records_reclaimed_{0};

  // Guarded by the sequencer.
  Snapshots::View view_;
  std::size_t budget_ = 0;
  std::size_t added_ = 0;
  std::uint64_t closes_ = 0;  // as of `begin`
  RecordQueue queue_;         // records with history or without a value
  RecordQueue aside_;         // of these, what only the oldest snapshot keeps; looked at when that is not `oldest_`
  Seq oldest_ = 0;            // for which those in `aside_` wait
  std::uint32_t wait_ = 1;    // number of that wait
  std::size_t blocked_in_a_row_ = 0;  // at the end of `queue_`
  std::uint64_t blocked_at_closes_ = 0;
  Era* old_eras_ = nullptr;    // replaced, still linked
  Era* dying_eras_ = nullptr;  // unlinked, being swept, oldest first
  Era* last_dying_era_ = nullptr;
  Era* keeping_ = nullptr;            // of queues, with items that were taken and are kept for snapshots
  std::uint64_t kept_at_closes_ = 0;  // as of when all of them were looked at last
};

}  // namespace heddle
