// The elements of one era of an array: a counted tree whose nodes are shared between its states, with one writer at a
// time (the section) and lock-free readers. After Bagwell and Rompf, RRB-Trees (2011), with counts instead of radixes.
//
// A state is a root and a size: what snapshots read. A change copies the path to it; appending fills nodes in place.
// What a state has and the next one has not (elements, nodes) is dead: its own list of the dead says so, and is gone
// through when the state is dropped, as ZFS does with its snapshots (deadlists).
//
// Invariants
//  N1. What a reader finds below the size of its state never changes: nodes are changed by the commit that made them,
//      or appended to, beyond the size of every state that has them.
//  N2. In the tree as of the last commit `used` is exact: appending goes on where its nodes end.
//  N3. `ends` counts the elements up to the end of each child but the last, whose elements follow from the size.
//  N4. The dead are freed when no state has them: a state that is dropped frees those that were born after the one
//      before it, and leaves the others to that one.
//  N5. Elements carry a serial number as their `order`: two that differ are never taken for the same.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "heddle/memory/version.h"
#include "heddle/sync/atomic.h"

namespace heddle {

class List {
 public:
  static constexpr unsigned kLeafItems = kExplored ? 4 : 64;
  static constexpr unsigned kFan = kExplored ? 4 : 32;
  // What an element costs beside its version: about what the nodes do, of which it is one part of very many.
  static constexpr std::int64_t kSlotBytes = sizeof(void*);

  struct Node {
    Seq born = 0;
    Node* next_dead = nullptr;
    atomic<std::uint32_t> used{0};
    std::array<atomic<std::uintptr_t>, std::size_t{2} * kFan> words{};  // items; or children, and then their ends
  };
  static constexpr auto kNodeBytes = static_cast<std::int64_t>(sizeof(Node));

  struct Root {
    Node* node = nullptr;
    std::uint64_t height = 0;  // levels above the leaves
    std::uint64_t size = 0;
  };

  // What some state has and its successor has not.
  struct Dead {
    Version* items = nullptr;  // linked by `prev`
    Node* nodes = nullptr;
    std::int64_t bytes = 0;
    std::size_t linked = 0;

    void add(Version* item);
    void add(Node* node);
    // Keeps what was born after `since`; the rest goes to `older` (N4). O(dead).
    void split(Seq since, Dead& older);
  };

  List() = default;
  // With all that is left in it; nobody reads it any more.
  ~List();
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  // The element at an index of a state; null: gap. Lock-free, under an epoch pin. O(log size).
  [[nodiscard]] static const Version* at(Root root, std::uint64_t index);
  // Calls visit(const Version&) -> bool for the elements [from, to) of a state until it returns false; false if there
  // is a gap.
  template <class Visit>
  static bool walk(Root root, std::uint64_t from, std::uint64_t to, Visit&& visit) {
    return walk(root.node, static_cast<unsigned>(root.height), from, std::min(to, root.size), visit) != Walk::kGap;
  }

  // Nodes for changes to come, made outside the section.
  using Supply = std::vector<std::unique_ptr<Node>>;
  // How many a commit may use that sets so many elements, removes or inserts at so many places, inserts so many in all,
  // and appends others.
  [[nodiscard]] std::size_t need(std::size_t set, std::size_t places, std::size_t inserted, std::size_t appended) const;

  // Inside the section from here on.
  [[nodiscard]] const Root& root() const { return root_; }
  [[nodiscard]] std::uint64_t size() const { return root_.size; }

  // One commit's changes: its number, where nodes come from, and where goes what dies.
  class Edit;

  // Takes the last leaf off a list that nobody reaches any more: null when there is none. What comes is the caller's,
  // but may still be read.
  Node* take_leaf();
  // Frees it with its elements.
  template <class Free>
  static void free_leaf(Node* leaf, Free&& free_item) {
    for (unsigned i = 0; i < leaf->used.load(std::memory_order_relaxed); ++i) free_item(item(leaf, i));
    delete leaf;
  }

  // Calls visit(const Node&) for all nodes of the tree.
  template <class Visit>
  void for_each_node(Visit&& visit) const {
    if (root_.node != nullptr) for_each_node(root_.node, static_cast<unsigned>(root_.height), visit);
  }

  static Version* item(const Node* leaf, unsigned i) {
    return reinterpret_cast<Version*>(leaf->words[i].load(std::memory_order_acquire));
  }
  static Node* child(const Node* inner, unsigned i) {
    return reinterpret_cast<Node*>(inner->words[i].load(std::memory_order_acquire));
  }

 private:
  enum class Walk { kOn, kStop, kGap };

  // Elements are scattered: a walk asks for them so much before it comes to them.
  static constexpr std::uint64_t kAhead = 8;
  static void prefetch(const Version* element) {
    __builtin_prefetch(element);
    __builtin_prefetch(element + 1);
  }

  static std::uint64_t end(const Node* inner, unsigned i) {
    return inner->words[kFan + i].load(std::memory_order_acquire);
  }
  // The child with the element at `index`, and where it begins.
  static unsigned child_at(const Node* inner, std::uint64_t index, std::uint64_t& start) {
    const unsigned last = inner->used.load(std::memory_order_acquire) - 1;
    unsigned low = 0;
    for (unsigned high = last; low < high;) {
      const unsigned middle = (low + high) / 2;
      if (end(inner, middle) <= index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    start = low == 0 ? 0 : end(inner, low - 1);
    return low;
  }

  template <class Visit>
  static Walk walk(const Node* node, unsigned height, std::uint64_t from, std::uint64_t to, Visit& visit) {
    if (from >= to) return Walk::kOn;
    const std::uint32_t used = node->used.load(std::memory_order_acquire);
    if (used == 0) return Walk::kGap;
    if (height == 0) {
      if (to > used) return Walk::kGap;
      for (std::uint64_t i = from; i < to; ++i) {
        if (i + kAhead < to) prefetch(item(node, static_cast<unsigned>(i + kAhead)));
        if (!visit(*item(node, static_cast<unsigned>(i)))) return Walk::kStop;
      }
      return Walk::kOn;
    }
    std::uint64_t start = 0;
    for (unsigned i = child_at(node, from, start); i < used && start < to; ++i) {
      const std::uint64_t stop = i + 1 < used ? std::min(end(node, i), to) : to;
      const Walk result = walk(child(node, i), height - 1, std::max(from, start) - start, stop - start, visit);
      if (result != Walk::kOn) return result;
      start = stop;
    }
    return Walk::kOn;
  }

  template <class Visit>
  static void for_each_node(const Node* node, unsigned height, Visit& visit) {
    visit(*node, height);
    if (height == 0) return;
    for (unsigned i = 0; i < node->used.load(std::memory_order_relaxed); ++i)
      for_each_node(child(node, i), height - 1, visit);
  }

  // Guarded by the sequencer.
  Root root_;

  // Read outside as hints.
  atomic<std::uint64_t> height_{0};
  atomic<std::size_t> nodes_{0};
};

}  // namespace heddle
