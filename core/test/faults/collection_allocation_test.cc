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
