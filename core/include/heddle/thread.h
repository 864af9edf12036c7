// What the engine knows of one JavaScript thread. Created by Engine::attach, ended by Engine::detach, used by its own
// thread only, except the counters, which `stats` reads.
#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "heddle/collections/list.h"
#include "heddle/collections/waits.h"
#include "heddle/collections/watches.h"
#include "heddle/counters.h"
#include "heddle/memory/record_table.h"
#include "heddle/sync/epoch.h"
#include "heddle/tasks/desk.h"
#include "heddle/txn/snapshots.h"

namespace heddle {

// Working memory that a thread keeps between calls.
struct ThreadScratch {
  virtual ~ThreadScratch() = default;
};

class Thread {
 public:
  Thread(ThreadId id, Epochs::Participant& epoch, Counters::Block& counters, Bell& bell)
      : id(id),
        epoch(epoch),
        counters(counters),
        waiter(bell),
        watcher(bell),
        desk(std::make_shared<Desk>(bell)),
        changes(epoch.stock) {}
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  const ThreadId id;
  Epochs::Participant& epoch;
  Counters::Block& counters;

  Waiter waiter;
  Watcher watcher;
  const std::shared_ptr<Desk> desk;  // of what it has to do with pools

  std::vector<RecordIndex> slots;         // reserved for insertions to come
  List::Supply nodes;                     // likewise for changes of arrays
  ChangeSupply changes;                   // likewise for what watchers are told
  std::vector<SnapshotSlot> snapshots;    // open ones; closed when the thread ends
  std::unordered_set<CollectionId> held;  // collections that it has handles of (see Lifetimes)
  std::vector<std::unordered_set<CollectionId>::node_type> spare_holds;  // room for as many more of them

  std::unique_ptr<ThreadScratch> scratch;  // the commit's

  // Written by this thread, read by `stats`.
  atomic<std::uint64_t> commits{0};
  atomic<std::uint64_t> conflicts{0};
  atomic<std::uint64_t> extensions{0};
  atomic<std::uint64_t> compactions{0};
  atomic<std::uint64_t> evictions{0};
  atomic<std::uint64_t> loads{0};
  atomic<std::uint64_t> refusals{0};  // by limits
  std::uint32_t until_timed = 0;      // commits until the next one that is timed

  static void count(atomic<std::uint64_t>& counter, std::uint64_t more = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
};

}  // namespace heddle
