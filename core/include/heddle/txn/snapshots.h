// The registry of open snapshots: which old versions somebody may still read.
//
// A slot holds the snapshot number of one registered transaction or iterator, kFree, or kEverything while its number is
// being chosen. The subtle race is begin against prune:
//
//      begin                                    prune (inside the section)
//      B1 slot := kEverything                   P1 seq := c          (publish)
//      B2 rv := seq                             P2 gather the slots
//      B3 slot := rv                            P3 drop versions with end <= c that no gathered slot needs
//
// Invariants
//  S1. B1, B2, P1, P2 are seq_cst. If P2 misses B1, then P1 < P2 < B1 < B2 in the total order, so rv >= c, and no
//      version with end <= c is visible at rv. If P2 sees kEverything, it drops nothing.
//      The same holds of a slot in a new chunk: it is linked (seq_cst) before B1 and looked for (seq_cst) in P2; and of
//      a slot that was never used before: `reach` is raised beyond it (seq_cst) before B1, and P2 looks below `reach`.
//  S2. `active_` is raised before B1 and lowered after the slot is free again (both seq_cst): the shortcut "nobody is
//      active" has S1's argument with active_ in the slot's place.
//  S3. A snapshot moves forward by B1–B3 again. Storing the new number directly is wrong: a pruner that still sees the
//  old
//      number drops a version between the two.
//  S4. A snapshot that has become too old is revoked: its slot is set to kRevoked by a CAS inside the section, before
//      that section gathers. Whoever reads at a registered snapshot looks at its slot again afterwards: a reader that
//      has met what a pruner did finds the slot revoked. The number in a slot carries a tag that changes with every
//      use, so that the CAS cannot take a new owner's snapshot of the same commit for the old one.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "heddle/sync/atomic.h"
#include "heddle/sync/clock.h"
#include "heddle/sync/sequencer.h"
#include "heddle/types.h"

namespace heddle {

class Snapshots {
 public:
  using Slot = SnapshotSlot;

  struct Opened {
    Slot slot;
    Seq rv;
  };

  static constexpr std::int64_t kDefaultMaxAge = 60'000;
  static constexpr std::int64_t kNoMaxAge = std::numeric_limits<std::int64_t>::max() / 2;

  explicit Snapshots(const Sequencer& sequencer) : sequencer_(sequencer) {}
  ~Snapshots();
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  // Registers a snapshot of the last published commit. Lock-free; O(slots) in the worst case. May throw std::bad_alloc.
  Opened open();
  // Moves a registered snapshot to the last published commit and returns its number.
  Seq move(Slot slot);
  void close(Slot slot);
  // Whether the snapshot was revoked, or is so old that it may be at any moment (S4).
  [[nodiscard]] bool expired(Slot slot);

  // Milliseconds that a snapshot may stay open. Any thread, at any time.
  void limit_age(std::int64_t milliseconds) { max_age_.store(milliseconds, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t max_age() const { return max_age_.load(std::memory_order_relaxed); }
  // Inside the section, before `gather`: revokes those that are too old. O(1) in most calls.
  void revoke_old() {
    if (active() > 0) revoke_at(coarse_ms());
  }
  [[nodiscard]] std::uint64_t revoked() const { return revoked_.load(std::memory_order_relaxed); }

  [[nodiscard]] std::size_t active() const { return active_.load(std::memory_order_seq_cst); }
  // Changes whenever a snapshot closes or moves: what was kept for one may have become garbage.
  [[nodiscard]] std::uint64_t closes() const { return closes_.load(std::memory_order_relaxed); }

  // What the open snapshots need, gathered once per section.
  class View {
   public:
    // True if a snapshot may read a version with this lifetime. O(log snapshots).
    [[nodiscard]] bool needs(Seq begin, Seq end) const;
    // True if a snapshot older than `commit` may be open.
    [[nodiscard]] bool any_before(Seq commit) const;
    [[nodiscard]] bool empty() const { return !everything_ && count_ == 0; }
    // False if it cannot be told which ones are open.
    [[nodiscard]] bool certain() const { return !everything_; }
    // Of a certain view: the number of the oldest snapshot; kForever without one.
    [[nodiscard]] Seq oldest() const { return count_ == 0 ? kForever : sorted_[0]; }

   private:
    static constexpr std::size_t kCapacity = 256;  // beyond it everything is kept: slower, never wrong
    bool everything_ = false;
    std::size_t count_ = 0;
    std::array<Seq, kCapacity> sorted_;
    friend class Snapshots;
  };

  // P2; call it after `publish`. O(slots), or O(1) when none is open.
  void gather(View& view) const {
    view.everything_ = false;
    view.count_ = 0;
    if (active() > 0) gather_slots(view);
  }

 private:
  static constexpr Seq kFree = kForever;
  static constexpr Seq kEverything = kForever - 1;
  static constexpr Seq kRevoked = kForever - 2;
  // A number is below its tag; JavaScript could not say larger ones anyway.
  static constexpr unsigned kTagShift = 53;
  static constexpr Seq kNumber = (Seq{1} << kTagShift) - 1;
  static constexpr std::uint32_t kTags = 2047;
  static constexpr Slot kChunkSlots = kExplored ? 2 : 64;

  // What only the owner of a slot writes.
  struct Owner {
    atomic<std::int64_t> since{0};  // stored before the slot's number
    std::uint32_t tag = 0;
  };

  struct Chunk {
    std::array<atomic<Seq>, kChunkSlots> slots;
    std::array<Owner, kChunkSlots> owners;
    atomic<Slot> reach{0};  // slots from here on were never used; only ever grows
    atomic<Chunk*> next{nullptr};
    Chunk() {
      for (auto& slot : slots) slot.store(kFree, std::memory_order_relaxed);
    }
  };

  void gather_slots(View& view) const;
  void revoke_at(std::int64_t now);
  Seq choose(atomic<Seq>& slot, Owner& owner);
  [[nodiscard]] Chunk& chunk_of(Slot& slot);

  const Sequencer& sequencer_;
  alignas(64) atomic<std::size_t> active_{0};
  atomic<std::uint64_t> closes_{0};
  atomic<std::int64_t> max_age_{kDefaultMaxAge};
  atomic<std::uint64_t> revoked_{0};
  std::int64_t last_look_ = 0;  // guarded by the sequencer
  Chunk first_;                 // chunks are added, never freed
};

}  // namespace heddle
