// What a commit has changed in a watched collection, as its watchers are told: made once, shared by all of them.
//
// Invariants
//  F1. A change is fixed inside the section of its commit and never altered after; it holds the key and the versions
//  that
//      it tells of (V7), whatever becomes of them.
//  F2. It is held by the links of watches. The last one to let go frees it, outside of the section.
#pragma once

#include <algorithm>
#include <new>
#include <span>

#include "heddle/collections/lifetimes.h"
#include "heddle/memory/budget.h"
#include "heddle/memory/version.h"

namespace heddle {

struct Change;

// A change in the feed of one watch.
struct Link {
  Change* change = nullptr;
  Change* since = nullptr;    // what was there before is what was there before this one, if any
  std::uint64_t skipped = 0;  // changes that are told of in one with this
  bool merged = false;        // into a later one: to be dropped
  Link* next = nullptr;
};

struct Change {
  // kSplice: of an array, elements went and others came, at a place in what its commit has made of it so far.
  enum class Kind : std::uint8_t { kSet, kDelete, kClear, kSplice };

  Kind kind = Kind::kSet;
  bool evicted = false;
  std::uint32_t before_count = 0;
  std::uint32_t after_count = 0;
  const std::uint32_t before_capacity;
  const std::uint32_t after_capacity;
  Holders holders{0};
  Seq commit = 0;
  union {
    double time = 0;  // ms, wall clock
    Change* next;     // of those that nobody has heard
  };
  const Key* key = nullptr;
  std::uint64_t place = 0;  // in an array; with a key its hash

  // Room for so many versions before and after; nullptr when memory is short.
  static Change* make(Stock& stock, std::size_t before, std::size_t after) {
    void* memory = stock.allocate(size_of(before + after));
    return memory == nullptr ? nullptr
                             : new (memory)
                                   Change(static_cast<std::uint32_t>(before), static_cast<std::uint32_t>(after));
  }
  // With what it holds.
  static void destroy(Lifetimes& lifetimes, Stock& stock, Change* change) {
    for (Version* version : change->before()) unlink_and_destroy(lifetimes, stock, version);
    for (Version* version : change->after()) unlink_and_destroy(lifetimes, stock, version);
    if (change->key != nullptr) Key::let_go(change->key);
    give_back(stock, change);
  }
  // That holds nothing.
  static void give_back(Stock& stock, Change* change) {
    const std::size_t size = change->size();
    change->~Change();
    stock.give_back(change, size);
  }

  // The values that were there, and those that are there now.
  [[nodiscard]] std::span<Version* const> before() const { return {slots(), before_count}; }
  [[nodiscard]] std::span<Version* const> after() const { return {slots() + before_capacity, after_count}; }

  // What it counts for.
  [[nodiscard]] ToldBytes weight() const {
    ToldBytes bytes{static_cast<std::int64_t>(size() + sizeof(Link))};
    for (const Version* version : before()) bytes += weight_of(*version);
    for (const Version* version : after()) bytes += weight_of(*version);
    return bytes;
  }

  // Starts to fetch it; and then what it tells of.
  void fetch() const {
    __builtin_prefetch(this, 1);
    __builtin_prefetch(slots(), 1);
  }
  void fetch_told() const {
    __builtin_prefetch(key, 1);
    for (const Version* version : before()) __builtin_prefetch(version, 1);
    for (const Version* version : after()) __builtin_prefetch(version, 1);
  }

  // Inside the section.
  void tell_key(const Key& told, std::uint64_t hash) {
    key = &told;
    place = hash;
    told.holders.add();
  }
  void tell_before(const Version& version) { tell(version, before_count++); }
  void tell_after(const Version& version) { tell(version, before_capacity + after_count++); }

 private:
  Change(std::uint32_t before, std::uint32_t after) : before_capacity(before), after_capacity(after) {}

  static constexpr std::size_t size_of(std::size_t versions);
  [[nodiscard]] std::size_t size() const { return size_of(before_capacity + after_capacity); }
  [[nodiscard]] Version** slots() const { return reinterpret_cast<Version**>(const_cast<Change*>(this) + 1); }
  static ToldBytes weight_of(const Version& version) {
    return {static_cast<std::int64_t>(version.footprint()), static_cast<std::int64_t>(version.outside_size())};
  }
  void tell(const Version& version, std::uint32_t slot) {
    version.holders.add();
    slots()[slot] = const_cast<Version*>(&version);
  }
};

constexpr std::size_t Change::size_of(std::size_t versions) { return sizeof(Change) + versions * sizeof(void*); }

// Goes ahead of who goes through a chain, and fetches what will be looked at: all of it comes from the thread that has
// written it, and would be waited for line by line.
class LinksAhead {
 public:
  explicit LinksAhead(const Link* first) : near_(after(first)), far_(after(near_)) {}

  // Before each link.
  void step() {
    if (near_ != nullptr && near_->change != nullptr) near_->change->fetch_told();
    near_ = far_;
    if (far_ == nullptr) return;
    if (far_->change != nullptr) far_->change->fetch();
    far_ = far_->next;
    __builtin_prefetch(far_, 1);
  }

 private:
  static const Link* after(const Link* link) { return link == nullptr ? nullptr : link->next; }

  const Link* near_;
  const Link* far_;
};

// What a thread has at hand for the changes that its commit will have to tell of: the section allocates nothing.
class ChangeSupply {
 public:
  explicit ChangeSupply(Stock& stock) : stock_(stock) {}
  ~ChangeSupply() { give_back(0); }
  ChangeSupply(const ChangeSupply&) = delete;
  ChangeSupply& operator=(const ChangeSupply&) = delete;

  struct Need {
    std::size_t changes = 0;  // of one value by another
    std::size_t links = 0;

    [[nodiscard]] bool none() const { return changes == 0 && links == 0; }
    Need& operator+=(const Need& more) {
      changes += more.changes;
      links += more.links;
      return *this;
    }
  };

  // False when memory is short. May throw std::bad_alloc.
  bool fill(const Need& need);
  // Remembers what it has not: more than one watch of a key, which nobody foresees.
  [[nodiscard]] bool has(const Need& need) {
    if (need.links > links_.size()) more_links_ = std::max(more_links_, need.links - links_.size());
    return need.changes <= changes_.size() && need.links <= links_.size();
  }

  // Inside the section.
  Change& take_change() { return take(changes_); }
  Link& take_link() { return take(links_); }
  // A change that has been told. What nobody has heard is to be freed after the section.
  void settle(Change& change) {
    if (!change.holders.none()) return;
    change.next = unheard_;
    unheard_ = &change;
  }
  // Likewise a chain.
  void drop(Link* first, Link* last) {
    last->next = dropped_;
    dropped_ = first;
  }
  void drop(Link& link) { drop(&link, &link); }
  [[nodiscard]] bool has_dropped() const { return dropped_ != nullptr; }

  // Outside again: frees what was dropped; and what is more than so many.
  void free_dropped(Lifetimes& lifetimes, Budget& budget);
  void give_back(std::size_t kept);
  static void free(Lifetimes& lifetimes, Budget& budget, Stock& stock, Link* first);

 private:
  template <class T>
  static T& take(std::vector<T*>& from) {
    T& taken = *from.back();
    from.pop_back();
    return taken;
  }

  Stock& stock_;
  std::vector<Change*> changes_;
  std::vector<Link*> links_;
  Change* unheard_ = nullptr;
  std::size_t more_links_ = 0;
  Link* dropped_ = nullptr;
};

}  // namespace heddle
