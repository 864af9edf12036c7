// Epoch-based reclamation (K. Fraser, "Practical lock-freedom", 2004): memory that lock-free readers may still hold is
// retired, and freed once every thread that was inside the engine at that time has left it.
//
// Invariants
//  E1. A participant that is pinned at epoch e keeps the global epoch at or below e + 1: `pin` stores the slot and then
//      re-reads the global epoch (both seq_cst) until they agree; `advance` reads every slot after the global epoch
//      (seq_cst) and moves on only from an epoch that all pinned participants have reached.
//  E2. Garbage carries the global epoch read after it was unlinked, and is freed when the global epoch is at least 3
//      larger. A reader pinned at e >= tag + 2 has seen the retirer leave (its release store, the advancer's acquire
//      load), hence the unlinking; one pinned at e <= tag + 1 holds the global epoch below tag + 3 by E1.
//  E3. Only a pinned participant retires.
//  E4. `retire` does not allocate as long as `reserve` made room before.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "heddle/memory/stock.h"
#include "heddle/sync/atomic.h"

namespace heddle {

class Epochs {
 public:
  using Reclaim = void (*)(Stock& stock, void* owner, std::uintptr_t what);

  class Participant;

  Epochs() = default;
  ~Epochs();
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;

  // Registers the calling thread; O(participants).
  Participant& join();

  // Gives the participant's garbage to the others. It must not be pinned.
  void leave(Participant& participant);

  // Makes room for `count` more calls of `retire`.
  static void reserve(Participant& participant, std::size_t count);

  // Hands over `what`, already unreachable for readers that arrive from now on; `reclaim(stock, owner, what)` runs
  // later, on any thread, with that thread's stock.
  void retire(Participant& participant, void* owner, std::uintptr_t what, Reclaim reclaim);

  // Advances the epoch if it can and frees what is due; call it pinned or not, outside critical sections.
  // O(participants + freed).
  void collect(Participant& participant);

  // Garbage not freed yet, over all participants; approximate while others run. O(participants).
  [[nodiscard]] std::size_t pending() const;

  void pin(Participant& participant);
  static void unpin(Participant& participant);

 private:
  struct Garbage {
    std::uint64_t epoch;
    void* owner;
    std::uintptr_t what;
    Reclaim reclaim;
  };

  void advance();
  static std::size_t free_due(Stock& stock, std::vector<Garbage>& garbage, std::size_t first, std::uint64_t epoch);

  alignas(64) atomic<std::uint64_t> global_{4};
  alignas(64) atomic<Participant*> participants_{nullptr};

  // Guarded by orphans_mutex_.
  mutex orphans_mutex_;
  std::vector<Garbage> orphans_;
  atomic<std::size_t> orphan_count_{0};

  friend class Participant;
};

// One per thread. Nodes are never freed before the Epochs object, so that `advance` may walk the list without a lock.
class alignas(64) Epochs::Participant {
 public:
  // Where small blocks come from and go to when they are reclaimed; for the participant's thread alone.
  Stock stock;

 private:
  static constexpr std::uint64_t kUnpinned = 0;

  atomic<std::uint64_t> epoch_{kUnpinned};  // partner: advance()
  atomic<bool> used_{true};
  Participant* next_ = nullptr;  // constant once linked

  // Owned by the participant's thread: a FIFO in epoch order that starts at first_.
  std::vector<Garbage> garbage_;
  std::size_t first_ = 0;
  std::size_t since_collect_ = 0;
  atomic<std::size_t> waiting_{0};  // garbage_.size() - first_, for others to read

  friend class Epochs;
};

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
