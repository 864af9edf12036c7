// Takes away what no snapshot can see any more: old versions, deleted records, cleared eras. All of it runs inside the
// section, a bounded piece at a time, paid for by committing threads.
//
// Invariants
//  J1. A version goes only when it is superseded by a published commit and no open snapshot lies in [begin, end).
//  J2. A record goes only when its sole version is a tombstone that no open snapshot predates.
//  J3. A record is in the queue at most once (`attended`), and its slot is not given back while it is.
//  J4. Maintenance does not bump `seq`; what it takes away it also invalidates: odd stamps and new incarnations.
#pragma once

#include "heddle/collections/collection.h"
#include "heddle/sync/epoch.h"
#include "heddle/txn/snapshots.h"

namespace heddle {

class Janitor {
 public:
  // Retirements that one call of `tend` can cause at most; reserve them before the section.
  static constexpr std::size_t kRetirements = 192;
  // Versions that `prune` drops at most in one go.
  static constexpr std::size_t kPruneBudget = 4;

  Janitor(RecordTable& records, Epochs& epochs, const Snapshots& snapshots)
      : records_(records), epochs_(epochs), snapshots_(snapshots) {}

  ~Janitor();
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;

  // Looks at the open snapshots; call it after `publish`, before the functions below.
  void gather() { snapshots_.gather(view_); }

  // Drops versions of a record just written, and queues it if something is left to do later.
  void prune(Epochs::Participant& self, Record& record, RecordIndex index) {
    // By far the most common: an update, one version to drop, nobody who may want it.
    Version* head = record.head.load(std::memory_order_relaxed);
    Version* old = head->prev.load(std::memory_order_relaxed);
    if (old != nullptr && view_.empty() && old->prev.load(std::memory_order_relaxed) == nullptr &&
        old->order == head->order && !head->is_tombstone()) {
      drop(self, *head, *old, nullptr);
    } else if (settle(self, index) == Outcome::kBlocked) {
      attend(index);
    }
  }
  // An era was replaced by a clear, or its collection destroyed (`abandoned`).
  void bury(Era& era);
  // Frees one record for good: its slot may be reused after a grace period.
  void reclaim(Epochs::Participant& self, RecordIndex index);
  // The record has moved to another slot (R3): gives up this one, not what was in it.
  void wear_out(Epochs::Participant& self, RecordIndex index);
  // A bounded piece of the backlog.
  void tend(Epochs::Participant& self);

  // A record has been installed in `era` (null for a members record).
  void adopt(RecordIndex index, Era* era);

  [[nodiscard]] std::uint64_t versions_dropped() const { return versions_dropped_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t records_reclaimed() const { return records_reclaimed_.load(std::memory_order_relaxed); }

 private:
  enum class Outcome { kDone, kReclaimed, kBlocked };

  Outcome settle(Epochs::Participant& self, RecordIndex index);
  void attend(RecordIndex index);
  RecordIndex next_attended();
  void tend_records(Epochs::Participant& self);
  void tend_eras(Epochs::Participant& self);
  bool unlink_if_unseen(Era& era);
  bool sweep(Epochs::Participant& self, Era& era);
  void drop(Epochs::Participant& self, Version& newer, Version& old, Version* older);
  void retire(Epochs::Participant& self, Version* version);
  void disown(RecordIndex index);
  void give_back(Epochs::Participant& self, RecordIndex index);

  RecordTable& records_;
  Epochs& epochs_;
  const Snapshots& snapshots_;

  atomic<std::uint64_t> versions_dropped_{0};
  atomic<std::uint64_t> records_reclaimed_{0};

  // Guarded by the sequencer.
  Snapshots::View view_;
  RecordIndex first_attended_ = kNoRecord;  // FIFO of records with history or without a value
  RecordIndex last_attended_ = kNoRecord;
  std::size_t attended_ = 0;
  std::size_t blocked_in_a_row_ = 0;
  std::uint64_t blocked_at_closes_ = 0;
  Era* old_eras_ = nullptr;    // replaced, still linked
  Era* dying_eras_ = nullptr;  // unlinked, being swept
};

}  // namespace heddle
