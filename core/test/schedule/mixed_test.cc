// Everything at once, in random schedules: two writers that update, delete, clear and fill again, a thread with a read
// cache, one with a registered snapshot. Whatever they do, `a` and `b` are always the same, or both absent.
#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"
#include "support/js_thread.h"
#include "support/stress.h"

namespace heddle::schedule::mixed {
namespace {

using test::Client;
using test::JsThread;

struct World {
  World() {
    set_both(first, "0");
    first.set(map.id, "n", "0");
    reader.get("a");
    adder.get("n");
  }

  void set_both(Client& client, const std::string& value) const {
    Write writes[] = {Client::set_of(map.id, "a", value), Client::set_of(map.id, "b", value)};
    client.commit(writes);
  }

  void remove_both(Client& client) const {
    Write writes[] = {Client::remove_of(map.id, "a"), Client::remove_of(map.id, "b")};
    client.commit(writes);
  }

  // A read-modify-write of `n` that also looks at the pair.
  void add(JsThread& thread) {
    thread.begin();
    const std::string a = thread.read("a");
    const std::string n = thread.read("n");
    const std::string b = thread.read("b");
    if (thread.doomed) return;
    require(a == b, "torn snapshot");
    thread.set("n", std::to_string(n == "-" ? 1 : std::stoi(n) + 1));
    if (thread.commit() == Status::kOk) added = true;
  }

  void scan() {
    const auto opened = engine.open_snapshot(second.thread);
    const auto entries = second.entries(map.id, opened.rv);
    const std::string a = second.get(map.id, "a", opened.rv, true);
    const std::string b = second.get(map.id, "b", opened.rv, true);
    require(a == b, "torn registered snapshot");
    std::size_t expected = a == "-" ? 0 : 2;
    if (second.get(map.id, "n", opened.rv, true) != "-") ++expected;
    require(entries.size() == expected, "scan and loads disagree");
    require(second.size(map.id, opened.rv, true) == expected, "size and loads disagree");
    engine.close_snapshot(second.thread, opened.slot);
  }

  Engine engine{1};
  Client first{engine};
  Client second{engine};
  const CollectionInfo map = first.open("map");
  JsThread reader{engine, map};
  JsThread adder{engine, map};
  bool added = false;
};

Program everything() {
  auto world = std::make_shared<World>();
  return {{[world] {
             world->set_both(world->first, "1");
             world->first.clear(world->map.id);
             world->set_both(world->first, "2");
             world->remove_both(world->first);
           },
           [world] {
             world->scan();
             world->set_both(world->second, "3");
             world->scan();
           },
           [world] {
             for (int turn = 0; turn < 2; ++turn) {
               world->reader.begin();
               const std::string a = world->reader.read("a");
               const std::string b = world->reader.read("b");
               require(world->reader.doomed || a == b, "torn snapshot");
               world->reader.get("b");
             }
           },
           [world] { world->add(world->adder); }},
          [world] {
            const std::string a = world->first.get(world->map.id, "a");
            require(a == world->first.get(world->map.id, "b"), "torn in the end");
            require(world->reader.get("a") == a && world->reader.get("b") == a, "a stale cache in the end");
          }};
}

TEST(Mixed, NobodySeesAnythingTorn) {
  const auto runs = static_cast<std::uint64_t>(test::loops(1500));
  const Result result = explore({.preemptions = 6, .random = runs, .seed = test::seed()}, everything);
  std::cout << "  " << result.schedules << " schedules\n";
  EXPECT_TRUE(result.passed()) << result;
}

}  // namespace
}  // namespace heddle::schedule::mixed
