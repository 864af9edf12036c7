// Watches under real threads and the sanitizers: what is told, replayed, is what is there.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "support/stress.h"
#include "support/watching.h"

namespace heddle {
namespace {

using test::Client;
using test::Watching;

constexpr int kKeys = 16;
std::string key_of(std::uint64_t n) { return "k" + std::to_string(n % kKeys); }

// Sets, deletes and clears for as long as `goes_on(turn)`.
template <class GoesOn>
void write(Engine& engine, CollectionId map, unsigned thread, GoesOn goes_on) {
  Client client(engine);
  auto random = test::random_of(thread);
  for (int turn = 0; goes_on(turn); ++turn) {
    const std::uint64_t choice = random();
    const std::string key = key_of(choice >> 32);
    const std::string value = std::to_string(thread) + "." + std::to_string(turn);
    if (turn % 16 == 0) std::this_thread::yield();  // so that who watches gets between
    if (choice % 64 == 0) {
      client.clear(map);
    } else if (choice % 4 == 0) {
      client.remove(map, key);
    } else if (choice % 4 == 1) {
      const std::string next = key_of((choice >> 32) + 1);
      Write writes[] = {Client::set_of(map, key, value), Client::set_of(map, next, value)};
      client.commit(writes);
    } else {
      client.set(map, key, value);
    }
  }
}

// A copy of a map that is kept by what a watch tells.
class Copy {
 public:
  // False if what a change says was there is not what the copy has.
  bool apply(const Link& link) {
    const Change& change = *link.change;
    ++changes;
    skipped += link.skipped;
    if (change.kind == Change::Kind::kClear) {
      values.clear();
      return true;
    }
    const Change& since = link.since == nullptr ? change : *link.since;
    const std::string key = test::text(change.key->bytes());
    const auto had = values.find(key);
    const std::string before = test::told_values(since.before());
    if (before != (had == values.end() ? "-" : had->second)) return false;
    if (change.after().empty()) {
      values.erase(key);
    } else {
      values[key] = test::text(change.after()[0]->bytes());
    }
    return true;
  }

  std::map<std::string, std::string> values;
  std::uint64_t changes = 0;
  std::uint64_t skipped = 0;
};

TEST(WatchStress, WhatIsToldReplayedIsWhatIsThere) {
  Engine engine{1};
  Client main{engine};
  const auto map = main.open("map");
  const auto goes_on = [turns = test::loops(4000)](int turn) { return turn < turns; };
  std::atomic<bool> begun{false};
  std::atomic<bool> done{false};
  std::atomic<int> rings{0};
  Copy whole;
  Copy one;
  std::uint64_t waits = 0;

  std::thread reader([&] {
    Client client(engine);
    client.thread.waiter.bell.open([&] { ++rings; });
    Watching all(client, test::watch_all(map.id, 1 << 20));
    Watching slow(client, test::watch_key(map.id, 4), "k3");
    begun = true;
    const auto hear = [&](Watching& watching, Copy& copy, bool wait) {
      std::uint64_t heard = 0;
      engine.tidings(client.thread, {.ticket = watching.ticket, .wait = wait}, [&](const Link& link) {
        ++heard;
        EXPECT_TRUE(copy.apply(link)) << test::told(link);
        return true;
      });
      return heard;
    };
    for (bool last = false; !last;) {
      last = done;
      const bool idle = hear(all, whole, true) == 0;
      waits += idle ? 1 : 0;
      hear(slow, one, false);
      static_cast<void>(engine.ended_waits(client.thread));
      if (idle) std::this_thread::yield();
    }
    while (hear(all, whole, false) > 0) continue;
    while (hear(slow, one, false) > 0) continue;
    client.thread.waiter.bell.close();
  });
  while (!begun) std::this_thread::yield();
  std::thread writer([&] { write(engine, map.id, 1, goes_on); });
  write(engine, map.id, 2, goes_on);
  writer.join();
  done = true;
  reader.join();

  std::map<std::string, std::string> there;
  for (int k = 0; k < kKeys; ++k) {
    const std::string value = main.get(map.id, key_of(k));
    if (value != "-") there[key_of(k)] = value;
  }
  EXPECT_EQ(whole.values, there);
  EXPECT_EQ(one.values.contains("k3") ? one.values["k3"] : "-", main.get(map.id, "k3"));
  EXPECT_EQ(engine.stats().told, 0);
  EXPECT_EQ(engine.recount(main.thread), engine.stats().memory);
  test::expect_happened("changes told", whole.changes);
  test::expect_happened("waits", waits);
  test::expect_happened("rings", static_cast<std::uint64_t>(rings));
}

// Watches come and go beside commits, in threads that come and go.
TEST(WatchStress, WatchesComeAndGo) {
  Engine engine{1};
  Client main{engine};
  const auto map = main.open("map");
  const int rounds = test::loops(150);
  std::atomic<bool> done{false};
  const auto goes_on = [&](int /*turn*/) { return !done; };
  std::uint64_t heard = 0;
  std::uint64_t left = 0;
  std::thread watcher([&] {
    auto random = test::random_of(3);
    for (int round = 0; round < rounds; ++round) {
      Client client(engine);
      for (WatchTicket ticket = 1; ticket <= 8; ++ticket) {
        WatchStart start;
        const std::string key = key_of(random());
        const bool all = random() % 4 == 0;
        engine.watch(client.thread,
                     {.what = all ? test::watch_all(map.id, 4, Watch::Overflow::kCoalesce) : test::watch_key(map.id, 2),
                      .key = test::bytes(key),
                      .initial = !all},
                     ticket, start);
        std::this_thread::yield();
        engine.tidings(client.thread, {.ticket = ticket, .wait = true}, [&](const Link&) {
          ++heard;
          return true;
        });
        static_cast<void>(engine.ended_waits(client.thread));
        if (ticket % 2 == 0) engine.unwatch(client.thread, ticket);
      }
      left += 4;
    }
    done = true;
  });
  std::thread writer([&] { write(engine, map.id, 1, goes_on); });
  write(engine, map.id, 2, goes_on);
  writer.join();
  watcher.join();
  EXPECT_EQ(engine.stats().watches, 0U);
  EXPECT_EQ(engine.stats().told, 0);
  test::expect_happened("changes told", heard);
  test::expect_happened("watches left to the end of their thread", left);
}

}  // namespace
}  // namespace heddle
