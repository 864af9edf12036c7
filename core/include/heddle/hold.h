// What a thread takes hold of while it reads for somebody: a snapshot, and the collections that values refer to. Unless
// it says in the end that they have arrived, because the read has failed or thrown, it lets them go again.
#pragma once

#include <vector>

#include "heddle/engine.h"

namespace heddle {

class Hold {
 public:
  Hold(Engine& engine, Thread& thread) : engine_(engine), thread_(thread) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    for (const CollectionId id : collections_) engine_.release(thread_, id);
    if (slot_ != kNoSlot) engine_.close_snapshot(thread_, slot_);
  }

  Snapshots::Opened open_snapshot() {
    const Snapshots::Opened opened = engine_.open_snapshot(thread_);
    slot_ = opened.slot;
    return opened;
  }
  // Under an epoch pin.
  void links_of(Bytes value) { engine_.hold_links(thread_, value, &collections_); }

  void keep_snapshot() { slot_ = kNoSlot; }
  void keep_links() { collections_.clear(); }

 private:
  Engine& engine_;
  Thread& thread_;
  SnapshotSlot slot_ = kNoSlot;
  std::vector<CollectionId> collections_;  // that it did not hold before
};

}  // namespace heddle
