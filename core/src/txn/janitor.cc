#include "heddle/txn/janitor.h"

#include <algorithm>
#include <utility>

namespace heddle {

namespace {

// What it takes to free a record that has one version left: that, the key and the slot.
constexpr std::size_t kPerRecord = 3;

void destroy_version(Stock& stock, void* /*owner*/, std::uintptr_t what) {
  auto* version = reinterpret_cast<Version*>(what);
  if (version->holders.let_go()) Version::destroy(stock, version);
}
void destroy_linked(Stock& stock, void* owner, std::uintptr_t what) {
  auto& lifetimes = *static_cast<Lifetimes*>(owner);
  unlink_and_destroy(lifetimes, stock, reinterpret_cast<Version*>(what));
  lifetimes.left();
}
// Of a list, with what has died after it.
void destroy_state(Stock& stock, void* owner, std::uintptr_t what) {
  auto* state = reinterpret_cast<Version*>(what);
  auto& lifetimes = *static_cast<Lifetimes*>(owner);
  List::Dead& dead = state_of(*state).dead;
  const std::size_t linked = dead.linked;
  free_dead(lifetimes, stock, dead);
  for (std::size_t i = 0; i < linked; ++i) lifetimes.left();
  Version::destroy(stock, state);
}
void destroy_leaf(Stock& stock, void* owner, std::uintptr_t what) {
  auto& lifetimes = *static_cast<Lifetimes*>(owner);
  List::free_leaf(reinterpret_cast<List::Node*>(what), [&](Version* item) {
    const bool linked = item->linked;
    unlink_and_destroy(lifetimes, stock, item);
    if (linked) lifetimes.left();
  });
}
void destroy_key(Stock& /*stock*/, void* /*owner*/, std::uintptr_t what) {
  Key::let_go(reinterpret_cast<const Key*>(what));
}
void destroy_era(Stock& /*stock*/, void* /*owner*/, std::uintptr_t what) { delete reinterpret_cast<Era*>(what); }

// Written inside the section alone: no need for an atomic addition.
void count(atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void release_slot(Stock& /*stock*/, void* owner, std::uintptr_t what) {
  auto& records = *static_cast<RecordTable*>(owner);
  const auto index = static_cast<RecordIndex>(what);
  records[index].head.store(nullptr, std::memory_order_relaxed);
  records[index].key.store(nullptr, std::memory_order_relaxed);
  records.release(index);
}

}  // namespace

// Eras that are still linked go with their collections.
Janitor::~Janitor() {
  for (Era* list : {old_eras_, dying_eras_}) {
    while (list != nullptr) {
      Era* era = std::exchange(list, list->next_old);
      if (era->abandoned || era->dying) delete era;
    }
  }
}

// J5.
void Janitor::retire(Epochs::Participant& self, void* owner, std::uintptr_t what, Epochs::Reclaim reclaim) {
  --budget_;
  epochs_.retire(self, owner, what, reclaim);
}

void Janitor::retire_version(Epochs::Participant& self, Version* version) {
  const auto what = reinterpret_cast<std::uintptr_t>(version);
  if (version->kind == Version::Kind::kState) {
    const List::Dead& dead = state_of(*version).dead;
    memory_.add(-dead.bytes);
    for (std::size_t i = 0; i < dead.linked; ++i) lifetimes_.leave();
    retire(self, &lifetimes_, what, destroy_state);
  } else if (version->linked) {
    lifetimes_.leave();
    retire(self, &lifetimes_, what, destroy_linked);
  } else {
    retire(self, nullptr, what, destroy_version);
  }
}

void Janitor::drop(Epochs::Participant& self, Version& newer, Version& old, Version* older) {
  if (old.kind == Version::Kind::kState && older != nullptr) {  // N4
    state_of(old).dead.split(older->begin, state_of(*older).dead);
  }
  newer.prev.store(older, std::memory_order_release);
  memory_.add(-static_cast<std::int64_t>(old.footprint()));
  retire_version(self, &old);
  count(versions_dropped_);
}

void Janitor::give_back(Epochs::Participant& self, RecordIndex index) { retire(self, &records_, index, release_slot); }

// Drops what J1 allows, then says whether the record has come to rest.
Janitor::Outcome Janitor::settle(Epochs::Participant& self, RecordIndex index) {
  Record& record = records_[index];
  Era* era = record.era.load(std::memory_order_relaxed);
  if (record.dying || (era != nullptr && era->dying))
    return reclaim(self, index) ? Outcome::kReclaimed : Outcome::kMore;
  Version* newer = record.head.load(std::memory_order_relaxed);
  std::size_t drops = kPruneBudget;
  std::size_t kept = 0;
  for (Version* v = newer->prev.load(std::memory_order_relaxed); v != nullptr;) {
    Version* older = v->prev.load(std::memory_order_relaxed);
    if (view_.needs(v->begin, v->end.load(std::memory_order_relaxed))) {
      newer = v;
      ++kept;
    } else if (drops == 0 || budget_ == 0) {
      return Outcome::kMore;
    } else {
      const bool interval_goes_on = newer->order == v->order || (older != nullptr && older->order == v->order);
      if (era != nullptr && v->order != kNoOrder && !interval_goes_on) era->log.kill(v->order);
      drop(self, *newer, *v, older);
      --drops;
    }
    v = older;
  }
  Version* head = record.head.load(std::memory_order_relaxed);
  if (kept > 0) {
    const bool by_oldest = kept == 1 && view_.certain() && newer->begin <= view_.oldest();
    return by_oldest ? Outcome::kBlockedByOldest : Outcome::kBlocked;
  }
  if (era == nullptr || !head->is_tombstone()) return Outcome::kDone;  // a members record has no era and no end
  if (view_.any_before(head->begin)) return Outcome::kBlocked;
  if (budget_ < kPerRecord) return Outcome::kMore;
  era->reclaim_floor.store(std::max(era->reclaim_floor.load(std::memory_order_relaxed), head->begin),
                           std::memory_order_seq_cst);  // C3
  era->index.erase(record.hash, index);
  reclaim(self, index);
  return Outcome::kReclaimed;
}

void Janitor::adopt(RecordIndex index, Era* era) {
  records_[index].in_use = true;
  if (era != nullptr) ++era->records;
}

// R2: from here on nothing that was said about this slot validates.
void Janitor::disown(RecordIndex index) {
  Record& record = records_[index];
  if (record.attended) leave_queue(index);  // J3
  if (Era* era = record.era.load(std::memory_order_relaxed)) --era->records;
  record.in_use = record.dying = false;
  auto& stamp = records_.stamp(index);
  const Stamp now = stamp.load(std::memory_order_relaxed);
  if ((now & 1) == 0) stamp.store(now + 1, std::memory_order_release);
  waits_.changed(topic_of(index));
  record.incarnation.store(record.incarnation.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  record.era.store(nullptr, std::memory_order_release);
}

// Frees a record that nobody reaches, history first; false when the budget ended before.
bool Janitor::reclaim(Epochs::Participant& self, RecordIndex index) {
  const Record& record = records_[index];
  Version* head = record.head.load(std::memory_order_relaxed);
  while (Version* old = head->prev.load(std::memory_order_relaxed)) {
    if (budget_ == 0) return false;
    drop(self, *head, *old, old->prev.load(std::memory_order_relaxed));
  }
  if (budget_ < kPerRecord) return false;
  disown(index);
  memory_.add(-static_cast<std::int64_t>(head->footprint()));
  retire_version(self, head);
  if (const Key* key = record.key.load(std::memory_order_relaxed)) {
    memory_.add(-entry_cost(*key));
    retire(self, nullptr, reinterpret_cast<std::uintptr_t>(key), destroy_key);
  }
  count(records_reclaimed_);
  give_back(self, index);
  return true;
}

void Janitor::condemn(RecordIndex index) {
  blocked_in_a_row_ = 0;
  records_[index].dying = true;
  attend(index);
}

void Janitor::wear_out(Epochs::Participant& self, RecordIndex index) {
  disown(index);
  // Before `begin`, so not on its budget: a commit reserves one for each write and collection.
  epochs_.retire(self, &records_, index, release_slot);
}

void Janitor::attend(RecordIndex index) {
  Record& record = records_[index];
  if (record.attended && !is_aside(record)) return;
  if (record.attended) aside_.remove(index);
  queue_.push(index);
  record.attended = true;
  record.waits_since = 0;
}

void Janitor::put_aside(RecordIndex index) {
  Record& record = records_[index];
  if (record.attended && is_aside(record)) return;
  if (record.attended) leave_queue(index);
  if (aside_.empty()) oldest_ = view_.oldest();
  aside_.push(index);
  record.attended = true;
  record.waits_since = wait_;
}

// Puts a record where `settle` says that it waits.
void Janitor::requeue(RecordIndex index, Outcome outcome) {
  if (outcome == Outcome::kBlocked || outcome == Outcome::kMore) attend(index);
  if (outcome == Outcome::kBlockedByOldest) put_aside(index);
}

// Whoever leaves out of turn counts as blocked no longer: a snapshot has closed, or an era died, and the count begins
// anew.
void Janitor::leave_queue(RecordIndex index) {
  Record& record = records_[index];
  record.attended = false;
  (is_aside(record) ? aside_ : queue_).remove(index);
}

void Janitor::end_wait() {
  queue_.take(aside_);
  if (++wait_ == 0) wait_ = 1;
}

bool Janitor::tend_records(Epochs::Participant& self, std::size_t records) {
  if (blocked_at_closes_ != closes_) blocked_in_a_row_ = 0;
  blocked_at_closes_ = closes_;
  // Everything in the queue waits for a snapshot that is still open: look again when one has closed.
  if (blocked_in_a_row_ >= queue_.size()) return false;
  for (; records > 0 && !queue_.empty() && budget_ >= kPerRecord; --records) {
    const RecordIndex index = queue_.first();
    queue_.remove(index);
    records_[index].attended = false;
    const Outcome outcome = settle(self, index);
    requeue(index, outcome);
    const bool blocked = outcome == Outcome::kBlocked;
    if (outcome != Outcome::kBlockedByOldest) blocked_in_a_row_ = blocked ? blocked_in_a_row_ + 1 : 0;
    if (blocked_in_a_row_ >= queue_.size()) return false;
  }
  return !queue_.empty();
}

void Janitor::bury(Era& era) {
  era.next_old = old_eras_;
  old_eras_ = &era;
}

bool Janitor::unlink_if_unseen(Era& era) {
  if (era.abandoned) return true;
  if (view_.needs(era.begin, era.end.load(std::memory_order_relaxed))) return false;
  Era* prev = era.prev.load(std::memory_order_relaxed);
  era.newer->prev.store(prev, std::memory_order_release);
  if (prev != nullptr) prev->newer = era.newer;
  return true;
}

// Frees some records of an era that nobody reaches any more; true when none is left. Records without a place in the log
// (deleted ones) are in the queue, which frees them.
bool Janitor::sweep(Epochs::Participant& self, Era& era, std::size_t& records) {
  if (era.deque) return sweep_items(self, era, records);
  if (era.list) return sweep_list(self, era, records);
  era.log.walk(era.swept, kForever, [&](OrderLog::Entry entry) {
    if (records == 0) return false;
    // A record with several membership intervals in its history has several entries: only the first one finds it in
    // this era.
    const bool ours = records_[entry.record].era.load(std::memory_order_relaxed) == &era;
    if (ours && !reclaim(self, entry.record)) {
      era.swept = entry.position;
      records = 0;
      return false;
    }
    era.swept = entry.position + 1;
    --records;
    return true;
  });
  return era.records == 0;
}

bool Janitor::tend_eras(Epochs::Participant& self, std::size_t records) {
  for (Era** link = &old_eras_; *link != nullptr;) {
    Era* era = *link;
    if (unlink_if_unseen(*era)) {
      *link = era->next_old;
      era->dying = true;
      if (era->deque) keep_no_longer(*era);
      blocked_in_a_row_ = 0;  // records of it in the queue wait for nobody any more
      era->next_old = nullptr;
      (dying_eras_ == nullptr ? dying_eras_ : last_dying_era_->next_old) = era;
      last_dying_era_ = era;
    } else {
      link = &era->next_old;
    }
  }
  while (dying_eras_ != nullptr && records > 0 && budget_ > 0 && sweep(self, *dying_eras_, records) && budget_ > 0) {
    Era* swept = dying_eras_;
    dying_eras_ = swept->next_old;
    memory_.add(-kEraBytes);
    retire(self, nullptr, reinterpret_cast<std::uintptr_t>(swept), destroy_era);
  }
  return dying_eras_ != nullptr;
}

void Janitor::drop_item(Epochs::Participant& self, Deque& deque, Version* item) {
  memory_.add(-Deque::kSlotBytes - static_cast<std::int64_t>(item->footprint()));
  --budget_;  // for the segment
  deque.drop(epochs_, self, item);
  retire_version(self, item);
  count(versions_dropped_);
}

void Janitor::take_away(Epochs::Participant& self, Era& era, Deque::Position position) {
  Deque& deque = *era.deque;
  Version* item = deque.at(position);
  if (budget_ >= kPerItem && !view_.needs(item->begin, item->end.load(std::memory_order_relaxed))) {
    return drop_item(self, deque, item);
  }
  Deque::Kept& kept = deque.kept;
  ++kept.items;
  ++kept_items_;
  kept.end = std::max(kept.end, position + 1);
  if (budget_ < kPerItem) kept.looked_for = Deque::Kept::kNever;
  if (std::exchange(kept.listed, true)) return;
  era.next_keeping = keeping_;
  keeping_ = &era;
}

void Janitor::keep_no_longer(Era& era) {
  Deque::Kept& kept = era.deque->kept;
  kept_items_ -= kept.items;
  kept.items = 0;
  if (!std::exchange(kept.listed, false)) return;
  Era** link = &keeping_;
  while (*link != &era) link = &(*link)->next_keeping;
  *link = era.next_keeping;
}

// Frees some items of an era that nobody reaches any more; true when none is left.
bool Janitor::sweep_items(Epochs::Participant& self, Era& era, std::size_t& records) {
  Deque& deque = *era.deque;
  era.swept = deque.walk(era.swept, deque.back(), [&](Version* item) {
    if (records == 0 || budget_ < kPerItem) return false;
    drop_item(self, deque, item);
    --records;
    return true;
  });
  return era.swept == deque.back();
}

bool Janitor::sweep_list(Epochs::Participant& self, Era& era, std::size_t& records) {
  while (records > 0 && budget_ > 0) {
    List::Node* leaf = era.list->take_leaf();
    if (leaf == nullptr) return true;
    std::int64_t bytes = List::kNodeBytes;
    const std::uint32_t used = leaf->used.load(std::memory_order_relaxed);
    for (unsigned i = 0; i < used; ++i) {
      const Version& item = *List::item(leaf, i);
      bytes += List::kSlotBytes + static_cast<std::int64_t>(item.footprint());
      if (item.linked) lifetimes_.leave();
    }
    memory_.add(-bytes);
    retire(self, &lifetimes_, reinterpret_cast<std::uintptr_t>(leaf), destroy_leaf);
    count(versions_dropped_);
    records -= std::min<std::size_t>(records, used + 1);
  }
  return false;
}

// Looks at some of the items that are kept for snapshots, if any of these has closed since all were looked at.
bool Janitor::tend_items(Epochs::Participant& self, std::size_t records) {
  for (Era** link = &keeping_; *link != nullptr;) {
    Era& era = **link;
    if (!look_at_kept(self, *era.deque, records)) return true;
    if (era.deque->kept.items == 0) {
      era.deque->kept = {};
      *link = era.next_keeping;
    } else {
      link = &era.next_keeping;
    }
  }
  return false;
}

// False if there was no time for all of them.
bool Janitor::look_at_kept(Epochs::Participant& self, Deque& deque, std::size_t& records) {
  Deque::Kept& kept = deque.kept;
  if (kept.looked_for == closes_) return true;
  if (kept.next == 0) kept.looking_for = closes_;
  kept.next = deque.walk(kept.next, kept.end, [&](Version* item) {
    if (records == 0 || budget_ < kPerItem) return false;
    --records;
    const Seq end = item->end.load(std::memory_order_relaxed);
    // One without an end is in the queue, above others.
    if (end == kForever || view_.needs(item->begin, end)) return true;
    drop_item(self, deque, item);
    --kept.items;
    --kept_items_;
    return true;
  });
  if (kept.next < std::min(kept.end, deque.back())) return false;
  kept.next = 0;
  kept.looked_for = kept.looking_for;
  return true;
}

bool Janitor::tend_backlog(Epochs::Participant& self, std::size_t records) {
  bool more = false;
  if (keeping_ != nullptr) more = tend_items(self, records);
  if (!queue_.empty()) more = tend_records(self, records) || more;
  if (old_eras_ != nullptr || dying_eras_ != nullptr) more = tend_eras(self, records) || more;
  return more;
}

}  // namespace heddle
