// Collections, threads and snapshots as the engine keeps them: who comes, who goes, what is left behind. C5 is an
// invariant of heddle/collections/collection.h.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using namespace std::chrono_literals;
using test::bytes;
using test::Client;

class Lifetime : public test::EngineTest {};

TEST_F(Lifetime, ANameIsOneCollectionForEveryThread) {
  const auto again = b.open("map");
  EXPECT_EQ(again.id, map.id);
  EXPECT_EQ(again.stamp, map.stamp);
  EXPECT_TRUE(map.created);
  EXPECT_FALSE(again.created);
  EXPECT_NE(map.id, other.id);
  EXPECT_EQ(engine.find(b.thread, "map")->id, map.id);
  EXPECT_FALSE(engine.find(b.thread, "none").has_value());
}

TEST_F(Lifetime, ALaterOpenerLearnsWhatTheCreatorChose) {
  engine.open(a.thread, {.kind = 3, .name = "queue", .limits = {}, .options = "capacity=5"});
  const auto found = engine.open(b.thread, {.kind = 1, .name = "queue", .limits = {}, .options = ""});
  EXPECT_EQ(found.kind, 3);
  EXPECT_EQ(found.options, "capacity=5");
}

TEST_F(Lifetime, ADestroyedCollectionIsGoneAndItsNameFree) {  // C5
  a.set(map.id, "key", "1");
  EXPECT_TRUE(engine.destroy(b.thread, map.id));
  EXPECT_FALSE(engine.destroy(a.thread, map.id));
  EXPECT_EQ(a.load(map.id, "key").status, Status::kDestroyed);
  EXPECT_EQ(a.set(map.id, "key", "2"), Status::kDestroyed);
  EXPECT_FALSE(engine.memory(a.thread, map.id).has_value());
  EXPECT_EQ(a.stamp(map.stamp) & 1, 1) << "for ever";
  const auto fresh = a.open("map");
  EXPECT_TRUE(fresh.created);
  EXPECT_NE(fresh.id, map.id);
  EXPECT_EQ(a.get(fresh.id, "key"), "-");
}

TEST_F(Lifetime, PredicatesOfADestroyedCollectionFail) {
  engine.destroy(b.thread, map.id);
  Write write = Client::set_of(other.id, "key", "1");
  const Predicate absent{.collection = map.id, .key = bytes("key")};
  EXPECT_EQ(a.commit(write, {}, {&absent, 1}), Status::kDestroyed);
}

TEST_F(Lifetime, DestroyingGivesTheRecordsBack) {
  const auto before = engine.stats().records_taken;
  for (int round = 0; round < 3; ++round) {
    const auto made = a.open("short-lived");
    for (int i = 0; i < 500; ++i) a.set(made.id, std::to_string(i), "x");
    const Seq rv = engine.open_snapshot(b.thread).rv;
    EXPECT_EQ(b.entries(made.id, rv).size(), 500U);
    engine.destroy(a.thread, made.id);
    while (!b.thread.snapshots.empty()) engine.close_snapshot(b.thread, b.thread.snapshots.back());
    tend();
  }
  EXPECT_LT(engine.stats().records_taken, before + 200);
  EXPECT_GE(engine.stats().records_reclaimed, 1500U);
}

TEST_F(Lifetime, PublishesAnAnonymousCollection) {
  const auto anonymous = a.open();
  EXPECT_TRUE(anonymous.created);
  EXPECT_FALSE(engine.publish(a.thread, anonymous.id, "map")) << "taken";
  EXPECT_TRUE(engine.publish(a.thread, anonymous.id, "published"));
  EXPECT_EQ(b.open("published").id, anonymous.id);
  EXPECT_FALSE(engine.publish(a.thread, 77, "nothing"));
}

TEST_F(Lifetime, ACollectionHasOneName) {
  const auto named = a.open("first");
  EXPECT_FALSE(engine.publish(a.thread, named.id, "second"));
  EXPECT_TRUE(engine.destroy(a.thread, named.id));
  for (const char* name : {"first", "second"}) EXPECT_TRUE(a.open(name).created) << "nobody would free the name";
}

TEST_F(Lifetime, AThreadLeavesNothingBehind) {
  CollectionId anonymous = 0;
  CollectionId published = 0;
  Stats stats;
  {
    Client mortal(engine);
    anonymous = mortal.open().id;
    published = mortal.open().id;
    engine.publish(mortal.thread, published, "outlives");
    mortal.set(anonymous, "key", "1");
    mortal.set(published, "key", "1");
    engine.open_snapshot(mortal.thread);
    engine.lease(mortal.thread, 50ms);
    stats = engine.stats();
    EXPECT_EQ(stats.threads, 3U);
    EXPECT_EQ(stats.open_snapshots, 1U);
  }
  EXPECT_EQ(a.set(map.id, "key", "1"), Status::kOk) << "its lease is over";
  EXPECT_EQ(engine.stats().threads, 2U);
  EXPECT_EQ(engine.stats().open_snapshots, 0U);
  EXPECT_EQ(engine.stats().commits, stats.commits + 1) << "its commits still count";
  EXPECT_EQ(a.load(anonymous, "key").status, Status::kDestroyed);
  EXPECT_EQ(a.get(published, "key"), "1");
}

TEST_F(Lifetime, CountsThreadsThatDiedInABody) {
  engine.detach(engine.attach(), true);
  engine.detach(engine.attach(), false);
  EXPECT_EQ(engine.stats().threads_died_in_body, 1U);
}

TEST_F(Lifetime, ThreadsComeAndGo) {
  for (int round = 0; round < 1000; ++round) {
    Client mortal(engine);
    mortal.set(map.id, "key", std::to_string(round));
  }
  EXPECT_EQ(a.get(map.id, "key"), "999");
  EXPECT_LT(engine.stats().records_taken, 1000U) << "their reserves went back";
}

// ------------------------------------------------------------------ extensions

TEST_F(Lifetime, ExtendsOverWhatIsUnchanged) {
  a.set(map.id, "key", "1");
  const auto read = a.load(map.id, "key");
  const ReadEntry entry{read.record, read.stamp};
  const Predicate absent{.collection = map.id, .key = bytes("none")};
  b.set(map.id, "unrelated", "1");
  auto extended = engine.extend(a.thread, {&entry, 1}, {&absent, 1}, kNoSlot, false);
  EXPECT_EQ(extended.status, Status::kOk);
  EXPECT_EQ(extended.snapshot, engine.published());
  EXPECT_EQ(extended.slot, kNoSlot);
  b.set(map.id, "none", "1");
  extended = engine.extend(a.thread, {&entry, 1}, {&absent, 1}, kNoSlot, false);
  EXPECT_EQ(extended.status, Status::kConflict);
  EXPECT_EQ(extended.failed, 1U) << "the predicate, after one read";
  b.set(map.id, "key", "2");
  EXPECT_EQ(engine.extend(a.thread, {&entry, 1}, {}, kNoSlot, false).failed, 0U);
}

TEST_F(Lifetime, AnExtensionMovesItsSlotOrLeavesIt) {
  a.set(map.id, "key", "1");
  const auto read = a.load(map.id, "key");
  const ReadEntry entry{read.record, read.stamp};
  const auto taken = engine.extend(a.thread, {&entry, 1}, {}, kNoSlot, true);
  ASSERT_EQ(taken.status, Status::kOk);
  EXPECT_EQ(engine.stats().open_snapshots, 1U);
  b.set(map.id, "unrelated", "1");
  const auto moved = engine.extend(a.thread, {&entry, 1}, {}, taken.slot, false);
  ASSERT_EQ(moved.status, Status::kOk);
  EXPECT_EQ(moved.snapshot, engine.published());
  EXPECT_EQ(engine.stats().open_snapshots, 1U);
  b.set(map.id, "key", "2");
  const auto refused = engine.extend(a.thread, {&entry, 1}, {}, moved.slot, false);
  EXPECT_EQ(refused.status, Status::kConflict);
  EXPECT_EQ(refused.slot, moved.slot);
  EXPECT_EQ(a.get(map.id, "key", moved.snapshot, true), "1") << "the old snapshot still stands";
  EXPECT_EQ(engine.extend(a.thread, {&entry, 1}, {}, kNoSlot, true).slot, kNoSlot);
  EXPECT_EQ(engine.stats().open_snapshots, 1U);
}

}  // namespace
}  // namespace heddle
