// Opening, naming, keeping alive and ending collections when memory is short; threads and snapshots.
#include <gtest/gtest.h>

#include "faults/scene.h"

namespace heddle {
namespace {

using test::Client;
using test::expect_survives;
using test::Scene;

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

}  // namespace
}  // namespace heddle
