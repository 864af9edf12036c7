// Arrays: what commits do to them and what snapshots see. N1–N5 are the invariants of heddle/collections/list.h.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;

class ListTest : public test::EngineTest {
 protected:
  using Elements = std::vector<std::string>;

  static Write write(Write::Kind kind, CollectionId id, std::uint64_t index, std::string_view value = {},
                     std::uint64_t count = 0) {
    return {.kind = kind, .collection = id, .key = {}, .value = test::bytes(value), .count = count, .index = index};
  }
  Status append(std::string_view value) { return commit({write(Write::Kind::kAppend, list.id, 0, value)}); }
  Status set(std::uint64_t index, std::string_view value) {
    return commit({write(Write::Kind::kSet, list.id, index, value)});
  }
  Status remove(std::uint64_t index, std::uint64_t count) {
    return commit({write(Write::Kind::kRemove, list.id, index, {}, count)});
  }
  Status insert(std::uint64_t index, const Elements& values) {
    std::vector<Write> writes;
    for (std::size_t i = 0; i < values.size(); ++i)
      writes.push_back(write(Write::Kind::kInsert, list.id, index + i, values[i]));
    return commit(std::move(writes));
  }
  Status commit(std::vector<Write> writes) { return a.commit(writes); }

  PeekResult peek(std::uint64_t index, std::string& value, Seq snapshot = kLatest) {
    std::array<std::byte, 64> out;
    const PeekResult result =
        engine.peek(b.thread, {.collection = list.id, .index = index, .snapshot = snapshot, .out = out});
    value = result.absent ? "-" : test::text(Bytes(out).first(result.length));
    return result;
  }
  std::string get(std::uint64_t index) {
    std::string value;
    peek(index, value);
    return value;
  }
  Elements all(Seq snapshot) {
    Elements found;
    const WalkResult result = engine.walk(b.thread, {.collection = list.id, .to = kForever, .snapshot = snapshot},
                                          [&](const Version& element) {
                                            found.push_back(test::text(element.bytes()));
                                            return true;
                                          });
    EXPECT_EQ(result.status, Status::kOk);
    return found;
  }
  Elements all() { return all(engine.published()); }
  void expect_accounts() {
    EXPECT_EQ(engine.memory(a.thread, list.id), engine.recount(a.thread, list.id));
    EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
  }

  const CollectionInfo list =
      engine.open(a.thread, {.kind = 5, .name = "list", .structure = Structure::kList, .limits = {}, .options = {}});
};

TEST_F(ListTest, GrowsAtTheEnd) {
  const unsigned count = List::kLeafItems * List::kFan * 3 + 1;
  for (unsigned i = 0; i < count; ++i) ASSERT_EQ(append(std::to_string(i)), Status::kOk);
  EXPECT_EQ(a.size(list.id), count);
  for (const unsigned i : {0U, 1U, List::kLeafItems - 1, List::kLeafItems, count / 2, count - 1})
    EXPECT_EQ(get(i), std::to_string(i));
  EXPECT_EQ(get(count), "-");
  const Elements found = all();
  for (unsigned i = 0; i < count; ++i) ASSERT_EQ(found[i], std::to_string(i));
  expect_accounts();
}

TEST_F(ListTest, ASnapshotSeesNeitherWhatIsAppendedNorWhatIsSet) {  // N1
  for (int i = 0; i < 100; ++i) append(std::to_string(i));
  const Elements before = all();
  const Seq old = hold_snapshot();
  append("new");
  set(50, "changed");
  remove(0, 60);
  insert(3, {"x", "y"});
  EXPECT_EQ(all(old), before);
  EXPECT_EQ(a.size(list.id), 43U);
  EXPECT_EQ(get(3), "x");
  expect_accounts();
}

TEST_F(ListTest, RefusesIndexesBeyondTheEnd) {
  append("0");
  EXPECT_EQ(set(1, "1"), Status::kOk) << "appends";
  EXPECT_EQ(set(3, "x"), Status::kOutOfRange);
  EXPECT_EQ(remove(1, 2), Status::kOutOfRange);
  EXPECT_EQ(insert(3, {"x"}), Status::kOutOfRange);
  EXPECT_EQ(insert(2, {"2"}), Status::kOk);
  EXPECT_EQ(all(), (Elements{"0", "1", "2"}));
  // From back to front.
  EXPECT_EQ(commit({write(Write::Kind::kRemove, list.id, 1, {}, 1), write(Write::Kind::kRemove, list.id, 0, {}, 1)}),
            Status::kOutOfRange);
  EXPECT_EQ(all(), (Elements{"0", "1", "2"}));
  Write key = Client::set_of(list.id, "key", "x");
  key.index = 9;
  EXPECT_EQ(a.commit(key), Status::kOutOfRange);
  Write take{.kind = Write::Kind::kTake, .collection = list.id, .key = {}, .value = {}, .count = 1};
  EXPECT_EQ(a.commit(take), Status::kBadRequest);
}

TEST_F(ListTest, SetsOfWhatHasGoneAppend) {
  const std::size_t count = List::kLeafItems * 200;
  std::vector<Write> sets;
  for (std::size_t i = 0; i < count; ++i) sets.push_back(write(Write::Kind::kSet, list.id, i, "x"));
  ASSERT_EQ(a.commit(sets), Status::kOk);
  EXPECT_EQ(a.size(list.id), count);
  ASSERT_EQ(remove(1, count - 2), Status::kOk);
  ASSERT_EQ(a.commit(sets), Status::kOk);
  EXPECT_EQ(a.size(list.id), count);
  expect_accounts();
}

TEST_F(ListTest, WritesComeInTheirOrder) {
  for (int i = 0; i < 5; ++i) append(std::to_string(i));
  using Kind = Write::Kind;
  const auto removal = write(Kind::kRemove, list.id, 0, {}, 3);
  EXPECT_EQ(commit({removal, write(Kind::kSet, list.id, 4, "x")}), Status::kOutOfRange);
  EXPECT_EQ(commit({write(Kind::kSet, list.id, 1, "x"), write(Kind::kSet, list.id, 1, "y")}), Status::kOutOfRange);
  EXPECT_EQ(commit({write(Kind::kAppend, list.id, 0, "x"), removal}), Status::kOutOfRange);
  EXPECT_EQ(commit({write(Kind::kRemove, list.id, 1, {}, ~std::uint64_t{0})}), Status::kOutOfRange);
  EXPECT_EQ(all(), (Elements{"0", "1", "2", "3", "4"}));
  expect_accounts();
}

TEST_F(ListTest, ElementsArePredicates) {  // N5
  for (int i = 0; i < 10; ++i) append("same");
  std::string value;
  const auto predicate = [&](std::uint64_t index) {
    return Predicate{Predicate::Kind::kElement, list.id, {}, peek(index, value).serial, index};
  };
  const Predicate third = predicate(3);
  Write mark = Client::set_of(map.id, "key", "x");
  set(2, "other"), append("more");
  EXPECT_EQ(a.commit(mark, {}, {&third, 1}), Status::kOk);
  EXPECT_EQ(engine.extend(a.thread, {}, {&third, 1}, kNoSlot, false).status, Status::kOk);
  remove(0, 1);  // what is there now has the same value
  EXPECT_EQ(a.commit(mark, {}, {&third, 1}), Status::kConflict);
  EXPECT_EQ(engine.extend(a.thread, {}, {&third, 1}, kNoSlot, false).status, Status::kConflict);
  const Predicate again = predicate(3);
  set(3, "same");
  EXPECT_EQ(a.commit(mark, {}, {&again, 1}), Status::kConflict);
  const Predicate last = predicate(9);
  remove(9, 1);
  EXPECT_EQ(a.commit(mark, {}, {&last, 1}), Status::kConflict);
}

TEST_F(ListTest, ManyChangesInOneCommit) {
  for (int i = 0; i < 10; ++i) append(std::to_string(i));
  using Kind = Write::Kind;
  EXPECT_EQ(commit({write(Kind::kSet, list.id, 9, "nine"), write(Kind::kRemove, list.id, 0, {}, 2),
                    write(Kind::kInsert, list.id, 0, "a"), write(Kind::kRemove, list.id, 4, {}, 1),
                    write(Kind::kInsert, list.id, 4, "b"), write(Kind::kInsert, list.id, 5, "c"),
                    write(Kind::kAppend, list.id, 0, "end")}),
            Status::kOk);
  EXPECT_EQ(all(), (Elements{"a", "2", "3", "4", "b", "c", "6", "7", "8", "nine", "end"}));
  expect_accounts();
}

// Found by core/fuzz/transactions.
TEST_F(ListTest, WhatIsSetAndRemovedInOneCommitIsCountedOnce) {
  using Kind = Write::Kind;
  for (int i = 0; i < 10; ++i) append("x");
  ASSERT_EQ(commit({write(Kind::kSet, list.id, 1, std::string(50, 's')), write(Kind::kSet, list.id, 3, "yy"),
                    write(Kind::kRemove, list.id, 0, {}, 2), write(Kind::kRemove, list.id, 1, {}, 4)}),
            Status::kOk);
  EXPECT_EQ(all(), Elements(4, "x"));
  expect_accounts();
}

TEST_F(ListTest, AClearIsOfOneMoment) {
  for (int i = 0; i < 300; ++i) append(std::to_string(i));
  const auto opened = engine.open_snapshot(b.thread);
  using Kind = Write::Kind;
  ASSERT_EQ(commit({write(Kind::kClear, list.id, 0), write(Kind::kAppend, list.id, 0, "first")}), Status::kOk);
  EXPECT_EQ(all(), Elements{"first"});
  EXPECT_EQ(all(opened.rv).size(), 300U);
  expect_accounts();
  engine.close_snapshot(b.thread, opened.slot);
  const std::int64_t kept = engine.stats().memory;
  tend();
  EXPECT_LT(engine.stats().memory, kept - 300 * 64);
  expect_accounts();
}

TEST_F(ListTest, WhatNoSnapshotNeedsGoes) {  // N4
  for (int i = 0; i < 200; ++i) append(std::to_string(i));
  const std::int64_t before = engine.stats().memory;
  const auto opened = engine.open_snapshot(b.thread);
  for (int round = 0; round < 50; ++round) {
    for (std::uint64_t i = 0; i < 200; i += 20) set(i, "round " + std::to_string(round));
  }
  // One old version for each of ten elements, and the nodes on the way to them; not fifty.
  EXPECT_LT(engine.stats().memory, before + 10 * 200 + 10 * List::kNodeBytes);
  EXPECT_EQ(all(opened.rv)[20], "20");
  expect_accounts();
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  expect_accounts();
}

TEST_F(ListTest, MemoryOfADestroyedArrayComesBack) {
  tend();
  const std::int64_t before = engine.stats().memory;
  const CollectionInfo fresh =
      engine.open(a.thread, {.kind = 5, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
  std::vector<Write> writes(5000, write(Write::Kind::kAppend, fresh.id, 0, "element"));
  ASSERT_EQ(a.commit(writes), Status::kOk);
  Write drop = write(Write::Kind::kRemove, fresh.id, 10, {}, 1000);
  ASSERT_EQ(a.commit(drop), Status::kOk);
  engine.destroy(a.thread, fresh.id);
  while (engine.tidy(a.thread)) {  // nobody commits any more
  }
  EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
  EXPECT_LE(engine.stats().memory, before + 1024);
}

TEST_F(ListTest, LimitsCountElements) {
  const CollectionInfo few = engine.open(
      a.thread, {.kind = 5, .name = {}, .structure = Structure::kList, .limits = {.max_entries = 2}, .options = {}});
  std::vector<Write> three(3, write(Write::Kind::kAppend, few.id, 0, "x"));
  EXPECT_EQ(a.commit(three), Status::kEntriesLimit);
  std::vector<Write> two(2, write(Write::Kind::kAppend, few.id, 0, "x"));
  EXPECT_EQ(a.commit(two), Status::kOk);
  Write swap[] = {write(Write::Kind::kRemove, few.id, 0, {}, 1), write(Write::Kind::kAppend, few.id, 0, "y")};
  EXPECT_EQ(a.commit(swap), Status::kOk);
  EXPECT_EQ(a.size(few.id), 2U);
}

// Random edits against a vector, with snapshots held on the way, at every size of tree.
TEST_F(ListTest, DoesWhatAVectorDoes) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    Elements model = all();
    std::map<Seq, std::pair<SnapshotSlot, Elements>> held;
    int removals = 0;
    for (int step = 0; step < 1500; ++step) {
      const std::string value = std::to_string(seed) + ":" + std::to_string(step);
      const std::size_t what = below(100);
      if (what < 30) {
        ASSERT_EQ(append(value), Status::kOk);
        model.push_back(value);
      } else if (what < 45 && !model.empty()) {
        const std::size_t at = below(model.size());
        ASSERT_EQ(set(at, value), Status::kOk);
        model[at] = value;
      } else if (what < 70) {
        const std::size_t at = below(model.size() + 1);
        const Elements values(1 + below(what < 50 ? 200 : 3), value);
        ASSERT_EQ(insert(at, values), Status::kOk);
        model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), values.begin(), values.end());
      } else if (what < 90 && !model.empty()) {
        const std::size_t at = below(model.size());
        const std::size_t count = 1 + below(std::min<std::size_t>(model.size() - at, what < 75 ? 500 : 4));
        ASSERT_EQ(remove(at, count), Status::kOk);
        const auto from = model.begin() + static_cast<std::ptrdiff_t>(at);
        model.erase(from, from + static_cast<std::ptrdiff_t>(count));
        ++removals;
      } else if (what < 95) {
        const auto opened = engine.open_snapshot(b.thread);
        if (!held.try_emplace(opened.rv, opened.slot, model).second) engine.close_snapshot(b.thread, opened.slot);
      } else if (!held.empty()) {
        auto chosen = std::next(held.begin(), static_cast<std::ptrdiff_t>(below(held.size())));
        ASSERT_EQ(all(chosen->first), chosen->second.second) << "seed " << seed << ", step " << step;
        engine.close_snapshot(b.thread, chosen->second.first);
        held.erase(chosen);
      }
      if (step % 50 == 0) {
        ASSERT_EQ(all(), model) << "seed " << seed << ", step " << step;
        ASSERT_EQ(engine.memory(a.thread, list.id), engine.recount(a.thread, list.id));
        ASSERT_EQ(engine.stats().memory, engine.recount(a.thread)) << "seed " << seed << ", step " << step;
      }
    }
    EXPECT_EQ(all(), model);
    EXPECT_GT(removals, 100);
    for (const auto& [rv, snapshot] : held) engine.close_snapshot(b.thread, snapshot.first);
  }
}

TEST_F(ListTest, PredicatesDoNotHoldOfWhatIsNotThere) {  // N5
  append("0");
  const auto extend = [&](const Predicate& predicate) {
    return engine.extend(a.thread, {}, {&predicate, 1}, kNoSlot, false).status;
  };
  const Predicate beyond{Predicate::Kind::kElement, list.id, {}, 0, 7};
  EXPECT_EQ(extend(beyond), Status::kConflict);
  a.set(map.id, "key", "x");
  const Predicate absent{Predicate::Kind::kAbsent, map.id, test::bytes("key"), 0};
  EXPECT_EQ(extend(absent), Status::kConflict);
  const Predicate other_key{Predicate::Kind::kAbsent, map.id, test::bytes("other"), 0};
  EXPECT_EQ(extend(other_key), Status::kOk);
  engine.destroy(a.thread, list.id);
  engine.destroy(a.thread, map.id);
  const Predicate size{Predicate::Kind::kSize, map.id, {}, 1};
  for (const Predicate& gone : {beyond, absent, size}) EXPECT_EQ(extend(gone), Status::kDestroyed);
}

TEST_F(ListTest, ElementsAreSetAsTheyWereAtFirst) {
  for (int i = 0; i < 3; ++i) append(std::to_string(i));
  using K = Write::Kind;
  EXPECT_EQ(commit({write(K::kRemove, list.id, 0, {}, 1), write(K::kInsert, list.id, 0, "x"),
                    write(K::kSet, list.id, 1, "y")}),
            Status::kOutOfRange)
      << "as long as before, and not the same";
  EXPECT_EQ(all(), (Elements{"0", "1", "2"}));
  expect_accounts();
}

TEST_F(ListTest, InsertionsIntoTwoArraysAreNotNextToEachOther) {
  const CollectionInfo second =
      engine.open(a.thread, {.kind = 5, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
  using K = Write::Kind;
  for (int i = 0; i < 200; ++i) {
    append("x");
    commit({write(K::kAppend, second.id, 0, "x")});
  }
  a.thread.nodes.clear();  // so that what was foreseen has to be enough
  ASSERT_EQ(commit({write(K::kInsert, list.id, 100, "y"), write(K::kInsert, second.id, 101, "z")}), Status::kOk);
  EXPECT_EQ(get(100), "y");
  EXPECT_EQ(a.size(second.id), 201U);
  expect_accounts();
}

TEST_F(ListTest, WhatARefusedCommitHadPreparedIsGivenBack) {
  for (int i = 0; i < 5000; ++i) append("x");
  std::vector<Write> writes;
  for (std::uint64_t i = 0; i < 5000; i += 10) writes.push_back(write(Write::Kind::kInsert, list.id, i, "y"));
  writes.push_back(write(Write::Kind::kRemove, list.id, 9000, {}, 1));
  EXPECT_EQ(commit(writes), Status::kOutOfRange);
  EXPECT_LE(a.thread.nodes.size(), 128U);
  EXPECT_GT(a.thread.nodes.size(), 0U);
  writes.pop_back();
  EXPECT_EQ(commit(writes), Status::kOk);
  EXPECT_EQ(a.size(list.id), 5500U);
  expect_accounts();
}

}  // namespace
}  // namespace heddle
