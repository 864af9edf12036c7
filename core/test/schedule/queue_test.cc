// Queues under every interleaving: nothing is lost, nothing comes twice, and nobody waits beside an item (W5, W6 of
// heddle/collections/waits.h, U1, U2 of heddle/collections/deque.h).
#include <gtest/gtest.h>

#include <memory>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/queues.h"

namespace heddle::schedule::queue {
namespace {

using test::Client;
using test::content;
using test::enqueue;
using test::kNothing;
using test::take;

struct World {
  Engine engine{1};
  Client a{engine};
  Client b{engine};
  const CollectionInfo queue = test::open_queue(a, "queue");
  std::string got;
  bool waits = false;
  atomic<int> rung{0};
};

// What a consumer has got in the end: at once, or by waiting.
std::string finally_got(World& world, Client& client) {
  if (!world.waits) return world.got;
  return world.engine.ended_waits(client.thread).size() == 1 ? test::receive(client, 1) : "nothing";
}

Program wait_against_enqueue() {
  auto world = std::make_shared<World>();
  world->b.thread.waiter.bell.open([world = world.get()] { world->rung.fetch_add(1); });
  return {{[world] {
             world->got = take(world->b, world->queue.id, 1, 1);
             world->waits = world->got == kNothing;
           },
           [world] { enqueue(world->a, world->queue.id, "x"); }},
          [world] {
            require(!world->waits || world->rung.load() == 1, "nobody was rung");
            require(finally_got(*world, world->b) == "x", "the item did not arrive");
            require(world->a.size(world->queue.id) == 0, "it came twice");
          }};
}

TEST(QueueSchedules, NobodyWaitsBesideAnItem) { expect_holds(explore({.preemptions = 3}, wait_against_enqueue)); }

// Who waits gives up, or its thread goes, while an item is handed over.
Program leave_against_enqueue(bool whole_thread) {
  auto world = std::make_shared<World>();
  auto passing = std::make_shared<std::unique_ptr<Client>>(std::make_unique<Client>(world->engine));
  require(take(**passing, world->queue.id, 1, 1) == kNothing, "there is nothing");
  return {{[world, passing, whole_thread] {
             if (whole_thread) {
               passing->reset();
             } else {
               world->engine.give_up_wait((*passing)->thread, 1);
             }
           },
           [world] {
             enqueue(world->a, world->queue.id, "x");
             enqueue(world->a, world->queue.id, "y");
           }},
          [world] { require(content(world->a, world->queue.id) == "x y", "lost, or out of order"); }};
}

TEST(QueueSchedules, WhoWaitsMayGiveUpAtAnyTime) {
  expect_holds(explore({.preemptions = 2}, [] { return leave_against_enqueue(false); }));
}
TEST(QueueSchedules, WhoWaitsMayGoAtAnyTime) {
  expect_holds(explore({.preemptions = 2}, [] { return leave_against_enqueue(true); }));
}

Program two_takers() {
  auto world = std::make_shared<World>();
  enqueue(world->a, world->queue.id, "x");
  auto second = std::make_shared<std::string>();
  return {{[world] { world->got = take(world->a, world->queue.id); },
           [world, second] { *second = take(world->b, world->queue.id); }},
          [world, second] {
            const bool once = (world->got == "x") != (*second == "x");
            require(once && world->a.size(world->queue.id) == 0, "taken by both, or by none");
          }};
}

TEST(QueueSchedules, AnItemGoesToOne) { expect_holds(explore({.preemptions = 2}, two_takers)); }

// A snapshot reads a queue of which others take, over the end of a segment.
Program read_against_take() {
  auto world = std::make_shared<World>();
  for (const char* item : {"0", "1", "2"}) enqueue(world->a, world->queue.id, item);
  return {{[world] {
             const auto opened = world->engine.open_snapshot(world->b.thread);
             const std::string before = content(world->b, world->queue.id, opened.rv, true);
             const std::string after = content(world->b, world->queue.id, opened.rv, true);
             require(before == after, "a snapshot changed");
             require(before == "0 1 2" || before == "2" || before == "2 3", "half of a commit");
             world->engine.close_snapshot(world->b.thread, opened.slot);
           },
           [world] {
             require(take(world->a, world->queue.id, 2) == "0 1", "what is there is taken");
             enqueue(world->a, world->queue.id, "3");
           }},
          [world] { require(content(world->a, world->queue.id) == "2 3", "wrong in the end"); }};
}

TEST(QueueSchedules, SnapshotsSeeWholeCommits) { expect_holds(explore({.preemptions = 2}, read_against_take)); }

// The latest state, without a snapshot: a size and an item of one moment.
Program peek_against_take() {
  auto world = std::make_shared<World>();
  for (const char* item : {"0", "1"}) enqueue(world->a, world->queue.id, item);
  return {{[world] {
             std::string item;
             const PeekResult seen = test::peek(world->b, world->queue.id, item);
             require(seen.status == Status::kOk, "there is always a latest state");
             const double size = static_cast<double>(seen.size);
             require((item == "0" && size == 2) || (item == "1" && size == 1) || (item == "-" && size == 0),
                     "an item of another moment");
           },
           [world] {
             take(world->a, world->queue.id);
             take(world->a, world->queue.id);
           }},
          [] {}};
}

TEST(QueueSchedules, APeekIsOfOneMoment) { expect_holds(explore({.preemptions = 2}, peek_against_take)); }

}  // namespace
}  // namespace heddle::schedule::queue
