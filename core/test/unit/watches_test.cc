// Who is told of what. F1–F6 are the invariants of heddle/collections/change.h and watches.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/engine_fixture.h"
#include "support/queues.h"
#include "support/watching.h"

namespace heddle {
namespace {

using test::Client;
using test::Watching;

class WatchesTest : public test::EngineTest {
 protected:
  using Kind = Watch::Kind;
  using Overflow = Watch::Overflow;
  Status commit(std::vector<Write> writes) { return a.commit(writes); }
  std::int64_t told_bytes() const { return engine.stats().told; }
};

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

TEST_F(WatchesTest, AFullFeedOfOneKeyBecomesOneChange) {  // F4
  a.set(map.id, "k", "0");
  Watching watching(b, test::watch_key(map.id, 3), "k");
  for (int i = 1; i <= 3; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(engine.stats().overflows, 0U);
  for (int i = 4; i <= 5; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(engine.stats().overflows, 1U);
  EXPECT_EQ(watching.lag(), 5U);
  EXPECT_EQ(watching.tell(), "k:0>5+4") << "and stays one until it is told";
  for (int i = 6; i <= 100; ++i) a.set(map.id, "k", std::to_string(i));
  const std::string told = watching.tell();
  EXPECT_EQ(told, "k:5>100+94");
}

TEST_F(WatchesTest, AFullFeedOfManyKeysIsLostAndSaysSo) {  // F4
  Watching watching(b, test::watch_all(map.id, 3));
  for (int i = 0; i < 10; ++i) a.set(map.id, "k", std::to_string(i));
  EXPECT_EQ(watching.tell(), "lost");
  EXPECT_EQ(watching.lag(), 0U);
  EXPECT_EQ(watching.tidings.start.since, a.last_commit);
  a.set(map.id, "k", "10");
  EXPECT_EQ(watching.tell(), "k:9>10");
  EXPECT_EQ(told_bytes(), 0) << "nothing is kept for it";
}

TEST_F(WatchesTest, AFullFeedOfManyKeysCanKeepTheLastOfEach) {  // F4
  Watching watching(b, test::watch_all(map.id, 8, Overflow::kCoalesce));
  for (int i = 0; i < 9; ++i) a.set(map.id, i % 2 == 0 ? "even" : "odd", std::to_string(i));
  EXPECT_EQ(watching.tell(), "even:->6+3 odd:->7+3 even:6>8");
  for (int i = 0; i < 7; ++i) a.set(map.id, "even", std::to_string(i));
  a.clear(map.id);
  a.set(map.id, "even", "x");
  EXPECT_EQ(watching.tell(), "clear+7 even:->x");
  for (int i = 0; i < 9; ++i) a.set(map.id, std::to_string(i), "x");
  EXPECT_EQ(watching.tell(), "lost") << "more keys than it has room for";
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

// A watcher that never reads must not make writers fail.
TEST_F(WatchesTest, FeedsGoBeforeAWriteIsRefused) {
  const std::string value(1000, 'x');
  for (const char* key : {"a", "b"}) a.set(map.id, key, value);
  Watching watching(b, test::watch_all(map.id, 1 << 20));
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 200'000);
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(a.set(map.id, i % 2 == 0 ? "a" : "b", value + std::to_string(i)), Status::kOk);
  EXPECT_LT(told_bytes(), 200'000);
  EXPECT_GT(engine.stats().overflows, 0U);
  EXPECT_TRUE(watching.tell().starts_with("lost"));
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
}

TEST_F(WatchesTest, AClearedFeedIsGoneThroughOnce) {  // F4
  Watching watching(b, test::watch_all(map.id, 1 << 12, Overflow::kCoalesce));
  for (int i = 0; i < 1 << 12; ++i) {
    a.set(map.id, "k", "x");
    a.clear(map.id);
  }
  a.set(map.id, "k", "last");
  const std::string told = watching.tell();
  EXPECT_TRUE(told.starts_with("clear+")) << told;
  EXPECT_TRUE(told.ends_with("k:->last")) << told;
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

class ListWatches : public WatchesTest {
 protected:
  static Write write(Write::Kind kind, std::uint64_t index, std::string_view value = {}, std::uint64_t count = 0) {
    return {.kind = kind, .key = {}, .value = test::bytes(value), .count = count, .index = index};
  }
  Status change(std::vector<Write> writes) {
    for (Write& each : writes) each.collection = list.id;
    return a.commit(writes);
  }
  using K = Write::Kind;
  const CollectionInfo list =
      a.engine.open(a.thread, {.kind = 3, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
};

TEST_F(ListWatches, WhatLiesTogetherIsOneChange) {
  Watching all(b, test::watch_all(list.id));
  change({write(K::kAppend, 0, "a"), write(K::kAppend, 0, "b"), write(K::kAppend, 0, "c")});
  EXPECT_EQ(all.tell(), "0:->a,b,c");
  change(
      {write(K::kRemove, 1, {}, 1), write(K::kInsert, 1, "x"), write(K::kInsert, 2, "y"), write(K::kAppend, 0, "z")});
  EXPECT_EQ(all.tell(), "1:b>x,y 4:->z");  // a x y c z
  change({write(K::kInsert, 1, "1"), write(K::kInsert, 2, "2"), write(K::kRemove, 3, {}, 2)});
  EXPECT_EQ(all.tell(), "1:x,y>1,2");  // a 1 2 c z
  change({write(K::kSet, 0, "A"), write(K::kSet, 4, "Z"), write(K::kSet, 5, "end")});
  EXPECT_EQ(all.tell(), "0:a>A 4:z>Z 5:->end");
  commit(
      {Client::clear_of(list.id), {.kind = K::kAppend, .collection = list.id, .key = {}, .value = test::bytes("n")}});
  EXPECT_EQ(all.tell(), "clear 0:->n");
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(ListWatches, APlaceIsToldOfWhateverMovesIntoIt) {
  Watching first(b, test::watch_place(list.id, 0));
  Watching second(b, test::watch_place(list.id, 1), {}, true);
  change({write(K::kAppend, 0, "a"), write(K::kAppend, 0, "b")});
  change({write(K::kInsert, 0, "0")});
  change({write(K::kAppend, 0, "c")});
  change({write(K::kRemove, 0, {}, 3)});
  EXPECT_EQ(first.tell(), "0:->a 0:a>0 0:0>c");
  EXPECT_EQ(second.tell(), "1:->- 1:->b 1:b>a 1:a>-");
  commit({Client::clear_of(list.id)});
  EXPECT_EQ(first.tell(), "0:c>-");
  EXPECT_EQ(second.tell(), "");
}

TEST_F(ListWatches, WhatIsRemovedOutlivesTheArray) {  // F1
  Watching all(b, test::watch_all(list.id));
  for (int i = 0; i < 300; ++i) change({write(K::kAppend, 0, std::to_string(i))});
  all.tell();
  change({write(K::kRemove, 10, {}, 200)});
  commit({Client::clear_of(list.id)});
  tend();
  engine.tidy(a.thread);
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
  const std::string told = all.tell();
  EXPECT_TRUE(told.starts_with("10:10,11,12,")) << told;
  EXPECT_TRUE(told.ends_with(",209>- clear")) << told;
}

TEST_F(ListWatches, ChangesOfArraysAreNotMerged) {  // F4
  Watching all(b, test::watch_all(list.id, 2, Overflow::kCoalesce));
  for (int i = 0; i < 3; ++i) change({write(K::kAppend, 0, std::to_string(i))});
  EXPECT_EQ(all.tell(), "lost");
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(ListWatches, WritesToOtherCollectionsAreNotToldOfAsItsOwn) {
  const CollectionInfo second =
      engine.open(a.thread, {.kind = 3, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
  Watching all(b, test::watch_all(list.id));
  Watching beside(b, test::watch_all(second.id));
  const auto append = [](CollectionId id, std::string_view value) {
    return Write{.kind = K::kAppend, .collection = id, .key = {}, .value = test::bytes(value)};
  };
  commit({append(list.id, "0"), append(second.id, "a"), append(list.id, "1"), Client::set_of(map.id, "k", "v")});
  EXPECT_EQ(all.tell(), "0:->0,1");
  EXPECT_EQ(beside.tell(), "0:->a");
  commit({Client::clear_of(list.id), Client::clear_of(second.id), append(second.id, "b")});
  EXPECT_EQ(all.tell(), "clear");
  EXPECT_EQ(beside.tell(), "clear 0:->b");
}

TEST_F(WatchesTest, MergingALargeFeedMustBeWorthIt) {  // F4
  Watching merged(b, test::watch_all(map.id, 128, Overflow::kCoalesce));
  for (int i = 0; i < 129; ++i) a.set(map.id, std::to_string(i % 64), "x");
  EXPECT_EQ(merged.lag(), 129U);
  EXPECT_FALSE(merged.tell().starts_with("lost")) << "half of it is left";
  for (int i = 0; i < 129; ++i) a.set(map.id, std::to_string(i % 65), "x");
  EXPECT_TRUE(merged.tell().starts_with("lost")) << "more than half";
}

TEST_F(WatchesTest, AFeedThatIsEmptyIsNotLostWhenMemoryIsShort) {
  const std::string value(1000, 'x');
  a.set(map.id, "a", value);
  Watching slow(b, test::watch_all(map.id, 1 << 20));
  Watching idle(b, test::watch_all(other.id, 1 << 20));
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory) + 200'000);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(a.set(map.id, "a", value + std::to_string(i)), Status::kOk);
  EXPECT_TRUE(slow.tell().starts_with("lost"));
  EXPECT_EQ(idle.tell(), "");
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

// Which no test can bring about by keys.
TEST(KeyTableTest, KeysOfTheSameHashAreToldApart) {
  Bell bell;
  Watcher watcher(bell);
  KeyTable table;
  const auto add = [&](WatchTicket ticket, std::string_view key, std::uint64_t hash) -> Watch& {
    Watch& watch = watcher.add(ticket, test::watch_key(1));
    watch.key = Key::make(test::bytes(key));
    watch.hash = hash;
    KeyTable::Spare spare = table.prepare();
    EXPECT_TRUE(table.add(watch, spare));
    return watch;
  };
  Watch& first = add(1, "a", 7);
  Watch& beside = add(2, "b", 7);
  Watch& second = add(3, "a", 7);
  Watch& elsewhere = add(4, "a", 8);
  const auto all = [&](std::string_view key, std::uint64_t hash) {
    std::vector<const Watch*> found;
    for (const Watch* each = table.find(hash, test::bytes(key)); each != nullptr; each = KeyTable::next(*each))
      found.push_back(each);
    std::ranges::sort(found);
    return found;
  };
  std::vector<const Watch*> both{&first, &second};
  std::ranges::sort(both);
  EXPECT_EQ(all("a", 7), both);
  EXPECT_EQ(all("b", 7), std::vector<const Watch*>{&beside});
  EXPECT_EQ(all("a", 8), std::vector<const Watch*>{&elsewhere});
  EXPECT_EQ(all("c", 7), std::vector<const Watch*>{});
  for (Watch* watch : {&first, &beside, &second, &elsewhere}) {
    table.remove(*watch);
    Key::let_go(watch->key);
  }
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace heddle
