// The reading side of the protocol against the real engine: the model of a JavaScript thread keeps the rules and never
// sees what it must not; with a rule left out, the explorer finds the interleaving that needs it.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/js_thread.h"

namespace heddle::schedule::reading {
namespace {

using test::Client;
using test::JsThread;
using test::Mistake;

// One map, one thread that commits, one that reads. `a` and `b` always change together.
struct World {
  explicit World(Mistake mistake) : map(writer.open("map")), reader(engine, map, mistake) { set_both("0"); }

  void set_both(const std::string& value) {
    Write writes[] = {Client::set_of(map.id, "a", value), Client::set_of(map.id, "b", value)};
    writer.commit(writes);
  }

  // Moves the only entry from one key to another.
  void move(const std::string& from, const std::string& to) {
    Write writes[] = {Client::remove_of(map.id, from), Client::set_of(map.id, to, "1")};
    writer.commit(writes);
  }

  // A body that reads both keys sees one state of them.
  void read_both() {
    reader.begin();
    const std::string a = reader.read("a");
    const std::string b = reader.read("b");
    require(reader.doomed || a == b, "torn snapshot");
  }

  Engine engine{1};
  Client writer{engine};
  const CollectionInfo map;
  JsThread reader;
  atomic<uint32_t> committed{0};  // so that the reader can know that a commit has returned
};

using Make = Program (*)(Mistake);

void holds(Make make, int preemptions = 2) {
  expect_holds(explore({.preemptions = preemptions}, [make] { return make(Mistake::kNone); }));
}

void finds(Make make, Mistake mistake, std::string_view failure) {
  expect_finds(explore({.preemptions = 3}, [make, mistake] { return make(mistake); }), failure);
}

// Rule 1: `a` is cached, `b` is not.
Program cached_and_native(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  world->reader.get("a");
  return {{[world] { world->set_both("1"); }, [world] { world->read_both(); }}};
}

TEST(Reading, TheSnapshotComesBeforeTheStamps) { holds(cached_and_native, 3); }
TEST(Reading, StampsBeforeTheSnapshotTearIt) {
  finds(cached_and_native, Mistake::kStampBeforeSnapshot, "torn snapshot");
}

// Rule 1: a lone read within the body (runOutside) refills `a` from after the snapshot.
Program refilled(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  world->reader.get("b");
  return {{[world] { world->set_both("1"); },
           [world] {
             world->reader.begin();
             const std::string b = world->reader.read("b");
             world->reader.get("a");
             const std::string a = world->reader.read("a");
             require(world->reader.doomed || a == b, "torn snapshot");
           }}};
}

TEST(Reading, ACachedValueIsNoNewerThanTheSnapshot) { holds(refilled); }
TEST(Reading, ANewerCachedValueTearsTheSnapshot) { finds(refilled, Mistake::kIgnoresVersion, "torn snapshot"); }

// Rules 1 and 4 without a cache: both reads are native.
Program native_pair(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  return {{[world] { world->set_both("1"); }, [world] { world->read_both(); }}};
}

TEST(Reading, NativeReadsSeeOneSnapshot) { holds(native_pair); }

// Rule 3: a lone read may overlap the commit, but one that starts after it must see it, cached or not.
Program read_then_read_again(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  return {{[world] {
             world->set_both("1");
             world->committed.store(1);
           },
           [world] {
             world->reader.get("a");
             const bool after = world->committed.load() != 0;
             require(!after || world->reader.get("a") == "1", "stale read");
           }}};
}

TEST(Reading, OnlyTheHeadIsCached) { holds(read_then_read_again, 3); }
TEST(Reading, AnOldVersionUnderANewStampIsStale) {
  finds(read_then_read_again, Mistake::kCachesAnyStamp, "stale read");
}

// V2 of heddle/memory/version.h: an old snapshot keeps version 0, the one that is true when the read begins is pruned
// during it. The reader must not fall through to version 0.
Program pruned_under_a_lone_read(Mistake) {
  struct Pruned {
    Pruned() {
      old.set(map.id, "key", "0");
      engine.open_snapshot(old.thread);
      old.set(map.id, "key", "1");
      old.set(map.id, "key", "2");
    }
    Engine engine{1};
    Client old{engine};
    Client reader{engine};
    const CollectionInfo map = old.open("map");
  };
  auto world = std::make_shared<Pruned>();
  return {{[world] { world->old.set(world->map.id, "key", "3"); },
           [world] { require(world->reader.get(world->map.id, "key") >= "2", "a lone read went back"); }}};
}

TEST(Reading, ALoneReadDoesNotFallThroughAGap) { holds(pruned_under_a_lone_read, 3); }

// The same for a predicate that an extension checks: the size at the new snapshot is pruned, an old one has the same
// value.
Program pruned_under_an_extension(Mistake) {
  struct Pruned {
    Pruned() { engine.open_snapshot(writer.thread); }
    Engine engine{1};
    Client writer{engine};
    Client reader{engine};
    const CollectionInfo map = writer.open("map");
  };
  auto world = std::make_shared<Pruned>();
  return {{[world] {
             world->writer.set(world->map.id, "a", "1");
             world->writer.set(world->map.id, "b", "1");
           },
           [world] {
             const Predicate empty{.kind = Predicate::Kind::kSize, .collection = world->map.id, .key = {}};
             const auto extended = world->engine.extend(world->reader.thread, {}, {&empty, 1}, kNoSlot, false);
             require(extended.status != Status::kOk || extended.snapshot == 0, "extended over a change of size");
           }}};
}

TEST(Reading, AnExtensionDoesNotFallThroughAGap) { holds(pruned_under_an_extension, 3); }

// Rule 3: the lost update of two read-modify-writes.
Program two_increments(Mistake mistake) {
  struct Counters {
    explicit Counters(Mistake broken)
        : map(setup.open("map")), threads{JsThread{engine, map, broken}, JsThread{engine, map, broken}} {
      setup.set(map.id, "n", "0");
    }
    Engine engine{1};
    Client setup{engine};
    const CollectionInfo map;
    JsThread threads[2];
    int committed = 0;
  };
  auto world = std::make_shared<Counters>(mistake);
  const auto increment = [world](JsThread& self) {
    self.begin();
    const std::string before = self.read("n");
    if (self.doomed) return;
    self.set("n", std::to_string(std::stoi(before) + 1));
    if (self.commit() == Status::kOk) ++world->committed;
  };
  return {{[world, increment] { increment(world->threads[0]); }, [world, increment] { increment(world->threads[1]); }},
          [world] {
            require(world->committed > 0, "nobody succeeded");
            require(world->setup.get(world->map.id, "n") == std::to_string(world->committed), "lost update");
          }};
}

TEST(Reading, NoUpdateIsLost) { holds(two_increments); }
TEST(Reading, AnUpdateReadUnderANewerStampIsLost) { finds(two_increments, Mistake::kCachesAnyStamp, "lost update"); }

// Rule 5: `clear` leaves the stamps of records alone; here a snapshot keeps the era that it ends.
struct ClearedWorld : World {
  explicit ClearedWorld(Mistake mistake) : World(mistake) {
    writer.engine.open_snapshot(writer.thread);
    reader.get("a");
  }
};

Program cleared(Mistake mistake) {
  auto world = std::make_shared<ClearedWorld>(mistake);
  return {{[world] {
             world->writer.clear(world->map.id);
             world->committed.store(1);
           },
           [world] {
             world->reader.get("a");
             const bool after = world->committed.load() != 0;
             require(!after || world->reader.get("a") == "-", "read after clear");
           }}};
}

TEST(Reading, AClearedKeyIsNotReadFromTheCache) { holds(cleared, 3); }
TEST(Reading, WithoutTheCollectionStampAClearGoesUnnoticed) {
  finds(cleared, Mistake::kIgnoresCollectionStamp, "read after clear");
}

// Rule 5 in a body: what is cached from before a clear does not meet what was written after it.
Program cleared_and_set(Mistake mistake) {
  auto world = std::make_shared<ClearedWorld>(mistake);
  return {{[world] {
             Write writes[] = {Client::clear_of(world->map.id), Client::set_of(world->map.id, "b", "1")};
             world->writer.commit(writes);
           },
           [world] {
             world->reader.begin();
             const std::string a = world->reader.read("a");
             const std::string b = world->reader.read("b");
             const bool consistent = (a == "0" && b == "0") || (a == "-" && b == "1");
             require(world->reader.doomed || consistent, "torn snapshot");
           }}};
}

TEST(Reading, ABodySeesAClearWhollyOrNotAtAll) { holds(cleared_and_set); }
TEST(Reading, WithoutTheCollectionStampABodySeesHalfAClear) {
  finds(cleared_and_set, Mistake::kIgnoresCollectionStamp, "torn snapshot");
}

// Rule 5: a body that read a key does not commit after the clear that took it away.
Program clear_against_commit(Mistake mistake) {
  auto world = std::make_shared<ClearedWorld>(mistake);
  auto outdated = std::make_shared<bool>(false);
  return {{[world] { world->writer.clear(world->map.id); },
           [world, outdated] {
             world->reader.begin();
             *outdated = world->reader.read("a") == "0";
             world->reader.set("copy", "0");
             *outdated = *outdated && world->reader.commit() == Status::kOk;
           }},
          [world, outdated] {
            require(!*outdated || world->reader.client.last_commit < world->writer.last_commit,
                    "committed on what a clear had removed");
          }};
}

TEST(Reading, NobodyCommitsOnWhatAClearRemoved) { holds(clear_against_commit); }
TEST(Reading, WithoutTheCollectionStampSomebodyDoes) {
  finds(clear_against_commit, Mistake::kIgnoresCollectionStamp, "committed on what a clear had removed");
}

// `destroy`: K stays odd for ever.
Program destroyed(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  world->reader.get("a");
  return {{[world] {
             world->engine.destroy(world->writer.thread, world->map.id);
             world->committed.store(1);
           },
           [world] {
             world->reader.get("a");
             const bool after = world->committed.load() != 0;
             require(!after || world->reader.get("a") == "destroyed", "read after destroy");
           }}};
}

TEST(Reading, NothingIsReadAfterADestroy) { holds(destroyed); }
TEST(Reading, WithoutTheCollectionStampADestroyGoesUnnoticed) {
  finds(destroyed, Mistake::kIgnoresCollectionStamp, "read after destroy");
}

// Rule 7: exactly one of two keys is there at any commit; deleted ones are reclaimed at once.
Program one_of_two(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  world->writer.remove(world->map.id, "b");
  return {{[world] { world->move("a", "b"); },
           [world] {
             world->reader.begin();
             const std::string b = world->reader.read("b");
             const std::string a = world->reader.read("a");
             require(world->reader.doomed || (a == "-") != (b == "-"), "absence was invented");
           }}};
}

TEST(Reading, AbsenceIsOnlyWhatTheFloorAllows) { holds(one_of_two); }
TEST(Reading, AGapTakenForAbsenceIsFound) { finds(one_of_two, Mistake::kTakesGapForAbsence, "absence was invented"); }

// Rule 8: reading `c` moves the snapshot, which is allowed only with `a` unchanged.
Program extended(Mistake mistake) {
  auto world = std::make_shared<World>(mistake);
  world->writer.set(world->map.id, "c", "0");
  world->reader.get("a");
  return {{[world] {
             world->writer.set(world->map.id, "c", "1");
             world->set_both("1");
           },
           [world] {
             world->reader.begin();
             const std::string a = world->reader.read("a");
             world->reader.read("c");
             const std::string b = world->reader.read("b");
             require(world->reader.doomed || a == b, "torn snapshot");
           }}};
}

TEST(Reading, AnExtensionProvesWhatWasRead) { holds(extended); }
TEST(Reading, AnUncheckedExtensionTearsTheSnapshot) { finds(extended, Mistake::kExtendsWithoutCheck, "torn snapshot"); }
TEST(Reading, CheckingBeforeTheNewSnapshotTearsIt) {
  finds(extended, Mistake::kChecksBeforeTheSnapshot, "torn snapshot");
}

}  // namespace
}  // namespace heddle::schedule::reading
