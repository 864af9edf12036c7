// Commit: what it tells watchers; F1–F6 are the invariants of change.h and watches.h.
#include <algorithm>

#include "plan.h"

namespace heddle {

namespace {

// Whether a write to an array is at the place where the one before it has left off.
bool goes_on(const Write& last, const Write& write) {
  using Kind = Write::Kind;
  const bool at_last = (last.kind == Kind::kInsert && last.index + 1 == write.index) ||
                       (last.kind == Kind::kRemove && last.index == write.index);
  return write.kind == Kind::kAppend ? last.kind == Kind::kAppend
                                     : (write.kind == Kind::kInsert || write.kind == Kind::kRemove) && at_last;
}

}  // namespace

// Makes what telling will take, as far as can be told now: more watches may come meanwhile.
bool Commit::foresee_changes() {
  ChangeSupply::Need need = to_tell_;  // what the last attempt would have taken
  for (std::size_t t = 0; t < buffers_.touched.size(); ++t) {
    Touched& touched = buffers_.touched[t];
    const Watched* watched = touched.collection->who_watches();
    if (watched == nullptr || watched->telling() == 0) continue;
    const std::size_t all = watched->everything.size();
    const std::size_t one = watched->keys.size() + watched->places.size();
    for (const Plan& plan : plans_) {
      if (plan.touched == t) need += {1, all + (one > 0 ? 1U : 0U)};
    }
    if (touched.clear || touched.collection->is_list) need += {one, one};
    if (touched.collection->is_list && all > 0 && !make_splices(touched, t)) return false;
  }
  return need.none() || thread_.changes.fill(need);
}

// Writes next to each other are told of as one change.
bool Commit::make_splices(Touched& touched, std::size_t position) {
  using Kind = Write::Kind;
  Stock& stock = thread_.epoch.stock;
  Plan* first = nullptr;
  const Write* last = nullptr;
  std::size_t before = 0;
  std::size_t after = 0;
  const auto finish = [&] {
    if (first == nullptr) return true;
    if (first->change != nullptr) Change::give_back(stock, first->change);
    first->change = Change::make(stock, before, after);
    return first->change != nullptr;
  };
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const Write& write = request_.writes[i];
    if (plans_[i].touched != position || write.kind == Kind::kClear) continue;
    if (last == nullptr || !goes_on(*last, write)) {
      if (!finish()) return false;
      first = &plans_[i];
      before = after = 0;
    }
    before += write.kind == Kind::kRemove ? static_cast<std::size_t>(write.count) : write.kind == Kind::kSet ? 1 : 0;
    after += write.kind == Kind::kRemove ? 0 : 1;
    last = &write;
  }
  touched.tells = true;
  return finish();
}

void Commit::find_hearers(const Touched& touched, Plan& plan, std::uint64_t hash, Bytes key) {
  if (touched.watched == nullptr) return;
  plan.hearers = Watches::hearers(*touched.watched, hash, key);
  to_tell_ += plan.hearers.need();
}

// What waits for watchers takes too much of what the process may have: one change tells of all to a key or place, and
// who watches more has to read again. True if that gives something back.
bool Commit::shorten_feeds() {
  constexpr std::int64_t kShare = 8;  // of the limit, that feeds may take
  const ToldBytes told = store_.budget.told();
  if (told.inside + told.outside <= static_cast<std::int64_t>(store_.budget.limit()) / kShare) return false;
  store_.collections.for_each([&](const Collection& collection) {
    if (Watched* watched = collection.who_watches()) store_.watches.shorten(*watched, thread_.changes);
  });
  return thread_.changes.has_dropped();
}

// Whether all that it takes is there.
bool Commit::can_tell() {
  for (const Touched& touched : buffers_.touched) {
    if (touched.watched == nullptr || !touched.changes) continue;
    const std::size_t all = touched.watched->everything.size();
    const std::size_t one = touched.watched->keys.size() + touched.watched->places.size();
    if (touched.clear) to_tell_ += {1, all};
    if (touched.clear || touched.collection->is_list) to_tell_ += {one, one};
    if (!touched.collection->is_list || all == 0) continue;
    if (!touched.tells) return false;
    to_tell_.links += all * static_cast<std::size_t>(
                                std::ranges::count_if(plans_, [](const Plan& plan) { return plan.change != nullptr; }));
  }
  return to_tell_.none() || thread_.changes.has(to_tell_);
}

// Before anything is written to the new era. Who watches a key that is set in the same commit hears of both in one.
void Commit::tell_clear(const Touched& touched, Seq commit) {
  Watches& watches = store_.watches;
  if (touched.watched->everything.size() > 0) {
    Change& change = thread_.changes.take_change();
    change.kind = Change::Kind::kClear;
    author(commit).sign(change);
    watches.tell(touched.watched->everything, change, thread_.changes);
    thread_.changes.settle(change);
  }
  touched.watched->keys.for_each([&](Watch& watch) {
    const RecordIndex found = touched.replaced->index.find(watch.hash, watch.key->bytes());
    if (found == kNoRecord) return;
    const Record& record = store_.records[found];
    const Version& before = *record.head.load(std::memory_order_relaxed);
    if (before.is_tombstone()) return;
    Change& change = thread_.changes.take_change();
    change.kind = Change::Kind::kDelete;
    change.tell_key(*record.key.load(std::memory_order_relaxed), watch.hash);
    change.tell_before(before);
    author(commit).sign(change);
    watches.tell(watch, change, thread_.changes);
    thread_.changes.settle(change);
  });
}

void Commit::tell_splice(const Touched& touched, Change& change, Seq commit) {
  author(commit).sign(change);
  store_.watches.tell(touched.watched->everything, change, thread_.changes);
  thread_.changes.settle(change);
}

void Commit::tell_places(const Touched& touched, Seq commit) {
  const List::Root& after = touched.era->list->root();
  for (Watch* watch = touched.watched->places.first(); watch != nullptr; watch = WatchList::next(*watch)) {
    const Version* was = List::at(touched.before, watch->what.index);
    const Version* is = List::at(after, watch->what.index);
    if (was == is) continue;
    Change& change = thread_.changes.take_change();
    change.kind = is != nullptr ? Change::Kind::kSet : Change::Kind::kDelete;
    change.place = watch->what.index;
    if (was != nullptr) change.tell_before(*was);
    if (is != nullptr) change.tell_after(*is);
    author(commit).sign(change);
    store_.watches.tell(*watch, change, thread_.changes);
    thread_.changes.settle(change);
  }
}

void Commit::tell_others(const Touched& touched, Seq commit) {
  const Collection& collection = *touched.collection;
  if (!collection.queue) return store_.watches.tell_others(*touched.watched, commit, time_);
  const QueueTotals totals{
      .added = touched.added, .removed = touched.taken, .size = collection.size, .closed = collection.queue->closed};
  store_.watches.tell_others(*touched.watched, commit, time_, &totals);
}

}  // namespace heddle
