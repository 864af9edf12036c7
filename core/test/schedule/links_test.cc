// Lifetimes under every interleaving (A1, A2 of heddle/collections/lifetimes.h).
#include <gtest/gtest.h>

#include <memory>

#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/client.h"
#include "support/links.h"

namespace heddle::schedule::links {
namespace {

using test::Client;
using test::set_links;

struct World {
  World() {
    set_links(writer, map.id, "key", {inner});
    engine.release(writer.thread, inner);
  }

  // Until what has been replaced is freed.
  void sweep() {
    for (int turn = 0; turn < 12; ++turn) writer.set(map.id, "swept", "x");
  }

  bool exists(Client& client) const { return client.engine.find(client.thread, inner).has_value(); }

  Engine engine{1};
  Client writer{engine};
  Client reader{engine};
  const CollectionInfo map = writer.open("map");
  const CollectionId inner = writer.open().id;
};

// A reader takes a handle out of a map while the last value that has it is replaced and swept.
Program read_against_replace() {
  auto world = std::make_shared<World>();
  return {{[world] {
             world->writer.set(world->map.id, "key", "plain");
             world->sweep();
           },
           [world] {
             const auto loaded = world->reader.load(world->map.id, "key");
             if (!loaded.linked) return;
             require(world->exists(world->reader), "a handle that was read leads nowhere");
             world->engine.release(world->reader.thread, world->inner);
           }},
          [world] {
            world->sweep();
            require(!world->exists(world->writer), "nobody has it any more");
          }};
}

TEST(LinkSchedules, WhatWasReadIsThere) { expect_holds(explore({.preemptions = 2}, read_against_replace)); }

// A name that lasts as long as its handles is opened while the last one goes.
Program open_against_release() {
  auto world = std::make_shared<World>();
  const OpenRequest request{.kind = 1, .name = "passing", .permanent = false, .limits = {}, .options = {}};
  const auto first = world->engine.open(world->writer.thread, request);
  return {{[world, first] { world->engine.release(world->writer.thread, first.id); },
           [world, request] {
             const auto opened = world->engine.open(world->reader.thread, request);
             require(world->reader.set(opened.id, "key", "x") == Status::kOk, "it ended as it was opened");
             require(world->reader.get(opened.id, "key") == "x", "it lost what was written");
           }}};
}

TEST(LinkSchedules, WhatWasOpenedStays) { expect_holds(explore({.preemptions = 2}, open_against_release)); }

// Two threads let go of a cycle.
Program two_let_go() {
  auto world = std::make_shared<World>();
  const CollectionId first = world->writer.open().id;
  const CollectionId second = world->reader.open().id;
  set_links(world->writer, first, "other", {second});
  set_links(world->reader, second, "other", {first});
  return {{[world, first] { world->engine.release(world->writer.thread, first); },
           [world, second] { world->engine.release(world->reader.thread, second); }},
          [world, first, second] {
            for (const CollectionId id : {first, second}) {
              require(!world->engine.find(world->writer.thread, id).has_value(), "half of a cycle stayed");
            }
          }};
}

TEST(LinkSchedules, ACycleGoesWhole) { expect_holds(explore({.preemptions = 2}, two_let_go)); }

}  // namespace
}  // namespace heddle::schedule::links
