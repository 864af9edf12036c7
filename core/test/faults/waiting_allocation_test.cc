// Queues, handing over and waiting when memory is short: W1–W6 of heddle/collections/waits.h.
#include <gtest/gtest.h>

#include "faults/scene.h"
#include "heddle/hold.h"

namespace heddle {
namespace {

using test::expect_survives;
using test::Scene;

// What the queue's threads come to know.
std::string outcomes(Scene& s) {
  std::string all = s.content();
  for (test::Client* client : {&s.a(), &s.b()}) {
    for (const WaitTicket ticket : s.engine.ended_waits(client->thread)) {
      all += " " + std::to_string(ticket) + ":" + test::receive(*client, ticket);
    }
  }
  return all;
}

Status take_one(Scene& s, test::Client& client, std::optional<WaitTicket> ticket = std::nullopt) {
  s.taking.items.clear();
  s.taking.takings.most = 2;
  s.taking.items.reserve(64);
  return s.engine.take(client.thread, s.queue.id, s.taking.takings, ticket);
}

void empty_queue(Scene& s) { test::take(s.keeper, s.queue.id, 100); }

TEST(WaitingAllocation, Enqueueing) {
  expect_survives({.name = "enqueueing an item",
                   .prepare = [](Scene& s) { s.write(test::enqueue_of(s.queue.id, "z")); },
                   .run = [](Scene& s) { return s.commit(); }});
  expect_survives({.name = "enqueueing many items",
                   .prepare =
                       [](Scene& s) {
                         for (int i = 0; i < 40; ++i) s.write(test::enqueue_of(s.queue.id, "z"));
                       },
                   .run = [](Scene& s) { return s.commit(); }});
  expect_survives({.name = "closing a queue",
                   .prepare = [](Scene& s) { s.write(test::close_of(s.queue.id)); },
                   .run = [](Scene& s) { return s.commit(); }});
}

TEST(WaitingAllocation, Taking) {
  expect_survives(
      {.name = "taking items", .prepare = [](Scene&) {}, .run = [](Scene& s) { return take_one(s, s.a()); }});
  expect_survives({.name = "taking an item in a transaction",
                   .prepare = [](Scene& s) { s.write(test::take_of(s.queue.id, 1)); },
                   .run = [](Scene& s) { return s.commit(); }});
}

// An item that a thread cannot hold all collections of is not taken.
TEST(WaitingAllocation, TakingWhatRefersToCollections) {
  const auto links = [](Scene& s, const Version& item) {
    s.taking.items += test::text(item.bytes().first(1));
    if (item.linked) s.engine.hold_links(s.a().thread, item.bytes());
  };
  expect_survives({.name = "taking items that refer to collections",
                   .prepare =
                       [=](Scene& s) {
                         const CollectionId first = s.b().open().id;
                         const CollectionId second = s.b().open().id;
                         empty_queue(s);
                         for (const auto& targets : {std::vector{first}, std::vector{first, second}}) {
                           Write write = test::enqueue_of(s.queue.id, s.keep(test::value_with_links(targets)));
                           write.linked = true;
                           s.b().commit(write);
                         }
                         s.taking.takings.visit = [&s, links](const Version& item) { links(s, item); };
                       },
                   .run = [](Scene& s) { return take_one(s, s.a()); }});
}

// A read that fails keeps nothing of what it has taken hold of.
TEST(WaitingAllocation, ReadingWhatRefersToCollections) {
  expect_survives({.name = "reading entries that refer to collections",
                   .prepare =
                       [](Scene& s) {
                         for (const char* key : {"a", "b", "c"}) {
                           const CollectionId target = s.b().open().id;
                           test::set_links(s.b(), s.map.id, key, {target});
                           s.engine.release(s.b().thread, target);
                         }
                       },
                   .run =
                       [](Scene& s) {
                         Hold hold(s.engine, s.a().thread);
                         const Seq snapshot = hold.open_snapshot().rv;
                         s.engine.scan(s.a().thread, {.collection = s.map.id, .snapshot = snapshot},
                                       [&](const ScanEntry& entry) {
                                         hold.links_of(entry.value);
                                         return true;
                                       });
                         hold.keep_links();
                         return Status::kOk;
                       }});
}

TEST(WaitingAllocation, PuttingBack) {
  expect_survives({.name = "putting back what was taken",
                   .prepare =
                       [](Scene& s) {
                         const std::string& linked = s.keep(test::value_with_links({s.b().open().id}));
                         for (int i = 0; i < 20; ++i) {
                           s.write(test::return_of(s.queue.id, "z"));
                           s.write(test::return_of(s.queue.id, linked));
                           s.writes.back().linked = true;
                         }
                       },
                   .run = [](Scene& s) { return s.commit(); }});
  expect_survives({.name = "putting back what somebody else waits for",
                   .prepare =
                       [](Scene& s) {
                         empty_queue(s);
                         take_one(s, s.b(), s.ticket);
                         s.write(test::return_of(s.queue.id, "z"));
                       },
                   .run = [](Scene& s) { return s.commit(); },
                   .content = outcomes});
}

TEST(WaitingAllocation, StandingInLine) {
  expect_survives({.name = "standing in line",
                   .prepare = empty_queue,
                   .run = [](Scene& s) { return take_one(s, s.a(), s.ticket); },
                   .content =
                       [](Scene& s) {
                         // Who stands in line is served.
                         const bool stands = s.a().thread.waiter.find(s.ticket) != nullptr;
                         return s.content() + (stands ? "in line" : "");
                       },
                   .succeeds_with = Status::kEmpty});
}

TEST(WaitingAllocation, HandingOver) {
  const auto prepare = [](Scene& s) {
    empty_queue(s);
    take_one(s, s.b(), s.ticket);
  };
  expect_survives({.name = "handing an item over",
                   .prepare =
                       [=](Scene& s) {
                         prepare(s);
                         s.write(test::enqueue_of(s.queue.id, "z"));
                       },
                   .run = [](Scene& s) { return s.commit(); },
                   .content = outcomes});
  expect_survives({.name = "handing items over with other writes",
                   .prepare =
                       [=](Scene& s) {
                         prepare(s);
                         s.write(test::enqueue_of(s.queue.id, "z"));
                         s.write(test::enqueue_of(s.queue.id, "zz"));
                         s.write(test::Client::set_of(s.map.id, "new", "value"));
                       },
                   .run = [](Scene& s) { return s.commit(); },
                   .content = outcomes});
}

// What was handed over and is not wanted any more is in the queue again.
TEST(WaitingAllocation, GivingUp) {
  expect_survives({.name = "giving up what was handed over",
                   .prepare =
                       [](Scene& s) {
                         empty_queue(s);
                         take_one(s, s.a(), s.ticket);
                         test::enqueue(s.b(), s.queue.id, "z");
                       },
                   .run =
                       [](Scene& s) {
                         s.engine.give_up_wait(s.a().thread, s.ticket);
                         return Status::kOk;
                       }});
}

// Where no memory comes back at all there is nobody left to keep them.
TEST(WaitingAllocation, AThreadGoesWithWhatWasHandedOverToIt) {
  expect_survives({.name = "a thread goes with what was handed over to it",
                   .prepare =
                       [](Scene& s) {
                         empty_queue(s);
                         const CollectionInfo second = test::open_queue(s.keeper, "second");
                         for (const auto& [queue, ticket] :
                              {std::pair(second.id, 29U), {s.queue.id, 30U}, {s.queue.id, 31U}, {s.queue.id, 32U}}) {
                           s.engine.take(s.guest(), queue, s.taking.takings, ticket);
                         }
                         for (const char* item : {"p", "q", "r"}) test::enqueue(s.b(), s.queue.id, item);
                         test::enqueue(s.b(), second.id, "s");
                       },
                   .run =
                       [](Scene& s) {
                         s.end_guest();
                         return Status::kOk;
                       },
                   .may_fail = false,
                   .lasting = false});
}

TEST(WaitingAllocation, WaitingForAChange) {
  const auto prepare = [](Scene& s) {
    const auto loaded = s.a().load(s.map.id, "a");
    s.reads.push_back({loaded.record, loaded.stamp});
  };
  expect_survives(
      {.name = "waiting for a change",
       .prepare = prepare,
       .run = [](Scene& s) { return s.engine.wait(s.a().thread, s.reads, {}, s.ticket); },
       .content =
           [](Scene& s) { return s.content() + (s.a().thread.waiter.find(s.ticket) != nullptr ? "waits" : ""); }});
  expect_survives({.name = "hearing of ended waits",
                   .prepare =
                       [=](Scene& s) {
                         prepare(s);
                         s.engine.wait(s.a().thread, s.reads, {}, s.ticket);
                         WatchStart start;
                         s.engine.watch(s.a().thread,
                                        {.what = test::watch_kind(s.map.id, Watch::Kind::kSignal), .key = {}}, 40,
                                        start);
                         s.engine.tidings(s.a().thread, {.ticket = 40, .wait = true}, [](const Link&) { return true; });
                         s.a().thread.desk->call(50);
                         s.b().set(s.map.id, "a", "2");
                       },
                   .run =
                       [](Scene& s) {
                         for (const WaitTicket ticket : s.engine.ended_waits(s.a().thread)) {
                           s.told += static_cast<char>('0' + ticket);
                         }
                         return Status::kOk;
                       },
                   .content = [](Scene& s) { return s.visible() + s.told; }});
}

// Whoever waits for what an eviction took away is called, though the commit that needed the room has failed.
TEST(WaitingAllocation, WhoWaitsIsCalledEvenIfTheCommitFailsLater) {
  expect_survives({.name = "an insertion that evicts what somebody waits for",
                   .prepare =
                       [](Scene& s) {
                         const auto loaded = s.b().load(s.cache.id, "k");
                         for (const char* key : {"k", "l", "m", "n"}) {
                           s.engine.records().recency(s.b().load(s.cache.id, key).record).store(0);
                         }
                         s.reads.push_back({loaded.record, loaded.stamp});
                         s.engine.wait(s.b().thread, s.reads, {}, s.ticket);
                         s.b().thread.waiter.bell.open([&s] { s.told += "rung"; });
                         s.write(test::Client::set_of(s.cache.id, "new", "value"));
                       },
                   .run = [](Scene& s) { return s.commit(); },
                   .content =
                       [](Scene& s) {
                         // That it has gone without a ring is the fault.
                         const bool gone = s.keeper.get(s.cache.id, "k") == "-";
                         return gone && s.told.empty() ? "missed" : "";
                       }});
}

}  // namespace
}  // namespace heddle
