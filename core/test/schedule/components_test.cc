// The lock-free pieces one by one, under every interleaving: epochs (E), holders (V), index (H), order log (O), record
// table (R), sequencer (Q).
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "heddle/collections/order_log.h"
#include "heddle/engine.h"
#include "heddle/sync/epoch.h"
#include "heddle/sync/sequencer.h"
#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"
#include "support/epochs.h"
#include "support/keyed_records.h"

namespace heddle::schedule::components {
namespace {

using test::bytes;

// ------------------------------------------------------------------ epochs

// A reader takes a shared object while the writer unlinks and retires it, and drives the epoch as far as it goes.
Program read_against_retire(bool pins) {
  struct World {
    static void reclaim(Stock&, void* owner, std::uintptr_t) { static_cast<World*>(owner)->freed.store(1); }

    Epochs epochs;
    Epochs::Participant& writer = epochs.join();
    Epochs::Participant& reader = epochs.join();
    atomic<uint32_t> linked{1};
    atomic<uint32_t> freed{0};
  };
  auto world = std::make_shared<World>();
  const auto read = [world] {
    if (world->linked.load() == 0) return;
    require(world->freed.load() == 0, "freed under a reader");
  };
  return {{[world] {
             {
               const EpochPin pin(world->epochs, world->writer);
               world->linked.store(0);
               world->epochs.retire(world->writer, world.get(), 0, World::reclaim);
             }
             test::settle(world->epochs, world->writer, 4);
           },
           [world, read, pins] {
             if (pins) {
               const EpochPin pin(world->epochs, world->reader);
               read();
             } else {
               read();
             }
           }},
          [world] {
            test::settle(world->epochs, world->writer, 4);
            require(world->freed.load() == 1, "never freed");
          }};
}

TEST(ComponentSchedules, APinnedReaderKeepsWhatItSees) {  // E1, E2
  expect_holds(explore({.preemptions = 3}, [] { return read_against_retire(true); }));
}
TEST(ComponentSchedules, AnUnpinnedReaderDoesNot) {
  expect_finds(explore({.preemptions = 3}, [] { return read_against_retire(false); }), "freed under a reader");
}

TEST(ComponentSchedules, TwoThreadsJoinAsTwoParticipants) {
  const auto make = [] {
    struct World {
      Epochs epochs;
      Epochs::Participant* joined[2];
    };
    auto world = std::make_shared<World>();
    world->epochs.leave(world->epochs.join());  // one node to reuse, one to make
    const auto join = [world](int me) { world->joined[me] = &world->epochs.join(); };
    return Program{{[join] { join(0); }, [join] { join(1); }},
                   [world] { require(world->joined[0] != world->joined[1], "one participant for two threads"); }};
  };
  expect_holds(explore({.preemptions = 4}, make));
}

// ----------------------------------------------------------------- holders

// A commit tells of a version once more while a watcher lets go of it. The chain holds it as well.
TEST(ComponentSchedules, HoldersThatComeAndGoAreCounted) {  // V7
  const auto make = [] {
    struct World {
      Holders holders;
      atomic<uint32_t> freed{0};

      void let_go() {
        if (holders.let_go()) freed.store(freed.load() + 1);
      }
    };
    auto world = std::make_shared<World>();
    world->holders.add();  // what the watcher was told
    return Program{{[world] { world->holders.add(); }, [world] { world->let_go(); }}, [world] {
                     world->let_go();
                     require(world->freed.load() == 0, "freed while it is held");
                     world->let_go();
                     require(world->freed.load() == 1, "never freed");
                   }};
  };
  expect_holds(explore({.preemptions = 3}, make));
}

// ------------------------------------------------------------------ hash index

// The writer inserts until the table has grown, moved all its cells and dropped the old one; a key from before is there
// at all times, one that is never inserted is not.
TEST(ComponentSchedules, AGrowingIndexLosesNoKey) {  // H1, H4
  const auto make = [] {
    struct World {
      World() {
        while (!index.migrating()) insert();
        before = inserted;
      }

      static std::uint64_t hash_of(const std::string& key) { return std::hash<std::string>{}(key); }

      void insert() {
        const std::string key = std::to_string(inserted++);
        const RecordIndex record = records.add(hash_of(key), key);
        auto spare = index.prepare(1);
        const EpochPin pin(epochs, writer);
        if (spare) index.grow_for(epochs, writer, 1, *spare);
        index.insert(epochs, writer, hash_of(key), record);
      }

      RecordIndex find(const std::string& key) const { return index.find(hash_of(key), bytes(key)); }

      test::KeyedRecords records;
      Epochs epochs;
      Epochs::Participant& writer = epochs.join();
      Epochs::Participant& reader = epochs.join();
      HashIndex index{records.table};
      int inserted = 0;
      int before = 0;
    };
    auto world = std::make_shared<World>();
    return Program{{[world] {
                      while (world->index.migrating()) world->insert();
                    },
                    [world] {
                      const EpochPin pin(world->epochs, world->reader);
                      for (int i = 0; i < world->before; ++i) {
                        require(world->find(std::to_string(i)) != kNoRecord, "a key was lost on the move");
                      }
                      require(world->find("none") == kNoRecord, "a key that never was");
                    }},
                   [world] {
                     for (int i = 0; i < world->inserted; ++i) {
                       require(world->find(std::to_string(i)) != kNoRecord, "a key was lost for good");
                     }
                   }};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

// ------------------------------------------------------------------ order log

struct Log {
  Log() {
    for (RecordIndex record = 0; record < kFirst; ++record) append(record);
  }

  void append(RecordIndex record) {
    const auto spare = log.prepare(1);
    const EpochPin pin(epochs, writer);
    log.append(epochs, writer, record, spare.get());
  }

  // Entries before `end` that are alive in all interleavings: every fifth.
  void require_survivors(std::uint64_t end) const {
    const EpochPin pin(epochs, reader);
    std::uint64_t next = 0;
    log.walk(0, end, [&](OrderLog::Entry entry) {
      require(entry.record == entry.position, "an entry in the wrong place");
      if (entry.position % 5 != 0) return true;
      require(entry.position == next, "an entry was lost, or seen twice");
      next += 5;
      return true;
    });
    require(next >= end, "the walk ended early");
  }

  static constexpr RecordIndex kFirst = OrderLog::kChunkEntries * 6;
  mutable Epochs epochs;
  Epochs::Participant& writer = epochs.join();
  Epochs::Participant& reader = epochs.join();
  OrderLog log;
};

TEST(ComponentSchedules, AWalkSeesEveryEntryWhileTheLogGrows) {  // O2, O3
  const auto make = [] {
    auto world = std::make_shared<Log>();
    return Program{{[world] {
                      for (RecordIndex more = 0; more < OrderLog::kChunkEntries * 3; ++more) {
                        world->append(Log::kFirst + more);
                      }
                    },
                    [world] { world->require_survivors(Log::kFirst); }}};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

TEST(ComponentSchedules, AWalkSeesEveryEntryWhileTheLogIsCompacted) {  // O1, O2
  const auto make = [] {
    auto world = std::make_shared<Log>();
    return Program{{[world] {
                      for (std::uint64_t position = 0; position < Log::kFirst; ++position) {
                        if (position % 5 != 0) world->log.kill(position);
                      }
                      auto room = world->log.prepare_compaction();
                      const EpochPin pin(world->epochs, world->writer);
                      world->log.compact(world->epochs, world->writer, std::move(room));
                    },
                    [world] { world->require_survivors(Log::kFirst); }}};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

// ------------------------------------------------------------------ record table

TEST(ComponentSchedules, ASlotIsReservedOnce) {  // R1
  const auto make = [] {
    struct World {
      RecordTable records;
      std::vector<RecordIndex> taken[2];
    };
    auto world = std::make_shared<World>();
    std::vector<RecordIndex> released;
    world->records.reserve(1, released);
    world->records.release(released);
    const auto reserve = [world](int me) {
      world->records.reserve(2, world->taken[me]);
      world->records.release(world->taken[me].back());
      world->taken[me].pop_back();
    };
    return Program{{[reserve] { reserve(0); }, [reserve] { reserve(1); }}, [world] {
                     require(world->taken[0].front() != world->taken[1].front(), "one slot for two threads");
                   }};
  };
  expect_holds(explore({.preemptions = 3}, make));
}

// ------------------------------------------------------------------ sequencer

TEST(ComponentSchedules, TheSectionExcludesAndLosesNoWakeUp) {  // Q1
  const auto make = [] {
    struct World {
      Sequencer sequencer;
      atomic<uint32_t> inside{0};
    };
    auto world = std::make_shared<World>();
    const auto commit = [world](ThreadId thread) {
      world->sequencer.lock(thread);
      require(world->inside.exchange(1) == 0, "two in the section");
      world->sequencer.publish(world->sequencer.next());
      world->inside.store(0);
      world->sequencer.unlock();
    };
    return Program{{[commit] { commit(1); }, [commit] { commit(2); }, [commit] { commit(3); }},
                   [world] { require(world->sequencer.published() == 3, "a commit number was lost"); }};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

TEST(ComponentSchedules, ALeaseKeepsTheOthersOut) {  // Q3
  const auto make = [] {
    struct World {
      Sequencer sequencer;
      atomic<uint32_t> leased{0};
    };
    auto world = std::make_shared<World>();
    const auto began = Sequencer::Clock::now();
    return Program{{[world] {
                      world->sequencer.lease(1, Sequencer::kMaxLease);
                      world->leased.store(1);
                      world->sequencer.lock(1);
                      world->sequencer.unlock();
                      world->leased.store(0);
                      world->sequencer.end_lease(1);
                    },
                    [world, began] {
                      world->sequencer.lock(2);
                      const bool leased = world->leased.load() != 0;
                      const bool expired = Sequencer::Clock::now() - began >= Sequencer::kMaxLease;
                      require(!leased || expired, "committed under another thread's lease");
                      world->sequencer.unlock();
                    }}};
  };
  EXPECT_TRUE(explore({.preemptions = 3}, make).passed());
}

// ------------------------------------------------------------------ collections

TEST(ComponentSchedules, OneNameIsOneCollection) {  // C5
  const auto make = [] {
    struct World {
      Engine engine{1};
      test::Client clients[2]{test::Client{engine}, test::Client{engine}};
      CollectionInfo opened[2];
    };
    auto world = std::make_shared<World>();
    const auto open = [world](int me) { world->opened[me] = world->clients[me].open("same"); };
    return Program{{[open] { open(0); }, [open] { open(1); }}, [world] {
                     require(world->opened[0].id == world->opened[1].id, "two collections of one name");
                     require(world->opened[0].created != world->opened[1].created, "both created it, or neither");
                   }};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

TEST(ComponentSchedules, ACollectionIsDestroyedOnce) {  // C5
  const auto make = [] {
    struct World {
      Engine engine{1};
      test::Client clients[2]{test::Client{engine}, test::Client{engine}};
      CollectionId id = clients[0].open("doomed").id;
      bool destroyed[2];
    };
    auto world = std::make_shared<World>();
    world->clients[0].set(world->id, "key", "value");
    const auto destroy = [world](int me) {
      world->destroyed[me] = world->engine.destroy(world->clients[me].thread, world->id);
    };
    return Program{{[destroy] { destroy(0); }, [destroy] { destroy(1); }}, [world] {
                     require(world->destroyed[0] != world->destroyed[1], "destroyed twice, or never");
                     require(world->clients[0].load(world->id, "key").status == Status::kDestroyed, "still readable");
                   }};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

}  // namespace
}  // namespace heddle::schedule::components
