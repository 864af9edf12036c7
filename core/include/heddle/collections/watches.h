// Who is told of changes: watches of a key, of a place in an array, or of a whole collection.
//
// A commit puts what it has changed at the end of the feed of each watch that it concerns, and rings the thread if that
// waits for it. The thread takes its feed when it comes to it. Nobody waits for anybody: a feed that is full is made
// shorter by who finds it so.
//
// Invariants
//  F3. A feed has the changes of all commits since its watch began, or since it was taken last, in their order: it is
//      written to inside the section of the commit, before that is published, and taken inside a section.
//  F4. A feed is never longer than its watch allows, beside what the watch began with. Changes to one key become one,
//      from the first of them to the last;
//      a watch of many keys or places is `lost` then, and hears of nothing more until it has been told so.
//  F5. A watch that is taken from and waits is rung once for what comes after, from the same section on.
//  F6. A watch goes inside a section: its thread removes it, and no commit touches it afterwards.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "heddle/collections/change.h"
#include "heddle/memory/record_table.h"
#include "heddle/sync/bell.h"

namespace heddle {

using WatchTicket = std::uint32_t;  // names a watch of its thread; of the same numbers as WaitTicket

class Watcher;

// What a watch of a queue is told: all that has happened to it since it was told last, in one.
struct QueueTotals {
  std::uint64_t commits = 0;
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t size = 0;
  bool closed = false;
  Seq commit = 0;
  double time = 0;

  // One commit more; with what it has done, if that is to be told.
  void add(Seq number, double at, const QueueTotals* more) {
    ++commits;
    commit = number;
    time = at;
    if (more == nullptr) return;
    added += more->added;
    removed += more->removed;
    size = more->size;
    closed = more->closed;
  }
};

class alignas(64) Watch {
 public:
  // A signal is told that there is something, and not what: in the collection, or at a key.
  enum class Kind : std::uint8_t { kKey, kPlace, kEverything, kQueue, kSignal, kKeySignal };
  // What becomes of a feed that is full.
  enum class Overflow : std::uint8_t { kCoalesce, kLose };

  struct Description {
    CollectionId collection = 0;
    Kind kind = Kind::kEverything;
    Overflow overflow = Overflow::kCoalesce;
    std::uint32_t buffer = 1;  // at least 1
    std::uint64_t index = 0;   // kPlace
  };

  Watch(Watcher& watcher, WatchTicket ticket, const Description& what)
      : what(what), watcher_(watcher), ticket_(ticket) {
    if (what.kind == Kind::kEverything && what.overflow == Overflow::kCoalesce)
      latest_.resize(2 * std::bit_ceil(std::size_t{what.buffer}));
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Fixed as long as it is watched, but for its neighbours: a commit that looks for it finds that in its cache,
  // whatever the watch's thread does.
  const Description what;
  Key* key = nullptr;  // of one key, with its hash; the watch's
  std::uint64_t hash = 0;

 private:
  Watcher& watcher_;

  // Guarded by the sequencer.
  Watch* next_ = nullptr;  // in its list, or bucket
  Watch** at_ = nullptr;   // what points here
  atomic<std::uint64_t> lag_{0};
  Link* first_ = nullptr;  // the feed
  Link* last_ = nullptr;
  std::uint32_t links_ = 0;
  bool linked_ = false;        // in its collection's lists
  bool waits_ = false;         // to be rung for
  bool lost_ = false;          // F4
  bool is_full_ = false;       // likewise: one change tells of all that comes
  bool begins_ = false;        // the first link tells what was there, and stays by itself
  bool ended_ = false;         // with its collection
  QueueTotals totals_;         // of queues and signals
  std::vector<Link*> latest_;  // kEverything that coalesces: room to find changes to one key in

  // Of those that have been rung for.
  Watch* next_rung_ = nullptr;
  atomic<bool> is_rung_{false};  // until its thread has heard
  bool is_gone_ = false;         // its thread's: to be freed as soon as that has heard
  const WatchTicket ticket_;

 public:
  // What its thread has taken from the feed and not looked at yet.
  Link* taken = nullptr;
  std::uint64_t taken_lag = 0;

  // Changes that wait to be taken, each counted that is told of in one with others. Any thread, at any time.
  [[nodiscard]] std::uint64_t lag() const { return lag_.load(std::memory_order_relaxed); }

  [[nodiscard]] bool is_of_key() const { return what.kind == Kind::kKey || what.kind == Kind::kKeySignal; }
  [[nodiscard]] bool is_signal() const { return what.kind == Kind::kSignal || what.kind == Kind::kKeySignal; }

 private:
  friend class Watches;
  friend class Watcher;
  friend class KeyTable;
  friend class WatchList;

  [[nodiscard]] bool is_of_one() const { return what.kind == Kind::kKey || what.kind == Kind::kPlace; }
  // In one with the last link, if that tells of all.
  [[nodiscard]] std::uint64_t skipped() const { return lag() - (begins_ ? 2 : 1); }
};

// The watches of one thread, used by it alone but for `rung_`.
class Watcher {
 public:
  explicit Watcher(Bell& bell) : bell(bell) {}

  Bell& bell;

  // May throw std::bad_alloc.
  Watch& add(WatchTicket ticket, const Watch::Description& what);
  [[nodiscard]] Watch* find(WatchTicket ticket) const;
  // Whether a watch has it, even one that is gone and will be heard of once more.
  [[nodiscard]] bool is_taken(WatchTicket ticket) const { return watches_.contains(ticket); }
  // After it has been removed from its collection and its feed is free.
  void forget(Watch& watch);
  // Appends those that have been rung for since it was asked last, in the order in which they began. Allocates nothing
  // if there is room for all watches.
  void take_rung(std::vector<WatchTicket>& tickets);

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [ticket, watch] : watches_) visit(*watch);
  }
  [[nodiscard]] bool empty() const { return watches_.empty(); }
  [[nodiscard]] std::size_t size() const { return watches_.size(); }
  [[nodiscard]] bool any_rung() const { return rung_.load(std::memory_order_seq_cst) != nullptr; }

 private:
  friend class Watches;
  std::unordered_map<WatchTicket, std::unique_ptr<Watch>> watches_;
  atomic<Watch*> rung_{nullptr};  // a stack
};

class WatchList {
 public:
  [[nodiscard]] Watch* first() const { return first_; }
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }

  // Inside the section.
  void add(Watch& watch);
  void remove(Watch& watch);
  static Watch* next(const Watch& watch) { return watch.next_; }

 private:
  Watch* first_ = nullptr;
  atomic<std::size_t> size_{0};
};

// Watches of keys by the hash of the key. It grows by one bucket for each watch (W. Litwin, "Linear hashing", 1980), so
// that no section stays long.
class KeyTable {
 public:
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }

  // Memory for another watch, made outside the section, if it is needed. May throw std::bad_alloc.
  struct Spare {
    std::size_t segment = 0;
    std::unique_ptr<Watch*[]> buckets;
  };
  [[nodiscard]] Spare prepare() const;

  // Inside the section. False, with nothing done, if it needs a segment that is not there.
  bool add(Watch& watch, Spare& spare);
  void remove(Watch& watch);
  // The first watch of a key; null if there is none. Expected O(1).
  [[nodiscard]] Watch* find(std::uint64_t hash, Bytes key) const;
  // The next one of the same key.
  [[nodiscard]] static Watch* next(const Watch& watch);
  // Calls visit(Watch&) for all. `visit` may remove what it is given.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < buckets_; ++i) {
      for (Watch* watch = bucket(i); watch != nullptr;) {
        Watch* next = watch->next_;
        visit(*watch);
        watch = next;
      }
    }
  }

 private:
  static constexpr std::size_t kFirst = kExplored ? 1 : 16;  // buckets of the first segment; the others double it
  static constexpr std::size_t kSegments = 40;

  [[nodiscard]] Watch*& bucket(std::size_t index) const;
  [[nodiscard]] std::size_t place_of(std::uint64_t hash) const;
  static std::size_t segment_of(std::size_t index);
  static std::size_t start_of(std::size_t segment);
  static std::size_t length_of(std::size_t segment);
  static void link(Watch*& first, Watch& watch);
  static void unlink(Watch& watch);
  void split();

  // Guarded by the sequencer; the numbers are read outside as hints.
  std::array<std::unique_ptr<Watch*[]>, kSegments> segments_;
  std::size_t buckets_ = 0;
  atomic<std::size_t> size_{0};
  atomic<std::size_t> made_{0};  // segments that are there
};

// The watches of one collection. All inside the section, but for the sizes as hints.
struct Watched {
  WatchList everything;
  WatchList places;
  WatchList others;  // of queues, and signals: they are told of no change in particular
  KeyTable keys;

  [[nodiscard]] WatchList& list_of(const Watch& watch) {
    using Kind = Watch::Kind;
    return watch.what.kind == Kind::kEverything ? everything : watch.what.kind == Kind::kPlace ? places : others;
  }
  [[nodiscard]] bool empty() const { return telling() == 0 && others.size() == 0; }
  // Those that hear what has changed.
  [[nodiscard]] std::size_t telling() const { return everything.size() + places.size() + keys.size(); }
};

class Watches {
 public:
  Watches(Bells& bells, Budget& budget, Lifetimes& lifetimes) : bells_(bells), budget_(budget), lifetimes_(lifetimes) {}

  // All inside the section.

  // False if a key's table needs a segment that is not there.
  bool add(Watched& watched, Watch& watch, KeyTable::Spare& spare);
  // `watched` is null only if the collection has ended before.
  void remove(Watched* watched, Watch& watch);
  // The collection ends, and with it its watches, when they have told what they have.
  void end(Watched& watched);

  // Tells watches what a change says, which is fixed then; takes a link for each. When all have been told, the supply
  // is to `settle` it.
  void tell(const WatchList& list, Change& change, ChangeSupply& supply);
  void tell(Watch& watch, Change& change, ChangeSupply& supply);

  // Who hears of a change to a key: who watches that, and who watches everything.
  struct Hearers {
    Watch* of_key = nullptr;
    std::size_t count = 0;

    // What telling them takes.
    [[nodiscard]] ChangeSupply::Need need() const {
      return count == 0 ? ChangeSupply::Need{} : ChangeSupply::Need{1, count};
    }
  };
  [[nodiscard]] static Hearers hearers(const Watched& watched, std::uint64_t hash, Bytes key);
  // Who writes, and when.
  struct Author {
    Seq commit = 0;
    double time = 0;
    bool evicts = false;

    void sign(Change& change) const;
  };
  // Tells them that a key has the version `after` in place of `before`; either may be none.
  void tell(const Watched& watched, const Hearers& hearers, const Record& record, const Version* before,
            const Version* after, const Author& author, ChangeSupply& supply);
  // Shortens all feeds of a collection: they take too much memory.
  void shorten(Watched& watched, ChangeSupply& supply);
  // The collection has changed; of a queue, how.
  void tell_others(Watched& watched, Seq commit, double time, const QueueTotals* totals = nullptr);

  // A watch of one key or place begins with what is there, which takes no room in its buffer.
  void begin(Watch& watch, Change& change, ChangeSupply& supply) {
    tell(watch, change, supply);
    watch.links_ = 0;
    watch.begins_ = true;
  }
  // One of a queue begins with what that is.
  void begin(Watch& watch, Seq now, double time, const QueueTotals& totals) {
    add_lag(watch);
    watch.totals_.add(now, time, &totals);
  }

  struct Taken {
    bool lost = false;      // F4: what the collection is now cannot be told from what was told before
    std::uint64_t lag = 0;  // changes that were told of, or would have been
    bool ended = false;     // there will be no more
    QueueTotals totals;     // of queues and signals
  };
  // Moves the feed to `watch.taken`, which is empty. The watch waits from then on, if it should.
  Taken take(Watch& watch, bool wait);

  // Outside the section: frees what has been looked at of what was taken, and of a watch that was removed everything.
  void free(Stock& stock, Link* first) const { ChangeSupply::free(lifetimes_, budget_, stock, first); }
  void clear(Stock& stock, Watch& watch) const;

  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }
  // The sum of the lags of all watches.
  [[nodiscard]] std::uint64_t lag() const { return lag_.load(std::memory_order_relaxed); }
  // Feeds that were found full so far.
  [[nodiscard]] std::uint64_t overflows() const { return overflows_.load(std::memory_order_relaxed); }

 private:
  void ring(Watch& watch);
  void unlink(Watched& watched, Watch& watch);
  void lose(Watch& watch, ChangeSupply& supply);
  void add_lag(Watch& watch);
  void end_lag(Watch& watch);
  bool make_room(Watch& watch, Change& change, ChangeSupply& supply);
  void hold(Change& change);
  void extend(Link& link, Change& change, ChangeSupply& supply);
  void become_one(Watch& watch, Change& change, ChangeSupply& supply);
  static void merge_all(Watch& watch, ChangeSupply& supply);
  static void merge_keys(Watch& watch, ChangeSupply& supply);

  Bells& bells_;
  Budget& budget_;
  Lifetimes& lifetimes_;
  // Written inside the section.
  atomic<std::size_t> count_{0};
  atomic<std::uint64_t> lag_{0};
  atomic<std::uint64_t> overflows_{0};
};

}  // namespace heddle
