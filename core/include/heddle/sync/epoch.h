// Epoch-based reclamation (K. Fraser, "Practical lock-freedom", 2004): memory that lock-free readers may still hold is
// retired, and freed once every thread that was inside the engine at that time has left it.
//
// Invariants
//  E1. A participant that is pinned at epoch e keeps the global epoch at or below e + 1: `pin` stores the slot and then
//      re-reads the global epoch (both seq_cst) until they agree; `advance` reads the list of participants and every
//      slot after the global epoch (all seq_cst; a node is linked by a seq_cst CAS before it is first pinned) and moves
//      on only from an epoch that all pinned participants have reached.
//  E2. Garbage carries the global epoch read after it was unlinked, and is freed when the global epoch is at least 3
//      larger. A reader pinned at e >= tag + 2 has seen the retirer leave (its release store, the advancer's acquire
//      load), hence the unlinking; one pinned at e <= tag + 1 holds the global epoch below tag + 3 by E1.
//  E3. Only a pinned participant retires.
//  E4. `retire` does not allocate as long as `reserve` made room before.
//  E5. The queue of a node belongs to who holds the node: the thread that joined, or, while it is unused, whoever
//      claims it by CAS on `used_`. Garbage of threads that have left, or that handed theirs over, is in unused nodes.
#pragma once

#include <cstdint>

#include "heddle/memory/stock.h"
#include "heddle/sync/atomic.h"
#include "heddle/sync/garbage.h"

namespace heddle {

class Epochs {
 public:
  using Reclaim = Garbage::Reclaim;

  class Participant;

  Epochs() = default;
  ~Epochs();
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;

  // Registers the calling thread; O(participants).
  Participant& join();

  // Leaves the participant's garbage to the others. It must not be pinned.
  void leave(Participant& participant);

  // Makes room for `count` more calls of `retire`.
  static void reserve(Participant& participant, std::size_t count);

  // Hands over `what`, already unreachable for readers that arrive from now on; `reclaim(stock, owner, what)` runs
  // later, on any thread, with that thread's stock.
  void retire(Participant& participant, void* owner, std::uintptr_t what, Reclaim reclaim);
  // The same for what `delete` frees.
  template <class T>
  void retire(Participant& participant, T* object) {
    retire(participant, nullptr, reinterpret_cast<std::uintptr_t>(object),
           [](Stock&, void*, std::uintptr_t what) { delete reinterpret_cast<T*>(what); });
  }

  // Advances the epoch if it can and frees what is due, also of threads that have left; call it unpinned and outside
  // critical sections. O(participants + freed), and O(1) in most calls.
  void collect(Participant& participant);

  // The same, as far as it goes at once; true if garbage of this participant is left, because others are inside. For
  // threads that have nothing else to do.
  bool flush(Participant& participant);

  // Threads that are inside the engine at the moment. O(participants).
  [[nodiscard]] std::size_t pinned() const;

  // Garbage not freed yet, over all participants; approximate while others run. O(participants).
  [[nodiscard]] std::size_t pending() const;

  void pin(Participant& participant);
  static void unpin(Participant& participant);

 private:
  [[nodiscard]] Participant* first() const { return participants_.load(std::memory_order_seq_cst); }
  bool claim(Participant& unused);
  void abandon(Participant& participant);
  Participant* claim_empty();
  void link(Participant& fresh);
  void advance();
  void collect_now(Participant& participant);
  void hand_over(Participant& participant);
  void free_abandoned(Stock& stock, std::uint64_t due);

  // Retired objects between two looks at the other participants.
  static constexpr std::size_t kCollectInterval = kExplored ? 4 : 64;
  // With so much waiting a thread looks at every commit, and leaves what is not due yet to all: it may be idle from now
  // on.
  static constexpr std::size_t kMuch = kExplored ? 16 : 1024;

  Depot depot_;  // of the participants' stocks
  alignas(64) atomic<std::uint64_t> global_{4};
  alignas(64) atomic<Participant*> participants_{nullptr};
  atomic<std::size_t> abandoned_{0};  // unused nodes with garbage; a hint
};

// One per thread. Nodes are never freed before the Epochs object, so that `advance` may walk the list without a lock.
class alignas(64) Epochs::Participant {
 public:
  explicit Participant(Depot& depot) : stock(&depot) {}

  // Where small blocks come from and go to when they are reclaimed; for the participant's thread alone.
  Stock stock;

 private:
  static constexpr std::uint64_t kUnpinned = 0;

  atomic<std::uint64_t> epoch_{kUnpinned};  // partner: advance()
  atomic<bool> used_{true};
  Participant* next_ = nullptr;  // constant once linked

  GarbageQueue garbage_;  // E5
  std::size_t since_collect_ = 0;

  friend class Epochs;
};

inline void Epochs::retire(Participant& participant, void* owner, std::uintptr_t what, Reclaim reclaim) {
  participant.garbage_.push({global_.load(std::memory_order_seq_cst), owner, what, reclaim});
  ++participant.since_collect_;
}

inline void Epochs::collect(Participant& participant) {
  if (participant.since_collect_ >= kCollectInterval || participant.garbage_.size() >= kMuch ||
      abandoned_.load(std::memory_order_relaxed) > 0) {
    collect_now(participant);
  }
}

// Keeps the calling thread inside the engine for the lifetime of the object. Does not nest.
class EpochPin {
 public:
  EpochPin(Epochs& epochs, Epochs::Participant& participant) : participant_(participant) { epochs.pin(participant); }
  ~EpochPin() { Epochs::unpin(participant_); }
  EpochPin(const EpochPin&) = delete;
  EpochPin& operator=(const EpochPin&) = delete;

 private:
  Epochs::Participant& participant_;
};

}  // namespace heddle
