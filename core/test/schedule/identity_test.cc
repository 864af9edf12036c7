// Rules 9–11 of the protocol on the real engine: ids and stamps outlive the records that they were given for.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"
#include "support/js_thread.h"

namespace heddle::schedule::identity {
namespace {

using test::Client;
using test::JsThread;
using test::Mistake;

struct World {
  World() { other.set(map.id, "key", "0"); }

  // Puts another key into the slot of a deleted one, which takes its grace period and some commits.
  bool reuse(RecordIndex slot) {
    for (int turn = 0; turn < 20; ++turn) {
      const std::string key = "reuses" + std::to_string(turn);
      other.set(map.id, key, "theirs");
      if (other.load(map.id, key).record == slot) return true;
      other.set(map.id, key, "theirs");
      other.remove(map.id, key);
    }
    return false;
  }

  // A blind write to a record by its id alone.
  Status write_by_id(RecordIndex record, Incarnation incarnation) {
    Write write{.record = record, .incarnation = incarnation, .key = {}, .value = test::bytes("mine")};
    write.collection = map.id;
    return self.commit(write);
  }

  Engine engine{1};
  Client self{engine};
  Client other{engine};
  const CollectionInfo map = self.open("map");
};

// Rule 9: the id that a read hands out, while the key is being deleted, is of the key's own record or of none.
Program read_against_reclaim() {
  struct Reading : World {
    Client::Loaded loaded;
  };
  auto world = std::make_shared<Reading>();
  return {{[world] { world->other.remove(world->map.id, "key"); },
           [world] { world->loaded = world->self.load(world->map.id, "key"); }},
          [world] {
            const auto& [record, incarnation] = std::pair(world->loaded.record, world->loaded.incarnation);
            if (record == kNoRecord) return;
            require(world->reuse(record), "the slot was not reused");
            require(world->write_by_id(record, incarnation) == Status::kStaleId, "an id of another key's record");
          }};
}

TEST(Identity, AReadHandsOutNoIdOfAnotherLife) { expect_holds(explore({.preemptions = 2}, read_against_reclaim)); }

// Rule 9: a blind write by id, against deletion and re-insertion of its key.
Program write_against_reclaim(bool with_incarnation) {
  struct Writing : World {
    Client::Loaded loaded = self.load(map.id, "key");
    Status status = Status::kBadRequest;
  };
  auto world = std::make_shared<Writing>();
  return {{[world] {
             world->other.remove(world->map.id, "key");
             world->other.set(world->map.id, "key", "new");
           },
           [world, with_incarnation] {
             const RecordIndex record = world->loaded.record;
             const Incarnation now = world->engine.records()[record].incarnation.load();
             world->status = world->write_by_id(record, with_incarnation ? world->loaded.incarnation : now);
           }},
          [world, with_incarnation] {
            const bool last = world->status == Status::kOk && world->self.last_commit > world->other.last_commit;
            const std::string value = world->self.get(world->map.id, "key");
            require(value == (last ? "mine" : "new"), "a write went astray");
            if (world->status == Status::kOk) return;
            require(world->reuse(world->loaded.record), "the slot was not reused");
            const Incarnation now = world->engine.records()[world->loaded.record].incarnation.load();
            const Status late =
                world->write_by_id(world->loaded.record, with_incarnation ? world->loaded.incarnation : now);
            require(late == Status::kStaleId, "wrote to another key's record");
          }};
}

TEST(Identity, ABlindWriteHitsItsOwnRecordOrNone) {
  expect_holds_in_samples([] { return write_against_reclaim(true); });
}
TEST(Identity, WithoutTheIncarnationItHitsAnother) {
  expect_finds(explore({.preemptions = 2}, [] { return write_against_reclaim(false); }),
               "wrote to another key's record");
}

// Rule 10: a tombstone that somebody read is swept by a commit that has nothing to do with it.
Program sweep_against_commit() {
  struct Sweeping : World {
    JsThread reader{engine, map};
    SnapshotSlot slot = engine.open_snapshot(other.thread).slot;
    bool read_absent = false;
    bool committed = false;
    Seq key_commit = 0;
  };
  auto world = std::make_shared<Sweeping>();
  world->other.remove(world->map.id, "key");  // the snapshot keeps the tombstone
  return {{[world] {
             world->engine.close_snapshot(world->other.thread, world->slot);
             world->other.set(world->map.id, "unrelated", "0");
             world->other.set(world->map.id, "key", "new");
             world->key_commit = world->other.last_commit;
           },
           [world] {
             world->reader.begin();
             world->read_absent = world->reader.read("key") == "-";
             world->reader.set("copy", "absent");
             world->committed = world->reader.commit() == Status::kOk;
           }},
          [world] {
            const bool late = world->committed && world->reader.client.last_commit > world->key_commit;
            require(!world->read_absent || !late, "committed on an absence that had ended");
          }};
}

TEST(Identity, WhatASweepTookAwayDoesNotValidate) { expect_holds_in_samples(sweep_against_commit); }

// Rule 10: `destroy` changes a collection without a commit number of its own.
Program destroy_against_commit(bool always_validates) {
  struct Destroying : World {
    const CollectionInfo target = self.open("target");
    atomic<uint32_t> destroyed{0};
    Status status = Status::kBadRequest;
  };
  auto world = std::make_shared<Destroying>();
  return {{[world] {
             world->engine.destroy(world->other.thread, world->map.id);
             world->destroyed.store(1);
           },
           [world, always_validates] {
             const Seq rv = world->engine.published();
             const auto loaded = world->self.load(world->map.id, "key", rv);
             if (loaded.status != Status::kOk) return;
             const ReadEntry reads[] = {{world->map.stamp, loaded.collection_stamp}, {loaded.record, loaded.stamp}};
             const bool too_late = world->destroyed.load() != 0;
             Write write = Client::set_of(world->target.id, "copy", loaded.value);
             const bool skips = !always_validates && world->engine.published() == rv;
             const Status status = world->self.commit(write, skips ? std::span<const ReadEntry>{} : reads);
             require(!too_late || status != Status::kOk, "committed on a destroyed collection");
           }}};
}

TEST(Identity, ADestroyedCollectionDoesNotValidate) {
  expect_holds(explore({.preemptions = 3}, [] { return destroy_against_commit(true); }));
}
TEST(Identity, ValidationSkippedWhileTheClockStandsMissesADestroy) {
  expect_finds(explore({.preemptions = 3}, [] { return destroy_against_commit(false); }),
               "committed on a destroyed collection");
}

// Rule 11: the stamps of both records and of the members record have come to their end; the next commit moves them.
Program worn_out() {
  struct Worn : World {
    JsThread reader{engine, map};
    RecordIndex slots[3];
  };
  auto world = std::make_shared<Worn>();
  world->other.set(world->map.id, "twin", "0");
  world->slots[0] = world->other.load(world->map.id, "key").record;
  world->slots[1] = world->other.load(world->map.id, "twin").record;
  world->slots[2] = world->map.members;
  for (const RecordIndex slot : world->slots) world->engine.records().stamp(slot).store(RecordTable::kLastStamp);
  world->reader.get("key");
  return {{[world] {
             Write writes[] = {Client::set_of(world->map.id, "key", "1"), Client::set_of(world->map.id, "twin", "1"),
                               Client::set_of(world->map.id, "third", "1")};
             world->other.commit(writes);
           },
           [world] {
             world->reader.begin();
             const std::string key = world->reader.read("key");
             const std::string twin = world->reader.read("twin");
             require(world->reader.doomed || key == twin, "torn snapshot");
           }},
          [world] {
            require(world->other.get(world->map.id, "key") == "1", "the move lost a value");
            require(world->reader.get("key") == "1", "a worn stamp still validates");
            require(world->other.size(world->map.id) == 3, "the move lost the size");
            require(world->other.entries(world->map.id) == std::vector<std::string>{"key=1", "twin=1", "third=1"},
                    "the move lost the order");
            for (const RecordIndex slot : world->slots) {
              require((world->engine.records().stamp(slot).load() & 1) == 1, "a worn slot is in use");
            }
          }};
}

TEST(Identity, AWornSlotIsLeftForAFreshOne) { expect_holds(explore({.preemptions = 2}, worn_out)); }

}  // namespace
}  // namespace heddle::schedule::identity
