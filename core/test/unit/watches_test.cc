// Who is told of what. F1–F6 are the invariants of heddle/collections/change.h and watches.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "support/queues.h"
#include "support/watches_fixture.h"

namespace heddle {
namespace {

using test::Client;
using test::WatchesTest;
using test::Watching;

TEST_F(WatchesTest, AKeyIsToldOfInOrder) {  // F3
  a.set(map.id, "k", "0");
  Watching watching(b, test::watch_key(map.id), "k");
  EXPECT_EQ(watching.tell(), "");
  a.set(map.id, "k", "1");
  a.set(map.id, "other", "x");
  b.set(map.id, "k", "1");
  a.remove(map.id, "k");
  a.remove(map.id, "k");
  a.set(map.id, "k", "2");
  EXPECT_EQ(watching.lag(), 4U);
  EXPECT_EQ(watching.tell(), "k:0>1 k:1>1 k:1>- k:->2");
  EXPECT_TRUE(std::ranges::is_sorted(watching.commits));
  EXPECT_EQ(watching.commits.back(), a.last_commit);
  EXPECT_EQ(watching.tell(), "");
  EXPECT_EQ(watching.lag(), 0U);
}

TEST_F(WatchesTest, TheChangesOfOneCommitComeTogether) {
  Watching all(b, test::watch_all(map.id));
  Watching one(b, test::watch_key(map.id), "b");
  commit({Client::set_of(map.id, "a", "1"), Client::set_of(other.id, "o", "1"), Client::set_of(map.id, "b", "1")});
  commit({Client::remove_of(map.id, "a"), Client::set_of(map.id, "b", "2")});
  EXPECT_EQ(all.tell(), "a:->1 b:->1 a:1>- b:1>2");
  EXPECT_EQ(all.commits[0], all.commits[1]);
  EXPECT_EQ(all.commits[2], all.commits[3]);
  EXPECT_EQ(one.tell(), "b:->1 b:1>2");
}

TEST_F(WatchesTest, AClearIsOneChangeForAllAndADeletionForEachKey) {
  a.set(map.id, "a", "1");
  a.set(map.id, "b", "1");
  Watching all(b, test::watch_all(map.id));
  Watching there(b, test::watch_key(map.id), "a");
  Watching set_again(b, test::watch_key(map.id), "b");
  Watching absent(b, test::watch_key(map.id), "c");
  commit({Client::clear_of(map.id), Client::set_of(map.id, "b", "2")});
  EXPECT_EQ(all.tell(), "clear b:->2");
  EXPECT_EQ(there.tell(), "a:1>-");
  EXPECT_EQ(set_again.tell(), "b:1>2") << "one change for a key and a commit";
  EXPECT_EQ(absent.tell(), "");
}

TEST_F(WatchesTest, ItBeginsWithWhatIsThereIfItShould) {
  a.set(map.id, "a", "1");
  Watching there(b, test::watch_key(map.id), "a", true);
  Watching absent(b, test::watch_key(map.id), "b", true);
  EXPECT_EQ(there.start.since, a.last_commit);
  a.set(map.id, "a", "2");
  EXPECT_EQ(there.tell(), "a:->1 a:1>2");
  EXPECT_EQ(absent.tell(), "b:->-");
}

TEST_F(WatchesTest, ManyWatchesOfAKeyHearTheSame) {
  std::vector<std::unique_ptr<Watching>> watches;
  for (int i = 0; i < 100; ++i) watches.push_back(std::make_unique<Watching>(b, test::watch_key(map.id), "k"));
  a.set(map.id, "k", "1");
  watches.resize(50);
  a.set(map.id, "k", "2");
  for (const auto& watching : watches) EXPECT_EQ(watching->tell(), "k:->1 k:1>2");
  watches.clear();
  EXPECT_EQ(engine.stats().watches, 0U);
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(WatchesTest, ManyKeysAreFoundInAGrowingTable) {
  constexpr int kKeys = 1000;
  std::vector<std::unique_ptr<Watching>> watches;
  for (int i = 0; i < kKeys; ++i)
    watches.push_back(std::make_unique<Watching>(b, test::watch_key(map.id), std::to_string(i)));
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "x");
  for (int i = 0; i < kKeys; ++i) ASSERT_EQ(watches[i]->tell(), std::to_string(i) + ":->x");
  for (int i = 0; i < kKeys; i += 2) watches[i] = nullptr;
  for (int i = 0; i < kKeys; ++i) a.set(map.id, std::to_string(i), "y");
  for (int i = 1; i < kKeys; i += 2) ASSERT_EQ(watches[i]->tell(), std::to_string(i) + ":x>y");
  a.clear(map.id);
  for (int i = 1; i < kKeys; i += 2) ASSERT_EQ(watches[i]->tell(), std::to_string(i) + ":y>-");
}

TEST_F(WatchesTest, WhatIsToldOfOutlivesItsRecord) {  // F1
  Watching watching(b, test::watch_all(map.id));
  a.set(map.id, "key that goes", "value that goes");
  a.remove(map.id, "key that goes");
  tend();
  engine.tidy(a.thread);
  EXPECT_GT(reclaimed(), 0U);
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
  EXPECT_GT(told_bytes(), 0);
  EXPECT_EQ(watching.tell(), "key that goes:->value that goes key that goes:value that goes>-");
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(WatchesTest, WhoWaitsIsRungOnce) {  // F5
  int rings = 0;
  b.thread.waiter.bell.open([&] { ++rings; });
  Watching watching(b, test::watch_key(map.id), "k");
  a.set(map.id, "k", "1");
  EXPECT_EQ(rings, 0) << "it does not wait";
  EXPECT_EQ(watching.tell(true), "k:->1");
  a.set(map.id, "k", "2");
  a.set(map.id, "k", "3");
  EXPECT_EQ(rings, 1);
  EXPECT_EQ(engine.ended_waits(b.thread), std::vector<WaitTicket>{watching.ticket});
  EXPECT_TRUE(engine.ended_waits(b.thread).empty());
  EXPECT_EQ(watching.tell(true), "k:1>2 k:2>3");
  EXPECT_EQ(watching.tell(true), "");
  a.set(map.id, "k", "4");
  EXPECT_EQ(rings, 2);
  b.thread.waiter.bell.close();
}

TEST_F(WatchesTest, AWatchThatIsRungForMayGo) {  // F6
  auto watching = std::make_unique<Watching>(b, test::watch_key(map.id), "k");
  watching->tell(true);
  a.set(map.id, "k", "1");
  watching = nullptr;
  EXPECT_TRUE(engine.ended_waits(b.thread).empty());
  Client c(engine);
  Watching left(c, test::watch_key(map.id), "k");
  left.tell(true);
  a.set(map.id, "k", "2");
}

TEST_F(WatchesTest, AWatchEndsWithItsCollection) {
  auto gone = a.open("gone");
  Watching all(b, test::watch_all(gone.id));
  Watching key(b, test::watch_key(gone.id), "k");
  a.set(gone.id, "k", "1");
  engine.destroy(a.thread, gone.id);
  tend();
  engine.tidy(a.thread);
  EXPECT_EQ(all.tell(), "k:->1 ended");
  EXPECT_EQ(key.tell(), "k:->1 ended");
  EXPECT_EQ(key.tell(), "ended");
  EXPECT_EQ(Watching(b, test::watch_all(gone.id)).status, Status::kDestroyed);
  EXPECT_EQ(engine.stats().watches, 0U);
}

TEST_F(WatchesTest, ThreadsLeaveNoWatchBehind) {
  {
    Client c(engine);
    WatchStart start;
    engine.watch(c.thread, {.what = test::watch_all(map.id), .key = {}}, 1, start);
    engine.watch(c.thread, {.what = test::watch_key(map.id), .key = test::bytes("k")}, 2, start);
    a.set(map.id, "k", "1");
    EXPECT_EQ(engine.stats().watches, 2U);
  }
  EXPECT_EQ(engine.stats().watches, 0U);
  EXPECT_EQ(told_bytes(), 0);
  a.set(map.id, "k", "2");
}

TEST_F(WatchesTest, EvictedEntriesAreToldOfAsSuch) {
  const auto cache = a.open("cache", {.max_entries = 2, .lru = true});
  Watching watching(b, test::watch_all(cache.id));
  for (const char* key : {"a", "b", "c"}) a.set(cache.id, key, "x");
  EXPECT_EQ(watching.tell(), "a:->x b:->x a:x>-! c:->x");
}

TEST_F(WatchesTest, WhatACommitRefusesIsNotToldOf) {
  const auto small = a.open("small", {.max_entries = 1});
  Watching watching(b, test::watch_all(small.id));
  EXPECT_EQ(commit({Client::set_of(small.id, "a", "1"), Client::set_of(small.id, "b", "1")}), Status::kEntriesLimit);
  EXPECT_EQ(watching.tell(), "");
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(WatchesTest, AKeySignalSaysThatThereIsSomething) {
  Watch::Description what = test::watch_key(map.id);
  what.kind = Kind::kKeySignal;
  Watching watching(b, what, "k");
  a.set(map.id, "other", "1");
  EXPECT_EQ(watching.tell(), "");
  EXPECT_EQ(watching.tidings.taken.totals.commits, 0U);
  a.set(map.id, "k", "1");
  a.clear(map.id);
  EXPECT_EQ(watching.tell(), "");
  EXPECT_EQ(watching.tidings.taken.totals.commits, 2U);
  EXPECT_EQ(told_bytes(), 0);
}

// What a change refers to is let go of with the watch.
TEST_F(WatchesTest, WhatAWatchHasKeptAliveGoesWithIt) {
  const auto inner = a.engine.open(a.thread, {.kind = 1, .name = {}, .permanent = false, .limits = {}, .options = {}});
  auto watching = std::make_unique<Watching>(b, test::watch_all(map.id));
  std::string value = "12345678";
  const std::uint32_t link[] = {inner.id, 1};
  value.append(reinterpret_cast<const char*>(link), sizeof(link));
  Write write = Client::set_of(map.id, "k", value);
  write.linked = true;
  a.commit(write);
  a.remove(map.id, "k");
  engine.release(a.thread, inner.id);
  tend();
  while (engine.tidy(a.thread)) continue;
  EXPECT_TRUE(engine.counts(a.thread, inner.id).has_value()) << "an event still refers to it";
  watching = nullptr;
  EXPECT_FALSE(engine.counts(a.thread, inner.id).has_value());
}

TEST_F(WatchesTest, AWatchSuitsItsCollection) {
  const auto queue = test::open_queue(a);
  EXPECT_EQ(Watching(b, test::watch_all(queue.id)).status, Status::kBadRequest);
  EXPECT_EQ(Watching(b, test::watch_place(map.id, 0)).status, Status::kBadRequest);
  EXPECT_EQ(Watching(b, test::watch_kind(map.id, Kind::kQueue)).status, Status::kBadRequest);
  EXPECT_EQ(Watching(b, test::watch_key(map.id, 0), "k").status, Status::kBadRequest);
  EXPECT_EQ(Watching(b, test::watch_all(map.id), {}, true).status, Status::kBadRequest);
  EXPECT_EQ(engine.stats().watches, 0U);
}

TEST_F(WatchesTest, AQueueTellsTotals) {
  const auto queue = test::open_queue(a);
  Watching watching(b, test::watch_kind(queue.id, Kind::kQueue));
  test::enqueue(a, queue.id, "1");
  commit({test::enqueue_of(queue.id, "2"), test::enqueue_of(queue.id, "3")});
  test::take(a, queue.id);
  EXPECT_EQ(watching.lag(), 3U);
  watching.tell();
  EXPECT_EQ(watching.lag(), 0U);
  QueueTotals totals = watching.tidings.taken.totals;
  EXPECT_EQ(totals.commits, 3U);
  EXPECT_EQ(totals.added, 3U);
  EXPECT_EQ(totals.removed, 1U);
  EXPECT_EQ(totals.size, 2U);
  commit({Client::clear_of(queue.id), test::close_of(queue.id)});
  watching.tell();
  totals = watching.tidings.taken.totals;
  EXPECT_EQ(totals.removed, 2U);
  EXPECT_EQ(totals.size, 0U);
  EXPECT_TRUE(totals.closed);
  EXPECT_EQ(test::take(b, queue.id, 1, 5), "[16]");
}

TEST_F(WatchesTest, ASignalSaysThatThereIsSomething) {
  int rings = 0;
  b.thread.waiter.bell.open([&] { ++rings; });
  Watching watching(b, test::watch_kind(map.id, Kind::kSignal));
  watching.tell(true);
  a.remove(map.id, "absent");
  EXPECT_EQ(rings, 0) << "nothing has changed";
  a.set(map.id, "k", "1");
  a.set(map.id, "k", "2");
  EXPECT_EQ(rings, 1);
  watching.tell(true);
  EXPECT_EQ(watching.tidings.taken.totals.commits, 2U);
  b.thread.waiter.bell.close();
}

TEST_F(WatchesTest, AKeyThatWasDeletedIsNotThere) {
  a.set(map.id, "k", "1");
  hold_snapshot();  // keeps its record
  a.remove(map.id, "k");
  Watching initial(b, test::watch_key(map.id), "k", true);
  EXPECT_EQ(initial.tell(), "k:->-");
  a.clear(map.id);
  EXPECT_EQ(initial.tell(), "") << "a clear takes nothing away from it";
  a.set(map.id, "k", "2");
  EXPECT_EQ(initial.tell(), "k:->2");
}

}  // namespace
}  // namespace heddle
