// Watches under every interleaving (F3–F6 of heddle/collections/watches.h).
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/watching.h"

namespace heddle::schedule::watches {
namespace {

using test::Client;
using test::Watching;

// Three threads and a key that is "0".
struct World {
  World() {
    writer.set(map.id, "k", "0");
    reader.thread.waiter.bell.open([this] { rung.fetch_add(1); });
  }

  Engine engine{1};
  Client writer{engine};
  Client other{engine};
  Client reader{engine};
  const CollectionInfo map = writer.open("map");
  std::unique_ptr<Watching> watching;
  std::string told;
  atomic<int> rung{0};
};

// What was told begins where the watch began, and ends with what is there.
Program watch_against_commits() {
  auto world = std::make_shared<World>();
  return {{[world] {
             world->watching = std::make_unique<Watching>(world->reader, test::watch_key(world->map.id), "k", true);
             world->told = world->watching->tell();
           },
           [world] {
             world->writer.set(world->map.id, "k", "1");
             world->writer.set(world->map.id, "k", "2");
           }},
          [world] {
            const std::string rest = world->watching->tell();
            const std::string all = world->told + (rest.empty() ? "" : " " + rest);
            const bool right = all == "k:->0 k:0>1 k:1>2" || all == "k:->1 k:1>2" || all == "k:->2";
            require(right, "a gap, or something twice");
          }};
}

TEST(WatchSchedules, NoGapAndNothingTwice) { expect_holds(explore({.preemptions = 3}, watch_against_commits)); }

// Whoever waits is rung for what it has not been told.
Program wait_against_commit() {
  auto world = std::make_shared<World>();
  world->watching = std::make_unique<Watching>(world->reader, test::watch_key(world->map.id), "k");
  return {
      {[world] { world->told = world->watching->tell(true); }, [world] { world->writer.set(world->map.id, "k", "1"); }},
      [world] {
        const bool rung = world->rung.load() == 1;
        require(rung == world->told.empty(), "a wake-up was lost, or was for nothing");
        require(world->engine.ended_waits(world->reader.thread).size() == (rung ? 1U : 0U), "the wrong ticket");
        require(!rung || world->watching->tell() == "k:0>1", "what it was rung for is gone");
      }};
}

TEST(WatchSchedules, NoWakeUpIsLost) { expect_holds(explore({.preemptions = 3}, wait_against_commit)); }

// Two writers, one after the other in the order of their commits, through a feed that is too short.
Program overflow() {
  auto world = std::make_shared<World>();
  world->watching = std::make_unique<Watching>(world->reader, test::watch_key(world->map.id, 1), "k");
  return {{[world] { world->writer.set(world->map.id, "k", "1"); },
           [world] { world->other.set(world->map.id, "k", "2"); }, [world] { world->told = world->watching->tell(); }},
          [world] {
            const std::string last = world->writer.get(world->map.id, "k");
            const std::string first = last == "1" ? "2" : "1";
            const std::string rest = world->watching->tell();
            const std::string one = "k:0>" + first;
            const std::string both = "k:0>" + last + "+1";
            const std::string second = "k:" + first + ">" + last;
            const bool right = (world->told.empty() && rest == both) || (world->told == one && rest == second) ||
                               (world->told == both && rest.empty());
            require(right, "a change is missing, or told twice");
          }};
}

TEST(WatchSchedules, AFullFeedKeepsItsEnds) { expect_holds(explore({.preemptions = 1}, overflow)); }

// The watch, or its thread, goes while a commit rings for it.
Program leave_against_commit(bool whole_thread) {
  auto world = std::make_shared<World>();
  auto passing = std::make_shared<std::unique_ptr<Client>>(std::make_unique<Client>(world->engine));
  Client& client = **passing;
  client.thread.waiter.bell.open([world = world.get()] { world->rung.fetch_add(1); });
  WatchStart start;
  world->engine.watch(client.thread, {.what = test::watch_key(world->map.id), .key = test::bytes("k")}, 1, start);
  world->engine.tidings(client.thread, {.ticket = 1, .wait = true}, [](const Link&) { return true; });
  return {{[world, passing, whole_thread] {
             if (whole_thread) {
               passing->reset();
               world->rung.store(0);
             } else {
               world->engine.unwatch((*passing)->thread, 1);
             }
           },
           [world] { world->writer.set(world->map.id, "k", "1"); }},
          [world, passing, whole_thread] {
            require(world->engine.stats().watches == 0, "a watch is left");
            require(world->engine.stats().told == 0, "something waits for nobody");
            if (whole_thread) return require(world->rung.load() == 0, "a thread was rung that is gone");
            require(world->engine.ended_waits((*passing)->thread).empty(), "a watch was rung for that is gone");
          }};
}

TEST(WatchSchedules, AWatchMayGoAtAnyTime) {
  expect_holds(explore({.preemptions = 2}, [] { return leave_against_commit(false); }));
}
TEST(WatchSchedules, AThreadMayGoAtAnyTime) {
  expect_holds(explore({.preemptions = 2}, [] { return leave_against_commit(true); }));
}

// The collection ends while somebody waits for its changes.
Program destroy_against_wait() {
  auto world = std::make_shared<World>();
  world->watching = std::make_unique<Watching>(world->reader, test::watch_all(world->map.id));
  return {{[world] { world->told = world->watching->tell(true); },
           [world] { world->engine.destroy(world->writer.thread, world->map.id); }},
          [world] {
            require(world->told == "ended" || world->rung.load() == 1, "nobody has said that it has ended");
            require(world->watching->tell() == "ended", "it has not ended");
          }};
}

TEST(WatchSchedules, ACollectionMayEndAtAnyTime) { expect_holds(explore({.preemptions = 2}, destroy_against_wait)); }

}  // namespace
}  // namespace heddle::schedule::watches
