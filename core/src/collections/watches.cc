#include "heddle/collections/watches.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace heddle {

// ---------------------------------------------------------------- threads

Watch& Watcher::add(WatchTicket ticket, const Watch::Description& what) {
  return *(watches_[ticket] = std::make_unique<Watch>(*this, ticket, what));
}

Watch* Watcher::find(WatchTicket ticket) const {
  const auto found = watches_.find(ticket);
  return found == watches_.end() || found->second->is_gone_ ? nullptr : found->second.get();
}

// Who rings last may have done so just before: then it goes when that is heard.
void Watcher::forget(Watch& watch) {
  watch.is_gone_ = true;
  if (!watch.is_rung_.load(std::memory_order_acquire)) watches_.erase(watch.ticket_);
}

void Watcher::take_rung(std::vector<WatchTicket>& tickets) {
  const std::size_t before = tickets.size();
  for (Watch* watch = rung_.exchange(nullptr, std::memory_order_seq_cst); watch != nullptr;) {
    Watch* next = watch->next_rung_;
    watch->is_rung_.store(false, std::memory_order_release);
    if (watch->is_gone_) {
      watches_.erase(watch->ticket_);
    } else {
      tickets.push_back(watch->ticket_);
    }
    watch = next;
  }
  std::sort(tickets.begin() + static_cast<std::ptrdiff_t>(before), tickets.end());
}

// ---------------------------------------------------------------- lists

void WatchList::add(Watch& watch) {
  watch.next_ = first_;
  watch.at_ = &first_;
  if (first_ != nullptr) first_->at_ = &watch.next_;
  first_ = &watch;
  size_.store(size() + 1, std::memory_order_relaxed);
}

void WatchList::remove(Watch& watch) {
  *watch.at_ = watch.next_;
  if (watch.next_ != nullptr) watch.next_->at_ = watch.at_;
  size_.store(size() - 1, std::memory_order_relaxed);
}

// ---------------------------------------------------------------- watches

bool Watches::add(Watched& watched, Watch& watch, KeyTable::Spare& spare) {
  if (watch.is_of_key()) {
    if (!watched.keys.add(watch, spare)) return false;
  } else {
    watched.list_of(watch).add(watch);
  }
  watch.linked_ = true;
  count_.store(count() + 1, std::memory_order_relaxed);
  return true;
}

void Watches::remove(Watched* watched, Watch& watch) {
  if (watch.linked_) unlink(*watched, watch);
  end_lag(watch);
}

void Watches::unlink(Watched& watched, Watch& watch) {
  watch.linked_ = false;
  if (watch.is_of_key()) {
    watched.keys.remove(watch);
  } else {
    watched.list_of(watch).remove(watch);
  }
  count_.store(count() - 1, std::memory_order_relaxed);
}

void Watches::end(Watched& watched) {
  const auto end_one = [&](Watch& watch) {
    unlink(watched, watch);
    watch.ended_ = true;
    ring(watch);
  };
  for (WatchList* list : {&watched.everything, &watched.places, &watched.others}) {
    while (Watch* watch = list->first()) end_one(*watch);
  }
  watched.keys.for_each(end_one);
}

void Watches::tell(const WatchList& list, Change& change, ChangeSupply& supply) {
  for (Watch* watch = list.first(); watch != nullptr; watch = WatchList::next(*watch)) tell(*watch, change, supply);
}

Watches::Hearers Watches::hearers(const Watched& watched, std::uint64_t hash, Bytes key) {
  Hearers found{watched.keys.find(hash, key), watched.everything.size()};
  for (const Watch* watch = found.of_key; watch != nullptr; watch = KeyTable::next(*watch)) ++found.count;
  return found;
}

void Watches::Author::sign(Change& change) const {
  change.commit = commit;
  change.time = time;
  change.evicted = evicts;
}

void Watches::tell(const Watched& watched, const Hearers& hearers, const Record& record, const Version* before,
                   const Version* after, const Author& author, ChangeSupply& supply) {
  if (hearers.count == 0) return;
  Change& change = supply.take_change();
  change.kind = after != nullptr ? Change::Kind::kSet : Change::Kind::kDelete;
  change.tell_key(*record.key.load(std::memory_order_relaxed), record.hash);
  if (before != nullptr) change.tell_before(*before);
  if (after != nullptr) change.tell_after(*after);
  author.sign(change);
  tell(watched.everything, change, supply);
  for (Watch* watch = hearers.of_key; watch != nullptr; watch = KeyTable::next(*watch)) tell(*watch, change, supply);
  supply.settle(change);
}

namespace {

// `link` is to tell of what `older` told as well.
void absorb(Link& link, Link& older) {
  Change*& begins = older.since != nullptr ? older.since : older.change;
  std::swap(link.since, begins);
  link.skipped += older.skipped + 1;
}

}  // namespace

// F1: all is said that it tells.
void Watches::hold(Change& change) {
  if (change.holders.none()) budget_.add_told(change.weight());
  change.holders.add();
}

// `link` is to tell of a later change as well.
void Watches::extend(Link& link, Change& change, ChangeSupply& supply) {
  hold(change);
  Link& spare = supply.take_link();
  spare.change = link.since == nullptr ? nullptr : link.change;  // what lies between the first and the last
  if (link.since == nullptr) link.since = link.change;
  link.change = &change;
  supply.drop(spare);
}

void Watches::tell(Watch& watch, Change& change, ChangeSupply& supply) {
  if (watch.is_signal()) {
    watch.totals_.add(change.commit, change.time, nullptr);
    return ring(watch);
  }
  const bool goes_on = watch.is_of_one() && watch.last_ != nullptr && watch.last_->change->commit == change.commit;
  if (!goes_on) add_lag(watch);
  if (watch.lost_) return;
  if (goes_on) return extend(*watch.last_, change, supply);
  if (watch.is_full_) {
    watch.last_->skipped = watch.skipped();
    extend(*watch.last_, change, supply);
  } else if (watch.links_ < watch.what.buffer || make_room(watch, change, supply)) {
    hold(change);
    Link& link = supply.take_link();
    link.change = &change;
    (watch.last_ == nullptr ? watch.first_ : watch.last_->next) = &link;
    watch.last_ = &link;
    ++watch.links_;
  }
  ring(watch);
}

void Watches::add_lag(Watch& watch) {
  watch.lag_.store(watch.lag() + 1, std::memory_order_relaxed);
  lag_.store(lag() + 1, std::memory_order_relaxed);
}

void Watches::end_lag(Watch& watch) {
  lag_.store(lag() - watch.lag(), std::memory_order_relaxed);
  watch.lag_.store(0, std::memory_order_relaxed);
}

// F4. False if there is nothing more to be done for this change.
bool Watches::make_room(Watch& watch, Change& change, ChangeSupply& supply) {
  overflows_.store(overflows() + 1, std::memory_order_relaxed);
  if (watch.what.overflow == Watch::Overflow::kCoalesce) {
    if (watch.is_of_one()) {
      become_one(watch, change, supply);
      return false;
    }
    merge_keys(watch, supply);
    // Each merge of many must be worth it.
    constexpr std::uint32_t kFew = 64;
    const std::uint32_t buffer = watch.what.buffer;
    if (watch.links_ < buffer && (buffer <= kFew || watch.links_ <= buffer / 2)) return true;
  }
  lose(watch, supply);
  return false;
}

void Watches::lose(Watch& watch, ChangeSupply& supply) {
  watch.lost_ = true;
  supply.drop(watch.first_, watch.last_);
  watch.first_ = watch.last_ = nullptr;
  watch.links_ = 0;
  watch.begins_ = false;
}

void Watches::shorten(Watched& watched, ChangeSupply& supply) {
  const auto shorten_one = [&](Watch& watch) {
    const bool becomes_one = watch.is_of_one() && watch.what.overflow == Watch::Overflow::kCoalesce;
    if (watch.links_ <= (becomes_one ? 1U : 0U)) return;
    overflows_.store(overflows() + 1, std::memory_order_relaxed);
    if (becomes_one) {
      merge_all(watch, supply);
    } else {
      lose(watch, supply);
    }
  };
  for (const WatchList* list : {&watched.everything, &watched.places}) {
    for (Watch* watch = list->first(); watch != nullptr; watch = WatchList::next(*watch)) shorten_one(*watch);
  }
  watched.keys.for_each(shorten_one);
}

// What a feed of more than one change tells becomes one, from the first of them to the last.
void Watches::merge_all(Watch& watch, ChangeSupply& supply) {
  Link& first = watch.begins_ ? *watch.first_->next : *watch.first_;
  Link& last = *watch.last_;
  if (first.since == nullptr) {
    first.since = std::exchange(first.change, std::exchange(last.change, nullptr));
  } else {
    std::swap(first.change, last.change);
  }
  first.skipped = watch.skipped();
  supply.drop(std::exchange(first.next, nullptr), watch.last_);
  watch.last_ = &first;
  watch.links_ = 1;
  watch.is_full_ = true;
}

// And stays one until it is taken: a watcher that is so slow costs no more memory, and its writers little time.
void Watches::become_one(Watch& watch, Change& change, ChangeSupply& supply) {
  if (watch.links_ > 1) merge_all(watch, supply);
  watch.last_->skipped = watch.skipped();
  extend(*watch.last_, change, supply);
  watch.is_full_ = true;
}

// Of the changes to one key only the last remains, with what was there before the first; of those before a clear none.
void Watches::merge_keys(Watch& watch, ChangeSupply& supply) {
  const auto same_key = [](const Change& a, const Change& b) {
    return a.place == b.place && equal(a.key->bytes(), b.key->bytes());
  };
  Link* cleared = nullptr;  // nothing before this is told of any more
  for (Link* link = watch.first_; link != nullptr; link = link->next) {
    if (link->change->kind == Change::Kind::kClear) {
      cleared = link;
    } else if (link->change->key == nullptr) {
      return;
    }
  }
  auto& latest = watch.latest_;
  std::ranges::fill(latest, nullptr);
  const std::size_t mask = latest.size() - 1;
  for (Link* link = cleared != nullptr ? cleared->next : watch.first_; link != nullptr; link = link->next) {
    std::size_t slot = link->change->place & mask;
    while (latest[slot] != nullptr && !same_key(*latest[slot]->change, *link->change)) slot = (slot + 1) & mask;
    if (latest[slot] != nullptr) {
      absorb(*link, *latest[slot]);
      latest[slot]->merged = true;
    }
    latest[slot] = link;
  }
  Link* link = std::exchange(watch.first_, nullptr);
  watch.last_ = nullptr;
  watch.links_ = 0;
  std::uint64_t skipped = 0;
  while (link != nullptr) {
    Link* next = std::exchange(link->next, nullptr);
    if (link == cleared) {
      link->skipped += skipped;
      cleared = nullptr;
    }
    if (link->merged || cleared != nullptr) {
      // What was merged has been counted where it went.
      if (!link->merged) skipped += link->skipped + 1;
      supply.drop(*link);
    } else {
      (watch.last_ == nullptr ? watch.first_ : watch.last_->next) = link;
      watch.last_ = link;
      ++watch.links_;
    }
    link = next;
  }
}

void Watches::tell_others(Watched& watched, Seq commit, double time, const QueueTotals* totals) {
  for (Watch* watch = watched.others.first(); watch != nullptr; watch = WatchList::next(*watch)) {
    if (!watch->is_signal()) add_lag(*watch);
    watch->totals_.add(commit, time, totals);
    ring(*watch);
  }
}

// F5.
void Watches::ring(Watch& watch) {
  if (!std::exchange(watch.waits_, false) || watch.is_rung_.exchange(true, std::memory_order_acq_rel)) return;
  Watcher& watcher = watch.watcher_;
  Watch* first = watcher.rung_.load(std::memory_order_relaxed);
  do {
    watch.next_rung_ = first;
  } while (!watcher.rung_.compare_exchange_weak(first, &watch, std::memory_order_seq_cst, std::memory_order_relaxed));
  bells_.announce(watcher.bell);
}

Watches::Taken Watches::take(Watch& watch, bool wait) {
  Taken taken{
      .lost = std::exchange(watch.lost_, false), .lag = watch.lag(), .ended = watch.ended_, .totals = watch.totals_};
  watch.totals_ = {};
  watch.taken = std::exchange(watch.first_, nullptr);
  watch.last_ = nullptr;
  watch.links_ = 0;
  watch.is_full_ = watch.begins_ = false;
  watch.taken_lag = watch.taken == nullptr ? 0 : watch.lag();  // of the others nothing will be looked at
  end_lag(watch);
  watch.waits_ = wait && !taken.ended;
  return taken;
}

void Watches::clear(Stock& stock, Watch& watch) const {
  free(stock, std::exchange(watch.first_, nullptr));
  free(stock, std::exchange(watch.taken, nullptr));
  if (watch.key != nullptr) Key::let_go(std::exchange(watch.key, nullptr));
}

}  // namespace heddle
