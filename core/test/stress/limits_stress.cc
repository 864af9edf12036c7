// Limits, eviction, revocation and lifetimes under real threads.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "support/links.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::Client;
using test::expect_happened;
using test::loops;
using test::run_together;
using test::set_links;

// Anonymous collections are made, stored, found and let go of by two threads; what is found is there.
TEST(LimitsStress, WhatIsFoundInAMapIsThere) {
  Engine engine{1};
  Client setup(engine);
  const CollectionInfo map = setup.open("map");
  std::atomic<std::uint64_t> found{0};
  const auto worker = [&](unsigned thread) {
    Client self(engine);
    auto random = test::random_of(thread);
    for (int turn = 0; turn < loops(4000); ++turn) {
      const std::string key = std::to_string(random() % 4);
      const CollectionId made = self.open().id;
      ASSERT_EQ(self.set(made, "key", "x"), Status::kOk);
      ASSERT_EQ(set_links(self, made, "me", {made}), Status::kOk);
      ASSERT_EQ(set_links(self, map.id, key, {made}), Status::kOk);
      engine.release(self.thread, made);
      const auto loaded = self.load(map.id, std::to_string(random() % 4));
      if (loaded.linked) {
        CollectionId inner = 0;
        for_each_link(test::bytes(loaded.value), [&](CollectionId id) { inner = id; });
        ASSERT_EQ(self.get(inner, "key"), "x");
        engine.release(self.thread, inner);
        ++found;
      }
      if (turn % 64 == 0) engine.tidy(self.thread);
    }
  };
  run_together([&] { worker(1); }, [&] { worker(2); });
  engine.destroy(setup.thread, map.id);
  while (engine.tidy(setup.thread)) {
  }
  EXPECT_TRUE(engine.collections(setup.thread).empty());
  EXPECT_EQ(engine.stats().memory, engine.recount(setup.thread));
  expect_happened("collections found in a map", found);
}

// A cache within its limits, a process near its own, and readers whose snapshots are revoked.
TEST(LimitsStress, TotalsStayRight) {
  Engine engine{1};
  Client setup(engine);
  const CollectionInfo cache = setup.open("cache", Limits{.max_memory = 20'000, .max_entries = 60, .lru = true});
  const CollectionInfo map = setup.open("map");
  engine.limit_memory(60'000);
  engine.limit_snapshot_age(0);
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> expired{0};
  const auto worker = [&](unsigned thread) {
    Client self(engine);
    auto random = test::random_of(thread);
    for (int turn = 0; turn < loops(4000); ++turn) {
      const std::string key = std::to_string(random() % 200);
      const std::string value(random() % 600, 'v');
      self.set(cache.id, key, value);
      if (self.set(map.id, key, value) == Status::kProcessLimit) {
        ++refused;
        self.remove(map.id, key);
      }
      if (turn % 8 == 0) {
        const auto opened = engine.open_snapshot(self.thread);
        self.get(cache.id, key, opened.rv, true);
        if (engine.has_expired(self.thread, opened.slot)) ++expired;
        engine.close_snapshot(self.thread, opened.slot);
      }
      ASSERT_LE(self.size(cache.id), 60U);
    }
  };
  run_together([&] { worker(1); }, [&] { worker(2); });
  EXPECT_EQ(engine.stats().memory, engine.recount(setup.thread));
  for (const auto& collection : {cache, map}) {
    EXPECT_EQ(*engine.memory(setup.thread, collection.id), *engine.recount(setup.thread, collection.id));
  }
  expect_happened("evictions", engine.stats().evictions);
  expect_happened("refusals of the process", refused);
  expect_happened("snapshots that expired", expired);
}

}  // namespace
}  // namespace heddle
