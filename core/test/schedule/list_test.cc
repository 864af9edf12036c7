// Arrays under every interleaving: readers of a state see that state, whatever is appended to its nodes, and nothing of
// it is freed under them (N1, N4 of heddle/collections/list.h).
#include <gtest/gtest.h>

#include <memory>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"

namespace heddle::schedule::list {
namespace {

using test::Client;

struct World {
  World() {
    for (const char* element : {"0", "1", "2", "3"}) append(element);
  }

  Status change(Write::Kind kind, std::uint64_t index, std::string_view value, std::uint64_t count = 0) {
    Write write{
        .kind = kind, .collection = list.id, .key = {}, .value = test::bytes(value), .count = count, .index = index};
    return writer.commit(write);
  }
  void append(std::string_view value) { change(Write::Kind::kAppend, 0, value); }

  // All elements, read one by one at a snapshot; "gap" if one is gone.
  std::string read(Client& client, Seq snapshot, bool registered) {
    std::string all;
    for (std::uint64_t index = 0;; ++index) {
      std::array<std::byte, 8> out;
      const PeekResult seen = engine.peek(
          client.thread,
          {.collection = list.id, .index = index, .snapshot = snapshot, .registered = registered, .out = out});
      if (seen.status != Status::kOk) return "gap";
      if (seen.absent) return all;
      all += test::text(Bytes(out).first(seen.length));
    }
  }
  std::string walk(Client& client, Seq snapshot) {
    std::string all;
    const WalkResult result = engine.walk(client.thread, {.collection = list.id, .to = kForever, .snapshot = snapshot},
                                          [&](const Version& element) {
                                            all += test::text(element.bytes());
                                            return true;
                                          });
    return result.status == Status::kOk ? all : "gap";
  }

  Engine engine{1};
  Client writer{engine};
  Client reader{engine};
  const CollectionInfo list =
      engine.open(writer.thread, {.kind = 5, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
};

void change_much(World& world) {
  world.append("4");
  world.change(Write::Kind::kRemove, 0, {}, 2);
  world.change(Write::Kind::kSet, 0, "x");
}

constexpr auto is_a_state = [](const std::string& seen) {
  return seen == "0123" || seen == "01234" || seen == "234" || seen == "x34";
};

Program snapshot_against_changes() {
  auto world = std::make_shared<World>();
  return {{[world] {
             const auto opened = world->engine.open_snapshot(world->reader.thread);
             const std::string before = world->read(world->reader, opened.rv, true);
             require(is_a_state(before), "half of a change");
             require(world->walk(world->reader, opened.rv) == before, "a snapshot changed");
             world->engine.close_snapshot(world->reader.thread, opened.slot);
           },
           [world] { change_much(*world); }},
          [world] { require(world->walk(world->reader, world->engine.published()) == "x34", "wrong in the end"); }};
}

TEST(ListSchedules, SnapshotsSeeWholeStates) { expect_holds(explore({.preemptions = 2}, snapshot_against_changes)); }

// Without a slot a reader may come too late, and is told so.
Program visit_against_changes() {
  auto world = std::make_shared<World>();
  return {{[world] {
             const std::string seen = world->walk(world->reader, world->engine.published());
             require(seen == "gap" || seen == "xy4" || is_a_state(seen), "half of a change, or what was freed");
           },
           [world] {
             change_much(*world);
             for (int i = 0; i < 6; ++i) world->change(Write::Kind::kSet, 1, "y");
           }},
          [] {}};
}

TEST(ListSchedules, AVisitorSeesAStateOrAGap) { expect_holds(explore({.preemptions = 2}, visit_against_changes)); }

// A clear gives the whole tree away while somebody reads it.
Program read_against_clear() {
  auto world = std::make_shared<World>();
  world->append("4");  // more than one leaf
  return {{[world] {
             const std::string seen = world->walk(world->reader, world->engine.published());
             require(seen == "gap" || seen == "01234" || seen.empty() || seen == "n", "of two eras");
           },
           [world] {
             world->change(Write::Kind::kClear, 0, {});
             world->append("n");
             for (int i = 0; i < 6; ++i) world->change(Write::Kind::kSet, 0, "n");
           }},
          [world] { require(world->walk(world->reader, world->engine.published()) == "n", "wrong in the end"); }};
}

TEST(ListSchedules, AClearTakesNothingFromUnderAReader) {
  expect_holds(explore({.preemptions = 2}, read_against_clear));
}

}  // namespace
}  // namespace heddle::schedule::list
