// Begin against prune (S1–S3 of heddle/txn/snapshots.h), and what a registered snapshot promises in the whole engine:
// rules 6 and 8 of the protocol.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"

namespace heddle::schedule::snapshots {
namespace {

using test::bytes;
using test::Client;
using test::text;
using Entries = std::vector<std::string>;

// ------------------------------------------------------------------ the registry alone

// Version n lives for [n, n + 1); the pruner publishes and drops what nobody needs.
struct Registry {
  static constexpr Seq kCommits = 2;
  Sequencer sequencer;
  Snapshots snapshots{sequencer};
  std::array<atomic<uint32_t>, kCommits + 1> dropped{};

  void commit() {
    const Seq commit = sequencer.next();
    sequencer.publish(commit);
    Snapshots::View view;
    snapshots.gather(view);
    for (Seq version = 0; version < commit; ++version) {
      if (!view.needs(version, version + 1)) dropped[version].store(1);
    }
  }

  void require_kept(Seq rv) const { require(dropped[rv].load() == 0, "a version that a snapshot needs was dropped"); }
};

Program begin_against_prune(bool number_after_slot) {
  auto world = std::make_shared<Registry>();
  return {{[world] {
             for (Seq i = 0; i < Registry::kCommits; ++i) world->commit();
           },
           [world, number_after_slot] {
             const Seq before = world->sequencer.published();
             const auto opened = world->snapshots.open();
             world->require_kept(number_after_slot ? opened.rv : before);
             world->snapshots.close(opened.slot);
           }}};
}

TEST(SnapshotSchedules, TheSlotIsTakenBeforeTheNumber) {  // S1, S2
  expect_holds(explore({.preemptions = 3}, [] { return begin_against_prune(true); }));
}
TEST(SnapshotSchedules, ANumberFromBeforeTheSlotIsNotKept) {
  expect_finds(explore({.preemptions = 3}, [] { return begin_against_prune(false); }),
               "a version that a snapshot needs was dropped");
}

TEST(SnapshotSchedules, AMovingSnapshotIsCoveredThroughout) {  // S3
  const auto make = [] {
    auto world = std::make_shared<Registry>();
    const auto opened = world->snapshots.open();
    return Program{{[world] {
                      for (Seq i = 0; i < Registry::kCommits; ++i) world->commit();
                    },
                    [world, slot = opened.slot] { world->require_kept(world->snapshots.move(slot)); }}};
  };
  expect_holds(explore({.preemptions = 3}, make));
}

TEST(SnapshotSchedules, TwoSnapshotsTakeTwoSlots) {
  const auto make = [] {
    auto world = std::make_shared<Registry>();
    auto slots = std::make_shared<std::array<SnapshotSlot, 2>>();
    const auto open = [world, slots](std::size_t me) { (*slots)[me] = world->snapshots.open().slot; };
    return Program{{[open] { open(0); }, [open] { open(1); }},
                   [slots] { require((*slots)[0] != (*slots)[1], "one slot for two snapshots"); }};
  };
  expect_holds(explore({.preemptions = 3}, make));
}

// ------------------------------------------------------------------ in the engine

struct World {
  World() {
    writer.set(map.id, "a", "0");
    writer.set(map.id, "b", "0");
  }

  void set_both(const std::string& value) {
    Write writes[] = {Client::set_of(map.id, "a", value), Client::set_of(map.id, "b", value)};
    writer.commit(writes);
  }

  Engine engine{1};
  Client writer{engine};
  Client reader{engine};
  const CollectionInfo map = writer.open("map");
};

Program registered_reads(bool number_after_slot) {
  auto world = std::make_shared<World>();
  return {{[world] {
             world->set_both("1");
             world->set_both("2");
           },
           [world, number_after_slot] {
             const Seq before = world->engine.published();
             const auto opened = world->engine.open_snapshot(world->reader.thread);
             const Seq rv = number_after_slot ? opened.rv : before;
             const std::string a = world->reader.get(world->map.id, "a", rv, true);
             const std::string b = world->reader.get(world->map.id, "b", rv, true);
             require(a == b && a == std::to_string(rv - 2), "a registered snapshot lost what it saw");
             world->engine.close_snapshot(world->reader.thread, opened.slot);
           }}};
}

TEST(SnapshotSchedules, ARegisteredReaderMeetsNoGap) {
  expect_holds(explore({.preemptions = 2}, [] { return registered_reads(true); }));
}
TEST(SnapshotSchedules, AReaderOfAnOlderNumberDoes) {
  expect_finds(explore({.preemptions = 2}, [] { return registered_reads(false); }),
               "a registered snapshot lost what it saw");
}

// ------------------------------------------------------------------ revocation (S4)

// A reader at a registered snapshot that is revoked meanwhile gets what it held, or is told; never anything else.
Program revoked_reads(bool asks_its_slot) {
  auto world = std::make_shared<World>();
  explored_ms = 0;
  const auto opened = world->engine.open_snapshot(world->reader.thread);
  world->engine.limit_snapshot_age(10);
  return {{[world] {
             explored_ms = 20;
             world->set_both("1");
             world->writer.remove(world->map.id, "a");
             world->set_both("2");
           },
           [world, opened, asks_its_slot] {
             const auto slot = asks_its_slot ? opened.slot : kNoSlot;
             for (const char* key : {"a", "b"}) {
               const auto loaded = world->reader.load({.collection = world->map.id,
                                                       .key = bytes(key),
                                                       .snapshot = opened.rv,
                                                       .registered = true,
                                                       .slot = slot,
                                                       .out = {}});
               require(loaded.status == Status::kExpired || (loaded.status == Status::kOk && loaded.value == "0"),
                       "a revoked snapshot was read");
             }
           }},
          [world, opened] { world->engine.close_snapshot(world->reader.thread, opened.slot); }};
}

TEST(SnapshotSchedules, AReaderLearnsThatItsSnapshotWasRevoked) {
  expect_holds(explore({.preemptions = 2}, [] { return revoked_reads(true); }));
}
TEST(SnapshotSchedules, AReaderThatDoesNotAskMeetsAGap) {
  expect_finds(explore({.preemptions = 2}, [] { return revoked_reads(false); }), "a revoked snapshot was read");
}

// A scan passes over entries that were taken away under it: only its slot tells.
Program revoked_scan(bool asks_its_slot) {
  auto world = std::make_shared<World>();
  explored_ms = 0;
  const auto opened = world->engine.open_snapshot(world->reader.thread);
  world->engine.limit_snapshot_age(10);
  return {{[world] {
             explored_ms = 20;
             world->writer.remove(world->map.id, "a");
             world->writer.set(world->map.id, "c", "1");
           },
           [world, opened, asks_its_slot] {
             Entries seen;
             const auto result = world->engine.scan(
                 world->reader.thread,
                 {.collection = world->map.id, .snapshot = opened.rv, .slot = asks_its_slot ? opened.slot : kNoSlot},
                 [&](const ScanEntry& entry) {
                   seen.push_back(text(entry.key) + "=" + text(entry.value));
                   return true;
                 });
             require(result.status != Status::kOk || seen == Entries{"a=0", "b=0"}, "a scan lost an entry");
           }},
          [world, opened] { world->engine.close_snapshot(world->reader.thread, opened.slot); }};
}

TEST(SnapshotSchedules, AScanLearnsThatItsSnapshotWasRevoked) {
  expect_holds(explore({.preemptions = 2}, [] { return revoked_scan(true); }));
}
TEST(SnapshotSchedules, AScanThatDoesNotAskLosesEntries) {
  expect_finds(explore({.preemptions = 2}, [] { return revoked_scan(false); }), "a scan lost an entry");
}

// The slot of an old snapshot is closed and opened again, at the same number, while it is being revoked.
TEST(SnapshotSchedules, ANewOwnerOfTheSlotIsNotRevoked) {
  const auto make = [] {
    auto world = std::make_shared<Registry>();
    explored_ms = 0;
    const auto old = world->snapshots.open();
    world->snapshots.limit_age(10);
    explored_ms = 20;
    return Program{{[world] {
                      world->snapshots.revoke_old();
                      world->commit();
                    },
                    [world, old] {
                      world->snapshots.close(old.slot);
                      const auto opened = world->snapshots.open();
                      require(!world->snapshots.expired(opened.slot), "a young snapshot was revoked");
                      world->require_kept(opened.rv);
                    }}};
  };
  expect_holds(explore({.preemptions = 3}, make));
}

// Rule 8: the extension registers beside the old slot and holds from then on.
TEST(SnapshotSchedules, AnExtensionIsRegisteredBeforeItIsChecked) {
  const auto make = [] {
    auto world = std::make_shared<World>();
    return Program{
        {[world] {
           world->writer.set(world->map.id, "c", "1");
           world->set_both("1");
         },
         [world] {
           const auto a = world->reader.load(world->map.id, "a", world->engine.published());
           if (a.status != Status::kOk || (a.stamp & 1) != 0) return;
           const ReadEntry read{a.record, a.stamp};
           const auto extended = world->engine.extend(world->reader.thread, {&read, 1}, {}, kNoSlot, true);
           if (extended.status != Status::kOk) return;
           require(world->reader.get(world->map.id, "a", extended.snapshot, true) == a.value, "extended over a change");
           require(world->reader.get(world->map.id, "b", extended.snapshot, true) == a.value, "torn snapshot");
           world->engine.close_snapshot(world->reader.thread, extended.slot);
         }}};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

// Rule 6: a scan sees one state of a collection that is cleared and filled again.
Program scan_against(void (*change)(World&), const Entries& before, const Entries& after) {
  auto world = std::make_shared<World>();
  return {{[world, change] { change(*world); },
           [world, before, after] {
             const auto opened = world->engine.open_snapshot(world->reader.thread);
             const Entries seen = world->reader.entries(world->map.id, opened.rv);
             require(seen == before || seen == after, "a scan saw half of a commit");
             const Seq now = world->engine.published();
             require(now != opened.rv || seen == (now == 2 ? before : after), "a scan saw another snapshot");
             require(world->reader.size(world->map.id, opened.rv, true) == seen.size(), "size and scan disagree");
             world->engine.close_snapshot(world->reader.thread, opened.slot);
           }}};
}

TEST(SnapshotSchedules, AScanSeesAClearWhollyOrNotAtAll) {
  expect_holds(explore({.preemptions = 2}, [] {
    return scan_against(
        [](World& world) {
          Write writes[] = {Client::clear_of(world.map.id), Client::set_of(world.map.id, "b", "1")};
          world.writer.commit(writes);
        },
        {"a=0", "b=0"}, {"b=1"});
  }));
}

// Rule 6: deleting and adding again moves a key to the end for new snapshots; old ones keep the old place.
TEST(SnapshotSchedules, AScanSeesOneMembershipOfAMovedKey) {
  expect_holds(explore({.preemptions = 2}, [] {
    return scan_against(
        [](World& world) {
          Write again = Client::set_of(world.map.id, "a", "1");
          again.move = true;
          world.writer.commit(again);
        },
        {"a=0", "b=0"}, {"b=0", "a=1"});
  }));
}

TEST(SnapshotSchedules, AScanSeesADeletionWhollyOrNotAtAll) {
  expect_holds(explore({.preemptions = 2}, [] {
    return scan_against([](World& world) { world.writer.remove(world.map.id, "a"); }, {"a=0", "b=0"}, {"b=0"});
  }));
}

}  // namespace
}  // namespace heddle::schedule::snapshots
