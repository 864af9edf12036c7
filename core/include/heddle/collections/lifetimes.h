// What keeps collections alive: threads that have handles, values that refer to them, copies on their way between
// threads. A collection that is not permanent ends when none of these is left, or only values in collections that
// nothing keeps alive either.
//
// One mutex guards everything here. It is taken when handles are made, stored, travel and go, never by reads and writes
// of other values, and never inside the section.
//
// Invariants
//  A1. A version that refers to collections is counted here from before its commit until its memory is given back, so
//      whoever meets it under an epoch pin finds what it refers to alive, or destroyed on purpose.
//  A2. Garbage is decided and forgotten in one step under the mutex: from then on nobody can hold it, and its id is in
//      `garbage_` exactly once.
//      Letting go allocates nothing, so it cannot fail: what it takes was made when there was more to keep alive.
//  A3. Looking for a root goes back from a collection to those that refer to it. What it visits without finding one
//      cannot be reached from any root, so all of it is garbage: cycles need no other treatment.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "heddle/collections/list.h"
#include "heddle/memory/version.h"
#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

class Lifetimes {
 public:
  using Token = std::uint64_t;                     // of a copy on its way
  static constexpr std::int64_t kFlight = 60'000;  // ms that a copy counts for

  // A new collection, held once. `permanent`: until it is destroyed.
  void add(CollectionId id, bool permanent);
  // Lasts until it is destroyed from now on.
  void make_permanent(CollectionId id);
  // It is destroyed: nothing keeps it alive any more, and what it referred to may become garbage.
  void end(CollectionId id);

  // One more thread has handles; false if it has ended, or is about to.
  bool hold(CollectionId id);
  void release(CollectionId id);

  // A version in `owner` refers to `target`; once for each.
  void link(CollectionId owner, CollectionId target);
  void unlink(CollectionId owner, CollectionId target);

  // A copy of a handle leaves at `now`; none if the collection has ended.
  std::optional<Token> send(CollectionId id, std::int64_t now);
  // It has arrived and is held by the thread that took it. False if the collection has ended.
  bool land(CollectionId id, Token token);
  // Gives up copies that have been on their way for too long. O(1) as long as there are none.
  void expire(std::int64_t now);
  [[nodiscard]] bool has_overdue(std::int64_t now) const { return now >= due_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool has_flights() const { return due_.load(std::memory_order_relaxed) != kNever; }

  // Linked versions that wait for readers to leave; what they refer to is alive so long.
  void leave() { leaving_.fetch_add(1, std::memory_order_relaxed); }
  void left() { leaving_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] bool has_leaving() const { return leaving_.load(std::memory_order_relaxed) > 0; }

  // A collection that is to be destroyed; each is returned once (A2).
  std::optional<CollectionId> take_garbage();
  [[nodiscard]] bool has_garbage() const { return waiting_.load(std::memory_order_relaxed) > 0; }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  struct Flight {
    Token token;
    std::int64_t until;
  };

  struct Node {
    explicit Node(CollectionId id) : id(id) {}
    const CollectionId id;
    bool permanent = false;
    std::size_t holders = 0;
    std::vector<Flight> flights;
    std::unordered_map<CollectionId, std::size_t> from;  // collections whose versions refer to it, and how many do
    std::unordered_set<CollectionId> to;                 // whose `from` has this one

    // Of a search.
    Node* next_suspect = nullptr;
    Node** suspect_at = nullptr;  // what points here; null: not suspected
    Node* next_reached = nullptr;
    bool reached = false;

    [[nodiscard]] bool is_root() const { return permanent || holders > 0 || !flights.empty(); }
  };

  [[nodiscard]] Node* find(CollectionId id);
  void suspect(Node& node);
  static void acquit(Node& node);
  void judge();
  [[nodiscard]] Node* reach(Node& from, bool& rooted);
  void forget(Node& node);

  atomic<std::size_t> waiting_{0};  // in garbage_; a hint
  atomic<std::size_t> leaving_{0};
  atomic<std::int64_t> due_{kNever};  // when the first copy has been on its way for too long; written under mutex_

  // Guarded by mutex_.
  mutex mutex_;
  std::unordered_map<CollectionId, Node> nodes_;  // of collections that have not ended
  Node* suspects_ = nullptr;
  std::vector<CollectionId> garbage_;  // has room for all nodes
  std::vector<CollectionId> flying_;   // that had a copy on its way when last looked at
  Token last_token_ = 0;
};

// Lets go of a version; the last holder (V7) ends it (A1).
inline void unlink_and_destroy(Lifetimes& lifetimes, Stock& stock, Version* version) {
  if (!version->holders.let_go()) return;
  if (version->linked) {
    for_each_link(version->bytes(), [&](CollectionId target) { lifetimes.unlink(version->owner(), target); });
  }
  Version::destroy(stock, version);
}

// Likewise of all that has died after a state of a list.
inline void free_dead(Lifetimes& lifetimes, Stock& stock, List::Dead& dead) {
  while (Version* item = dead.items) {
    dead.items = item->prev.load(std::memory_order_relaxed);
    unlink_and_destroy(lifetimes, stock, item);
  }
  while (const List::Node* node = dead.nodes) {
    dead.nodes = node->next_dead;
    delete node;
  }
  dead = {};
}

}  // namespace heddle
