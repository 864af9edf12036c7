// What keeps collections alive; A1–A3 are the invariants of heddle/collections/lifetimes.h.
#include "heddle/collections/lifetimes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "support/engine_fixture.h"
#include "support/links.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::Client;
using test::set_links;
using Ids = std::vector<CollectionId>;

Ids garbage_of(Lifetimes& lifetimes) {
  Ids ids;
  while (const auto id = lifetimes.take_garbage()) ids.push_back(*id);
  std::ranges::sort(ids);
  return ids;
}

TEST(LifetimesTest, TheLastHolderTakesItAlong) {
  Lifetimes lifetimes;
  lifetimes.add(1, false);
  EXPECT_TRUE(lifetimes.hold(1));
  lifetimes.release(1);
  EXPECT_FALSE(lifetimes.has_garbage());
  lifetimes.release(1);
  EXPECT_TRUE(lifetimes.has_garbage());
  EXPECT_EQ(garbage_of(lifetimes), Ids{1});
  EXPECT_FALSE(lifetimes.has_garbage()) << "once";  // A2
  EXPECT_FALSE(lifetimes.hold(1));                  // A2
}

TEST(LifetimesTest, APermanentOneStays) {
  Lifetimes lifetimes;
  lifetimes.add(1, true);
  lifetimes.release(1);
  lifetimes.add(2, false);
  lifetimes.make_permanent(2);
  lifetimes.release(2);
  EXPECT_EQ(garbage_of(lifetimes), Ids{});
  EXPECT_TRUE(lifetimes.hold(1));
}

TEST(LifetimesTest, AValueKeepsItAliveAsLongAsItsOwnerLives) {
  Lifetimes lifetimes;
  lifetimes.add(1, true);
  lifetimes.add(2, false);
  lifetimes.link(1, 2);
  lifetimes.link(1, 2);
  lifetimes.release(2);
  lifetimes.unlink(1, 2);
  EXPECT_EQ(garbage_of(lifetimes), Ids{}) << "another value";
  lifetimes.unlink(1, 2);
  EXPECT_EQ(garbage_of(lifetimes), Ids{2});
}

TEST(LifetimesTest, WhatADestroyedOneReferredToGoes) {
  Lifetimes lifetimes;
  lifetimes.add(1, true);
  for (const CollectionId id : {2, 3, 4}) lifetimes.add(id, false);
  lifetimes.link(1, 2);
  lifetimes.link(2, 3);
  lifetimes.link(3, 4);
  for (const CollectionId id : {2, 3}) lifetimes.release(id);
  EXPECT_EQ(garbage_of(lifetimes), Ids{});
  lifetimes.end(1);
  EXPECT_EQ(garbage_of(lifetimes), (Ids{2, 3})) << "4 is held";
  lifetimes.unlink(2, 3);  // what is left of it, reclaimed later
  lifetimes.release(4);
  EXPECT_EQ(garbage_of(lifetimes), Ids{4});
}

TEST(LifetimesTest, CyclesAreCollected) {  // A3
  Lifetimes lifetimes;
  for (const CollectionId id : {1, 2, 3}) lifetimes.add(id, false);
  lifetimes.link(1, 2);
  lifetimes.link(2, 1);
  lifetimes.link(1, 1);
  lifetimes.link(2, 3);
  lifetimes.release(1);
  lifetimes.release(3);
  EXPECT_EQ(garbage_of(lifetimes), Ids{});
  lifetimes.release(2);
  EXPECT_EQ(garbage_of(lifetimes), (Ids{1, 2, 3}));
}

TEST(LifetimesTest, ACycleThatSomethingRefersToStays) {  // A3
  Lifetimes lifetimes;
  lifetimes.add(1, true);
  for (const CollectionId id : {2, 3}) lifetimes.add(id, false);
  lifetimes.link(1, 2);
  lifetimes.link(2, 3);
  lifetimes.link(3, 2);
  lifetimes.release(2);
  lifetimes.release(3);
  EXPECT_EQ(garbage_of(lifetimes), Ids{});
  lifetimes.unlink(1, 2);
  EXPECT_EQ(garbage_of(lifetimes), (Ids{2, 3}));
}

TEST(LifetimesTest, ACopyOnItsWayCounts) {
  Lifetimes lifetimes;
  lifetimes.add(1, false);
  const auto first = lifetimes.send(1, 1000);
  const auto second = lifetimes.send(1, 2000);
  lifetimes.release(1);
  EXPECT_EQ(garbage_of(lifetimes), Ids{});
  EXPECT_TRUE(lifetimes.hold(1));
  EXPECT_TRUE(lifetimes.land(1, *first));
  lifetimes.release(1);
  EXPECT_EQ(garbage_of(lifetimes), Ids{}) << "the second one";
  lifetimes.expire(2000 + Lifetimes::kFlight - 1);
  EXPECT_EQ(garbage_of(lifetimes), Ids{});
  lifetimes.expire(2000 + Lifetimes::kFlight);
  EXPECT_EQ(garbage_of(lifetimes), Ids{1});
  EXPECT_FALSE(lifetimes.land(1, *second));
  EXPECT_FALSE(lifetimes.send(1, 3000).has_value());
}

TEST(LifetimesTest, WhatGoesIsWhatCannotBeReached) {
  constexpr CollectionId kMost = 12;
  auto random = test::random_of(0);
  std::uint64_t cycles = 0;
  for (int round = 0; round < test::loops(300); ++round) {
    Lifetimes lifetimes;
    std::map<CollectionId, int> holders;  // of those that live
    std::set<CollectionId> permanent;
    std::map<std::pair<CollectionId, CollectionId>, int> links;
    for (CollectionId id = 1; id <= kMost; ++id) {
      holders[id] = 1;
      if (random() % 6 == 0) permanent.insert(id);
      lifetimes.add(id, permanent.contains(id));
    }
    const auto reachable = [&] {
      std::set<CollectionId> reached;
      Ids open;
      const auto reach = [&](CollectionId id) {
        if (reached.insert(id).second) open.push_back(id);
      };
      for (const auto& [id, count] : holders) {
        if (count > 0 || permanent.contains(id)) reach(id);
      }
      while (!open.empty()) {
        const CollectionId owner = open.back();
        open.pop_back();
        for (const auto& [link, count] : links) {
          if (link.first == owner && holders.contains(link.second)) reach(link.second);
        }
      }
      return reached;
    };
    for (int step = 0; step < 80 && !holders.empty(); ++step) {
      auto chosen = holders.begin();
      std::advance(chosen, random() % holders.size());
      const CollectionId id = chosen->first;
      auto other = holders.begin();
      std::advance(other, random() % holders.size());
      const std::pair link{id, other->first};
      switch (random() % 8) {
        case 0:
          lifetimes.end(id);
          holders.erase(id);
          std::erase_if(links, [&](const auto& each) { return each.first.first == id || each.first.second == id; });
          break;
        case 1:
          if (lifetimes.hold(id)) ++holders[id];
          break;
        case 2:
        case 3:
          if (holders[id] > 0) {
            --holders[id];
            lifetimes.release(id);
          }
          break;
        case 4:
          if (links.contains(link)) {
            if (--links[link] == 0) links.erase(link);
            lifetimes.unlink(link.first, link.second);
          }
          break;
        default:
          ++links[link];
          lifetimes.link(link.first, link.second);
      }
      const auto left = reachable();
      Ids expected;
      for (const auto& [each, count] : holders) {
        if (!left.contains(each)) expected.push_back(each);
      }
      ASSERT_EQ(garbage_of(lifetimes), expected) << "round " << round << ", step " << step;
      if (expected.size() > 1) ++cycles;
      for (const CollectionId gone : expected) {
        holders.erase(gone);
        std::erase_if(links, [&](const auto& each) { return each.first.first == gone || each.first.second == gone; });
      }
    }
  }
  test::expect_happened("several went at once", cycles);
}

// ------------------------------------------------------------------ in the engine

class Links : public test::EngineTest {
 protected:
  // Whether it is there, as a thread that has nothing to do with it sees it.
  bool exists(CollectionId id) { return engine.find(b.thread, id).has_value(); }
  void tidy() {
    while (engine.tidy(a.thread)) {
    }
    tend();
  }
};

TEST_F(Links, AnAnonymousCollectionGoesWithItsThread) {
  CollectionId id = 0;
  {
    Client passing(engine);
    id = passing.open().id;
    EXPECT_TRUE(exists(id));
  }
  EXPECT_FALSE(exists(id));
}

TEST_F(Links, SoDoesWhatTheThreadHasReplaced) {
  CollectionId id = 0;
  {
    Client passing(engine);
    id = passing.open().id;
    ASSERT_EQ(set_links(passing, map.id, "key", {id}), Status::kOk);
    passing.set(map.id, "key", "plain");
    engine.release(passing.thread, id);
    EXPECT_TRUE(exists(id)) << "readers may still have the version";
  }
  EXPECT_FALSE(exists(id)) << "though nobody else has done anything";
}

TEST_F(Links, AndStaysWhileAValueRefersToIt) {
  const CollectionId inner = a.open().id;
  ASSERT_EQ(set_links(a, map.id, "key", {inner}), Status::kOk);
  a.set(inner, "deep", "x");
  engine.release(a.thread, inner);
  ASSERT_TRUE(exists(inner));
  const auto loaded = b.load(map.id, "key");
  EXPECT_TRUE(loaded.linked);
  EXPECT_TRUE(b.thread.held.contains(inner)) << "whoever reads it holds it";
  a.remove(map.id, "key");
  tidy();
  EXPECT_TRUE(exists(inner)) << "b has it";
  EXPECT_EQ(b.get(inner, "deep"), "x");
  engine.release(b.thread, inner);
  EXPECT_FALSE(exists(inner));
}

TEST_F(Links, ASnapshotKeepsWhatItsValuesReferTo) {
  const CollectionId inner = a.open().id;
  ASSERT_EQ(set_links(a, map.id, "key", {inner}), Status::kOk);
  engine.release(a.thread, inner);
  const Seq rv = hold_snapshot();
  a.set(map.id, "key", "plain");
  tidy();
  EXPECT_TRUE(exists(inner));
  EXPECT_TRUE(b.load(map.id, "key", rv, true).linked);
  engine.close_snapshot(b.thread, b.thread.snapshots.back());
  engine.release(b.thread, inner);
  a.set(map.id, "key", "plain");
  tidy();
  EXPECT_FALSE(exists(inner));
}

TEST_F(Links, CyclesGoAndTheirMemoryComesBack) {
  tidy();
  const auto before = engine.stats().memory;
  const CollectionId first = a.open().id;
  const CollectionId second = a.open().id;
  set_links(a, first, "other", {second});
  set_links(a, second, "other", {first, second});
  for (int i = 0; i < 100; ++i) a.set(second, std::to_string(i), "x");
  engine.release(a.thread, first);
  EXPECT_TRUE(exists(first));
  engine.release(a.thread, second);
  EXPECT_FALSE(exists(first));
  EXPECT_FALSE(exists(second));
  tidy();
  EXPECT_EQ(engine.stats().memory, before);
}

TEST_F(Links, WhatADestroyedCollectionReferredToGoesAtOnce) {
  const CollectionId inner = a.open().id;
  set_links(a, map.id, "key", {inner});
  engine.release(a.thread, inner);
  engine.destroy(a.thread, map.id);
  EXPECT_FALSE(exists(inner));
}

TEST_F(Links, AClearLetsGoOfThem) {
  const CollectionId inner = a.open().id;
  set_links(a, map.id, "key", {inner});
  engine.release(a.thread, inner);
  a.clear(map.id);
  tidy();
  EXPECT_FALSE(exists(inner));
}

TEST_F(Links, ARefusedWriteLeavesNoneBehind) {
  const CollectionId inner = a.open().id;
  engine.limit_memory(0);
  EXPECT_EQ(set_links(a, map.id, "key", {inner}), Status::kProcessLimit);
  engine.release(a.thread, inner);
  EXPECT_FALSE(exists(inner));
}

TEST_F(Links, ANameCanLastAsLongAsItsHandles) {
  const OpenRequest request{.kind = 1, .name = "passing", .permanent = false, .limits = {}, .options = {}};
  const auto first = engine.open(a.thread, request);
  EXPECT_FALSE(engine.open(b.thread, request).created);
  engine.release(a.thread, first.id);
  EXPECT_TRUE(exists(first.id));
  engine.release(b.thread, first.id);
  EXPECT_FALSE(exists(first.id));
  EXPECT_TRUE(engine.open(a.thread, request).created);
}

TEST_F(Links, ACopyOnItsWayOutlivesItsThread) {
  CollectionId id = 0;
  std::optional<Lifetimes::Token> token;
  {
    Client passing(engine);
    id = passing.open().id;
    token = engine.send(passing.thread, id);
  }
  ASSERT_TRUE(token.has_value());
  EXPECT_TRUE(engine.land(a.thread, id, *token));
  EXPECT_TRUE(exists(id));
  engine.release(a.thread, id);
  EXPECT_FALSE(exists(id));
  EXPECT_FALSE(engine.land(a.thread, id, *token));
}

TEST_F(Links, AThreadIsToTidyForAsLongAsSomethingWaits) {
  EXPECT_FALSE(engine.wants_tidying());
  const CollectionId inner = a.open().id;
  ASSERT_EQ(set_links(a, map.id, "key", {inner}), Status::kOk);
  engine.release(a.thread, inner);
  EXPECT_FALSE(engine.wants_tidying());
  a.remove(map.id, "key");
  EXPECT_TRUE(engine.wants_tidying()) << "readers may still have the version";
  EXPECT_TRUE(exists(inner));
  tidy();
  EXPECT_FALSE(engine.wants_tidying());
  EXPECT_FALSE(exists(inner));
  const CollectionId sent = a.open().id;
  const auto token = engine.send(a.thread, sent);
  EXPECT_FALSE(engine.wants_tidying()) << "not before it is overdue";
  EXPECT_TRUE(engine.land(a.thread, sent, *token));
}

TEST_F(Links, CollectionsAreListed) {
  std::vector<std::string> names;
  for (const auto& info : engine.collections(a.thread)) names.push_back(info.name);
  EXPECT_EQ(names, (std::vector<std::string>{"map", "other"}));
}

}  // namespace
}  // namespace heddle
