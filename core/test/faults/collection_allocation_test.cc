// Opening, naming, keeping alive and ending collections when memory is short; threads and snapshots.
#include <gtest/gtest.h>

#include "faults/scene.h"

namespace heddle {
namespace {

using test::Client;
using test::expect_survives;
using test::Scene;

// Longer than what a string keeps within itself.
const std::string kLongName = "a collection whose name takes memory of its own";
const std::string kLongOptions = "options that take memory of their own";

Status open_new(Scene& scene, const char* name, Structure structure, std::int32_t kind) {
  OpenRequest request{.kind = kind, .name = {}, .structure = structure, .limits = {}, .options = kLongOptions};
  if (name != nullptr) request.name = kLongName;
  const CollectionInfo info = scene.engine.open(scene.a().thread, request);
  return info.created ? Status::kOk : Status::kNameTaken;
}

// It has a name, is held by who opened it, and goes when it is destroyed.
TEST(CollectionAllocation, Opening) {
  expect_survives({.name = "opening a map",
                   .prepare = [](Scene&) {},
                   .run = [](Scene& s) { return open_new(s, "named", Structure::kKeyed, 1); }});
  expect_survives({.name = "opening a queue",
                   .prepare = [](Scene&) {},
                   .run = [](Scene& s) { return open_new(s, "named", Structure::kQueue, 4); }});
  expect_survives({.name = "opening an array",
                   .prepare = [](Scene&) {},
                   .run = [](Scene& s) { return open_new(s, "named", Structure::kList, 3); }});
  expect_survives({.name = "opening a collection without a name",
                   .prepare = [](Scene&) {},
                   .run = [](Scene& s) { return open_new(s, nullptr, Structure::kKeyed, 1); }});
}

TEST(CollectionAllocation, OpeningWhatIsThere) {
  const auto prepare = [](Scene& s) { open_new(s, "named", Structure::kKeyed, 1); };
  expect_survives({.name = "opening what is there", .prepare = prepare, .run = [](Scene& s) {
                     return s.engine.open_existing(s.b().thread, kLongName) ? Status::kOk : Status::kDestroyed;
                   }});
  expect_survives({.name = "finding what is there", .prepare = prepare, .run = [](Scene& s) {
                     return s.engine.find(s.b().thread, kLongName) ? Status::kOk : Status::kDestroyed;
                   }});
  expect_survives({.name = "listing what is there", .prepare = prepare, .run = [](Scene& s) {
                     return s.engine.collections(s.b().thread).size() == 5 ? Status::kOk : Status::kDestroyed;
                   }});
}

TEST(CollectionAllocation, NamingOne) {
  expect_survives({.name = "naming a collection",
                   .prepare = [](Scene& s) { s.write(Client::clear_of(s.a().open().id)); },
                   .run =
                       [](Scene& s) {
                         const bool done = s.engine.publish(s.a().thread, s.writes[0].collection, kLongName);
                         return done ? Status::kOk : Status::kNameTaken;
                       }});
}

// A loaded value makes the thread hold what it refers to.
TEST(CollectionAllocation, HoldingWhatAValueRefersTo) {
  expect_survives({.name = "reading a value that refers to collections",
                   .prepare =
                       [](Scene& s) {
                         const CollectionInfo first = s.a().open();
                         const CollectionInfo second = s.a().open();
                         test::set_links(s.a(), s.map.id, "links", {first.id, second.id});
                       },
                   .run =
                       [](Scene& s) {
                         std::array<std::byte, 256> out;
                         return s.engine
                             .load(s.b().thread, {.collection = s.map.id, .key = test::bytes("links"), .out = out})
                             .status;
                       }});
}

TEST(CollectionAllocation, ACopyOnItsWay) {
  expect_survives({.name = "sending a handle",
                   .prepare = [](Scene& s) { s.write(Client::clear_of(s.a().open().id)); },
                   .run =
                       [](Scene& s) {
                         const CollectionId id = s.writes[0].collection;
                         const auto token = s.engine.send(s.a().thread, id);
                         if (token) s.writes[0].count = *token;
                         return token ? Status::kOk : Status::kDestroyed;
                       },
                   .content =
                       [](Scene& s) {
                         std::string content = s.content();
                         if (s.writes[0].count != 0) {  // lands, so that it need not be waited for
                           s.engine.land(s.b().thread, s.writes[0].collection, s.writes[0].count);
                         }
                         return content;
                       }});
  expect_survives({.name = "receiving a handle",
                   .prepare =
                       [](Scene& s) {
                         const CollectionId id = s.a().open().id;
                         s.write(Client::clear_of(id));
                         s.writes[0].count = *s.engine.send(s.a().thread, id);
                       },
                   .run =
                       [](Scene& s) {
                         const Write& copy = s.writes[0];
                         return s.engine.land(s.b().thread, copy.collection, copy.count) ? Status::kOk
                                                                                         : Status::kDestroyed;
                       }});
}

TEST(CollectionAllocation, Destroying) {
  expect_survives(
      {.name = "destroying what holds the last link to another",
       .prepare =
           [](Scene& s) {
             const CollectionInfo target = s.a().open();
             test::set_links(s.a(), s.map.id, "links", {target.id});
             s.engine.release(s.a().thread, target.id);
           },
       .run = [](Scene& s) { return s.engine.destroy(s.guest(), s.map.id) ? Status::kOk : Status::kDestroyed; }});
  expect_survives({.name = "destroying a pool that has tasks",
                   .prepare =
                       [](Scene& s) {
                         const test::PoolOf of(s.keeper, {.size = 2});
                         s.pool = of.pool;
                         of.submit(s.a(), "runs", s.task);
                         test::WorkerOf worker(s.b(), of);
                         worker.take();
                         of.submit(s.a(), "waits", s.task);
                         s.write(Client::clear_of(of.id));
                       },
                   .run =
                       [](Scene& s) {
                         return s.engine.destroy(s.guest(), s.writes[0].collection) ? Status::kOk : Status::kDestroyed;
                       },
                   .content = [](Scene& s) { return s.content() + " " + test::PoolOf::answers(s.a()); }});
}

TEST(CollectionAllocation, AThreadComesAndGoes) {
  expect_survives({.name = "a thread comes and goes",
                   .prepare = [](Scene&) {},
                   .run =
                       [](Scene& s) {
                         s.engine.detach(s.engine.attach());
                         return Status::kOk;
                       }});
}

TEST(CollectionAllocation, AThreadGoesWithAllThatItHas) {
  expect_survives({.name = "a thread goes with all that it has",
                   .prepare =
                       [](Scene& s) {
                         Thread& guest = s.guest();
                         const CollectionInfo own =
                             s.engine.open(guest, {.kind = 1, .name = {}, .limits = {}, .options = {}});
                         test::set_links(s.a(), own.id, "self", {own.id});
                         s.engine.open_snapshot(guest);
                         WatchStart start;
                         s.engine.watch(guest, {.what = test::watch_all(s.map.id), .key = {}}, 20, start);
                         s.a().set(s.map.id, "a", "told");
                         s.engine.wait(guest, s.reads, {}, 21);
                       },
                   .run =
                       [](Scene& s) {
                         s.end_guest();
                         return Status::kOk;
                       },
                   .may_fail = false,
                   .allocates = false});
}

TEST(CollectionAllocation, Snapshots) {
  expect_survives({.name = "opening a snapshot where there is no slot",
                   .prepare =
                       [](Scene& s) {
                         for (int i = 0; i < 64; ++i) s.engine.open_snapshot(s.b().thread);
                       },
                   .run =
                       [](Scene& s) {
                         s.engine.open_snapshot(s.a().thread);
                         return Status::kOk;
                       },
                   // Looking at collections would make the slots.
                   .content = [](Scene& s) { return std::to_string(s.engine.stats().open_snapshots); }});
  expect_survives({.name = "extending a snapshot",
                   .prepare = [](Scene&) {},
                   .run = [](Scene& s) { return s.engine.extend(s.a().thread, {}, {}, kNoSlot, true).status; }});
}

TEST(CollectionAllocation, Reading) {
  expect_survives({.name = "reading",
                   .prepare =
                       [](Scene& s) {
                         s.a().set(s.map.id, "large", s.keep(std::string(100'000, 'x')));
                         s.slot = s.engine.open_snapshot(s.a().thread).slot;
                       },
                   .run =
                       [](Scene& s) {
                         std::array<std::byte, 256> out;
                         const Seq rv = s.engine.published();
                         std::size_t seen = 0;
                         const auto count = [&](const auto&) { return ++seen > 0; };
                         for (const char* key : {"a", "large", "none"}) {
                           s.engine.load(s.a().thread, {.collection = s.map.id, .key = test::bytes(key), .out = out});
                         }
                         s.engine.scan(s.a().thread, {.collection = s.map.id, .snapshot = rv, .slot = s.slot}, count);
                         s.engine.walk(s.a().thread, {.collection = s.list.id, .to = 5, .snapshot = rv, .slot = s.slot},
                                       count);
                         s.engine.peek(s.a().thread, {.collection = s.queue.id, .out = out});
                         return seen == 9 ? Status::kOk : Status::kGap;
                       },
                   .may_fail = false,
                   .allocates = false});
}

// What gives something up needs no memory for it.
TEST(CollectionAllocation, LettingGo) {
  expect_survives({.name = "letting go",
                   .prepare =
                       [](Scene& s) {
                         const CollectionInfo first = s.a().open();
                         const CollectionInfo second = s.a().open();
                         test::set_links(s.a(), first.id, "to", {second.id});
                         test::set_links(s.a(), second.id, "fro", {first.id});
                         s.engine.release(s.a().thread, first.id);
                         s.write(Client::clear_of(second.id));
                         s.slot = s.engine.open_snapshot(s.a().thread).slot;
                         WatchStart start;
                         s.engine.watch(s.a().thread, {.what = test::watch_all(s.map.id), .key = {}}, 20, start);
                         s.a().set(s.map.id, "a", "told");
                         test::take(s.a(), s.queue.id, 2);
                         test::take(s.a(), s.queue.id, 1, s.ticket);
                       },
                   .run =
                       [](Scene& s) {
                         s.engine.close_snapshot(s.a().thread, s.slot);
                         s.engine.unwatch(s.a().thread, 20);
                         s.engine.give_up_wait(s.a().thread, s.ticket);
                         s.engine.release(s.a().thread, s.writes[0].collection);  // the last way to a cycle
                         return Status::kOk;
                       },
                   .may_fail = false,
                   .allocates = false});
}

TEST(CollectionAllocation, Tidying) {
  expect_survives({.name = "tidying",
                   .prepare =
                       [](Scene& s) {
                         s.a().clear(s.map.id);
                         s.a().clear(s.queue.id);
                         s.a().clear(s.list.id);
                       },
                   .run =
                       [](Scene& s) {
                         s.engine.tidy(s.guest());
                         return Status::kOk;
                       },
                   .content = [](Scene& s) { return s.visible(); }});
}

TEST(CollectionAllocation, NamesAndNumbers) {
  const std::string shape(100, 's');
  const auto content = [](Scene& s) {
    std::string all = s.content();
    for (const std::string& label : s.engine.counters().labels()) all += label;
    return all + " " + std::to_string(s.engine.shapes().read(1).size() + s.engine.shapes().read(2).size());
  };
  expect_survives({.name = "defining a shape",
                   .prepare = [](Scene&) {},
                   .run =
                       [&](Scene& s) {
                         return s.engine.shapes().define(test::bytes(shape)) == 1 ? Status::kOk : Status::kShapesFull;
                       },
                   .content = content});
  expect_survives({.name = "a label of the counters",
                   .prepare = [](Scene&) {},
                   .run =
                       [](Scene& s) {
                         s.engine.counters().row_of(kLongName);
                         return Status::kOk;
                       },
                   .content = content});
}

}  // namespace
}  // namespace heddle
