// What the process may hold, and that the running totals are what a recount finds.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::Client;

class LimitsTest : public test::EngineTest {
 protected:
  std::int64_t held() const { return engine.stats().memory; }
  void let_hold(std::int64_t more) { engine.limit_memory(static_cast<std::uint64_t>(held() + more)); }

  void expect_recount() {
    EXPECT_EQ(held(), engine.recount(a.thread));
    for (const auto& collection : {map, other}) {
      if (const auto memory = engine.memory(a.thread, collection.id)) {
        EXPECT_EQ(*memory, *engine.recount(a.thread, collection.id));
      }
    }
  }
};

TEST_F(LimitsTest, TheProcessIsLimitedAndTheTransactionUndone) {
  ASSERT_EQ(a.set(map.id, "key", "small"), Status::kOk);
  let_hold(500);
  const std::string large(1000, 'x');
  Write writes[] = {Client::set_of(other.id, "key", "x"), Client::set_of(map.id, "key", large)};
  EXPECT_EQ(a.commit(writes), Status::kProcessLimit);
  EXPECT_EQ(a.get(map.id, "key"), "small");
  EXPECT_EQ(a.get(other.id, "key"), "-");
  EXPECT_EQ(a.set(map.id, "key", "tiny"), Status::kOk) << "what does not grow is not refused";
  engine.limit_memory(Budget::kUnlimited);
  EXPECT_EQ(a.commit(writes), Status::kOk);
  expect_recount();
}

TEST_F(LimitsTest, AnUpdateInPlaceIsLimitedAsWell) {
  ASSERT_EQ(a.set(map.id, "key", "small"), Status::kOk);
  const auto loaded = a.load(map.id, "key");
  let_hold(100);
  const std::string large(1000, 'x');
  Write write = Client::set_of(map.id, "", large);
  write.record = loaded.record;
  write.incarnation = loaded.incarnation;
  EXPECT_EQ(a.commit(write), Status::kProcessLimit);
  EXPECT_EQ(a.get(map.id, "key"), "small");
}

TEST_F(LimitsTest, DeletionsAreNeverRefused) {
  for (int i = 0; i < 20; ++i) a.set(map.id, std::to_string(i), "x");
  engine.limit_memory(0);
  EXPECT_EQ(a.set(map.id, "new", "x"), Status::kProcessLimit);
  EXPECT_EQ(a.remove(map.id, "3"), Status::kOk);
  EXPECT_EQ(a.clear(map.id), Status::kOk);
  expect_recount();
}

TEST_F(LimitsTest, WhatASnapshotHoldsCountsAgainstTheProcess) {
  const std::string value(1000, 'x');
  a.set(map.id, "key", value);
  const auto before = held();
  hold_snapshot();
  a.set(map.id, "key", value);
  EXPECT_GE(held() - before, 1000);
  a.set(map.id, "key", value);
  EXPECT_LT(held() - before, 2000) << "one old version a snapshot";
  let_hold(500);
  EXPECT_EQ(a.set(map.id, "key", value), Status::kProcessLimit) << "it would be held as well, for a moment";
  b.engine.close_snapshot(b.thread, b.thread.snapshots.back());
  EXPECT_EQ(a.set(map.id, "key", value), Status::kOk);
  tend();
  EXPECT_LE(held(), before + 400);
  expect_recount();
}

TEST_F(LimitsTest, WhatOnlyWaitsToBeSweptIsNoReasonToRefuse) {
  constexpr int kMany = 3000;
  std::vector<std::string> keys;
  std::vector<Write> writes;
  for (int i = 0; i < kMany; ++i) keys.push_back(std::to_string(i));
  for (const auto& key : keys) writes.push_back(Client::set_of(map.id, key, "x"));
  ASSERT_EQ(a.commit(writes), Status::kOk);
  let_hold(1000);
  ASSERT_EQ(a.clear(map.id), Status::kOk);
  EXPECT_EQ(a.commit(writes), Status::kOk);
  expect_recount();
}

TEST_F(LimitsTest, TidyingTakesEverythingAway) {
  const auto empty = held();
  for (int i = 0; i < 2000; ++i) a.set(map.id, std::to_string(i), "x");
  const auto anonymous = a.open();
  a.set(anonymous.id, "key", "x");
  engine.destroy(a.thread, anonymous.id);
  a.clear(map.id);
  while (engine.tidy(a.thread)) {
  }
  EXPECT_EQ(held(), empty);
  expect_recount();
}

TEST_F(LimitsTest, TotalsAreWhatARecountFindsAfterAnyHistory) {
  auto random = test::random_of(0);
  std::uint64_t refused = 0;
  for (int step = 0; step < test::loops(4000); ++step) {
    const std::string key = std::to_string(random() % 24);
    const std::string value(random() % 400, 'v');
    const CollectionId id = (random() % 4 == 0 ? other : map).id;
    switch (random() % 12) {
      case 0:
        a.clear(id);
        break;
      case 1:
      case 2:
        a.remove(id, key);
        break;
      case 3:
        if (b.thread.snapshots.size() < 3) engine.open_snapshot(b.thread);
        break;
      case 4:
        if (!b.thread.snapshots.empty()) engine.close_snapshot(b.thread, b.thread.snapshots.front());
        break;
      case 5:
        let_hold(static_cast<std::int64_t>(random() % 2000));
        break;
      case 6: {
        const auto passing = b.open();
        b.set(passing.id, key, value);
        engine.destroy(b.thread, passing.id);
        break;
      }
      default: {
        Write again = Client::set_of(id, key, value);
        again.move = random() % 4 == 0;
        refused += a.commit(again) == Status::kProcessLimit ? 1 : 0;
      }
    }
    if (step % 50 == 0) expect_recount();
  }
  expect_recount();
  test::expect_happened("refused at the limit of the process", refused);
}

}  // namespace
}  // namespace heddle
