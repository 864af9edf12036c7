// Waits under every interleaving (W1–W4 of heddle/collections/waits.h, D1–D3 of heddle/sync/bell.h): no wake-up is
// lost.
#include <gtest/gtest.h>

#include <memory>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"

namespace heddle::schedule::waits {
namespace {

using test::Client;

struct World {
  World() { writer.set(map.id, "key", "0"); }

  // Waits unless the key is there with another value, as a run of a transaction does that calls retry().
  bool wait_unless_set() {
    const auto loaded = reader.load(map.id, "key");
    if (loaded.value == "1" || (loaded.stamp & 1) != 0) return false;
    const ReadEntry read{loaded.record, loaded.stamp};
    return engine.wait(reader.thread, {&read, 1}, {}, 1) == Status::kOk;
  }

  Engine engine{1};
  Client writer{engine};
  Client reader{engine};
  const CollectionInfo map = writer.open("map");
  bool waits = false;
  atomic<int> rung{0};
};

Program wait_against_commit() {
  auto world = std::make_shared<World>();
  world->reader.thread.waiter.bell.open([world = world.get()] { world->rung.fetch_add(1); });
  return {
      {[world] { world->waits = world->wait_unless_set(); }, [world] { world->writer.set(world->map.id, "key", "1"); }},
      [world] {
        require(!world->waits || world->rung.load() == 1, "a wake-up was lost");
        require(!world->waits || world->engine.ended_waits(world->reader.thread).size() == 1, "nothing has ended");
      }};
}

TEST(WaitSchedules, NoWakeUpIsLost) { expect_holds(explore({.preemptions = 3}, wait_against_commit)); }

// The thread gives up, or goes, while a commit ends its wait.
Program leave_against_commit(bool whole_thread) {
  auto world = std::make_shared<World>();
  auto passing = std::make_shared<std::unique_ptr<Client>>(std::make_unique<Client>(world->engine));
  Client& client = **passing;
  client.thread.waiter.bell.open([world = world.get()] { world->rung.fetch_add(1); });
  const auto loaded = client.load(world->map.id, "key");
  const ReadEntry read{loaded.record, loaded.stamp};
  require(world->engine.wait(client.thread, {&read, 1}, {}, 1) == Status::kOk, "nothing has changed");
  return {{[world, passing, whole_thread] {
             if (whole_thread) {
               passing->reset();
               world->rung.store(0);
             } else {
               world->engine.give_up_wait((*passing)->thread, 1);
             }
           },
           [world] { world->writer.set(world->map.id, "key", "1"); }},
          [world, passing, whole_thread] {
            if (whole_thread) {
              require(world->rung.load() == 0, "a thread was rung that is gone");
            } else {
              const std::size_t ended = world->engine.ended_waits((*passing)->thread).size();
              require(static_cast<std::size_t>(world->rung.load()) == ended, "rung for nothing, or not at all");
            }
          }};
}

TEST(WaitSchedules, AThreadMayGiveUpAtAnyTime) {
  expect_holds(explore({.preemptions = 2}, [] { return leave_against_commit(false); }));
}
TEST(WaitSchedules, AThreadMayGoAtAnyTime) {
  expect_holds(explore({.preemptions = 2}, [] { return leave_against_commit(true); }));
}

// Two commits at once for one thread that takes what has ended when its bell rings.
Program two_rings() {
  auto world = std::make_shared<World>();
  world->writer.set(world->map.id, "other", "0");
  auto third = std::make_shared<Client>(world->engine);
  world->reader.thread.waiter.bell.open([world = world.get()] { world->rung.fetch_add(1); });
  WaitTicket ticket = 0;
  for (const char* key : {"key", "other"}) {
    const auto loaded = world->reader.load(world->map.id, key);
    const ReadEntry read{loaded.record, loaded.stamp};
    require(world->engine.wait(world->reader.thread, {&read, 1}, {}, ++ticket) == Status::kOk, "nothing has changed");
  }
  auto taken = std::make_shared<std::size_t>(0);
  return {{[world] { world->writer.set(world->map.id, "key", "1"); },
           [world, third] { third->set(world->map.id, "other", "1"); },
           [world, taken] {
             if (world->rung.exchange(0) > 0) *taken += world->engine.ended_waits(world->reader.thread).size();
           }},
          [world, taken] {
            if (world->rung.load() > 0) *taken += world->engine.ended_waits(world->reader.thread).size();
            require(*taken == 2, "what has ended was not announced");
          }};
}

TEST(WaitSchedules, WhatEndsAfterTheBellWasHeardRingsAgain) { expect_holds(explore({.preemptions = 1}, two_rings)); }

}  // namespace
}  // namespace heddle::schedule::waits
