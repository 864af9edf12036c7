// The items of one era of a queue: slots in a row, used from one end to the other, with one writer at a time (the
// section) and lock-free readers.
//
// Invariants
//  U1. A slot holds the versions of the items that have been at its position, newest first: the item that was there at
//      rv is the one with begin <= rv < end. An item that is taken gets its end before the state that lacks it is
//      published.
//  U2. Readers load one directory under an epoch pin. Its bounds never change; segments are put into it, and taken out
//      when no slot of them holds anything. Directories and segments are retired, not freed.
//  U3. Positions from `front` up to `back` hold the items that are in the queue as of the last commit, each as the
//      newest version of its slot. What lies before is kept for snapshots (`kept`).
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "heddle/memory/version.h"
#include "heddle/sync/epoch.h"

namespace heddle {

class Deque {
 public:
  using Position = std::uint64_t;
  static constexpr Position kSegmentSlots = kExplored ? 2 : 256;
  // In the middle, as items may return to the front; JavaScript can say it.
  static constexpr Position kOrigin = Position{1} << 40;
  // What an item costs beside its version.
  static constexpr std::int64_t kSlotBytes = sizeof(void*);

  Deque();
  // With all that is left in it; nobody reads it any more.
  ~Deque();
  Deque(const Deque&) = delete;
  Deque& operator=(const Deque&) = delete;

  // The item at a position as of rv; null: gap. Lock-free, under an epoch pin. O(1) plus the item's successors there.
  [[nodiscard]] const Version* find(Position position, Seq rv) const;

  // Memory for so many items at either end, made outside the section; null if there is room.
  struct Spare;
  [[nodiscard]] std::unique_ptr<Spare> prepare(std::size_t behind, std::size_t before) const;

  // Inside the section from here on.
  [[nodiscard]] Position front() const { return front_.load(std::memory_order_relaxed); }
  [[nodiscard]] Position back() const { return back_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(back() - front()); }
  [[nodiscard]] bool fits(std::size_t behind, std::size_t before, const Spare* spare) const;
  // At the back; `fits` must have said yes. The version keeps its position as `order`.
  void append(Epochs& epochs, Epochs::Participant& participant, Version* item, Spare* spare);
  // So many slots before the front, which `extend_front` moves there when all have come.
  void put_before(Epochs& epochs, Epochs::Participant& participant, Version* item, std::size_t distance, Spare* spare) {
    put(epochs, participant, item, front() - distance, spare);
  }
  void extend_front(std::size_t items) { front_.store(front() - items, std::memory_order_relaxed); }
  // The item at a position between front and back.
  [[nodiscard]] Version* at(Position position) const;
  // Takes the first one: it stays in its slot until it is dropped.
  Version* take(Seq commit);
  // Unlinks an item that was taken. May retire a segment, once.
  void drop(Epochs& epochs, Epochs::Participant& participant, Version* item);

  // Calls visit(Version*) -> bool for everything that slots hold between two positions, until it returns false. `visit`
  // may drop what it is given. Returns the position to go on from; the end if that was all.
  template <class Visit>
  Position walk(Position from, Position to, Visit&& visit) const;

  // The janitor's, of what was taken and is still in its slot.
  struct Kept {
    static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
    std::size_t items = 0;
    Position end = 0;                    // they are before this
    Position next = 0;                   // to be looked at; 0: all of them
    std::uint64_t looking_for = kNever;  // closes of snapshots as of when that began
    std::uint64_t looked_for = kNever;   // and as of the last time that all of them were looked at
    bool listed = false;
  };
  Kept kept;

 private:
  struct Segment {
    std::array<atomic<Version*>, kSegmentSlots> slots{};
    std::size_t used = 0;  // guarded by the sequencer: slots that hold something
  };

  struct Directory {
    Directory(Position first, std::size_t count)
        : first(first), count(count), segments(std::make_unique<atomic<Segment*>[]>(count)) {}
    const Position first;  // number of its first segment
    const std::size_t count;
    const std::unique_ptr<atomic<Segment*>[]> segments;

    [[nodiscard]] bool covers(Position number) const { return number >= first && number - first < count; }
    [[nodiscard]] atomic<Segment*>& operator[](Position number) const { return segments[number - first]; }
  };

  // What so many more items would need.
  struct Need {
    Position first;  // segments, from the front of all items to their back
    Position last;
    std::size_t segments;  // of them those that are not there
  };
  [[nodiscard]] Need need(const Directory& directory, std::size_t behind, std::size_t before) const;
  void put(Epochs& epochs, Epochs::Participant& participant, Version* item, Position position, Spare* spare);

  atomic<Directory*> directory_;

  // Guarded by the sequencer; read outside as hints.
  atomic<Position> front_{kOrigin};
  atomic<Position> back_{kOrigin};
};

struct Deque::Spare {
  std::vector<std::unique_ptr<Segment>> segments;
  std::unique_ptr<Directory> directory;
};

template <class Visit>
Deque::Position Deque::walk(Position from, Position to, Visit&& visit) const {
  const Directory& directory = *directory_.load(std::memory_order_acquire);
  const Position end = std::min(to, back());
  Position position = std::max(from, directory.first * kSegmentSlots);
  while (position < end) {
    const Position number = position / kSegmentSlots;
    const Segment* segment = directory.covers(number) ? directory[number].load(std::memory_order_acquire) : nullptr;
    if (segment == nullptr) {
      position = (number + 1) * kSegmentSlots;
      continue;
    }
    for (Version* item = segment->slots[position % kSegmentSlots].load(std::memory_order_acquire); item != nullptr;) {
      Version* older = item->prev.load(std::memory_order_acquire);
      if (!visit(item)) return position;
      item = older;
    }
    ++position;
  }
  return end;
}

}  // namespace heddle
