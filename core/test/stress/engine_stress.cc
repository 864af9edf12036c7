// The engine under real threads: invariants of whole transactions, with the model of a JavaScript thread as reader.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/client.h"
#include "support/js_thread.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::bytes;
using test::Client;
using test::expect_happened;
using test::JsThread;
using test::loops;
using test::run_together;

struct EngineStress : testing::Test {
  Engine engine{1};
  Client setup{engine};
  const CollectionInfo map = setup.open("map");
};

// Money moves between accounts; every body, doomed or not, sees the same total.
TEST_F(EngineStress, TransfersKeepTheTotal) {
  constexpr int kAccounts = 20;
  constexpr int kTotal = kAccounts * 100;
  for (int i = 0; i < kAccounts; ++i) setup.set(map.id, std::to_string(i), "100");
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> conflicts{0};
  std::atomic<std::uint64_t> dooms{0};
  std::atomic<std::uint64_t> audits{0};
  const auto worker = [&](unsigned thread) {
    JsThread self(engine, map);
    auto random = test::random_of(thread);
    const int turns = loops(15'000);
    for (int turn = 0; turn < turns; ++turn) {
      self.begin();
      if (turn % 16 == 0) {
        int total = 0;
        for (int i = 0; i < kAccounts && !self.doomed; ++i) {
          const std::string balance = self.read(std::to_string(i));
          if (!self.doomed) total += std::stoi(balance);
        }
        if (self.doomed) {
          ++dooms;
        } else {
          ASSERT_EQ(total, kTotal);
          ++audits;
        }
        continue;
      }
      const int from = static_cast<int>(random() % kAccounts);
      const int to = (from + 1 + static_cast<int>(random() % (kAccounts - 1))) % kAccounts;
      const std::string a = self.read(std::to_string(from));
      const std::string b = self.read(std::to_string(to));
      if (self.doomed) {
        ++dooms;
        continue;
      }
      if (turn % 64 == 1) std::this_thread::yield();  // a conflict is likelier then
      const int amount = static_cast<int>(random() % 10);
      self.set(std::to_string(from), std::to_string(std::stoi(a) - amount));
      self.set(std::to_string(to), std::to_string(std::stoi(b) + amount));
      ++(self.commit() == Status::kOk ? commits : conflicts);
    }
  };
  run_together([&] { worker(1); }, [&] { worker(2); });
  int total = 0;
  for (int i = 0; i < kAccounts; ++i) total += std::stoi(setup.get(map.id, std::to_string(i)));
  EXPECT_EQ(total, kTotal);
  expect_happened("transfers", commits);
  expect_happened("audits", audits);
  expect_happened("conflicts", conflicts + dooms);
}

// One entry wanders from key to key; deleted keys are reclaimed and their slots reused all the time (R2, C3, T4).
TEST_F(EngineStress, AWanderingEntryIsAlwaysAtOnePlace) {
  constexpr int kPlaces = 6;
  setup.set(map.id, "0", "here");
  std::atomic<bool> done{false};
  std::set<RecordIndex> slots;
  std::uint64_t slots_reused = 0;
  std::uint64_t seen = 0;
  std::uint64_t dooms = 0;
  run_together(
      [&] {
        auto random = test::random_of(1);
        int at = 0;
        const int turns = loops(20'000);
        for (int turn = 0; turn < turns; ++turn) {
          if (turn % 64 == 0) std::this_thread::yield();
          const int next = (at + 1 + static_cast<int>(random() % (kPlaces - 1))) % kPlaces;
          const std::string from = std::to_string(at);
          const std::string to = std::to_string(next);
          Write writes[] = {Client::remove_of(map.id, from), Client::set_of(map.id, to, "here")};
          ASSERT_EQ(setup.commit(writes), Status::kOk);
          if (!slots.insert(writes[1].record).second) ++slots_reused;
          at = next;
        }
        done = true;
      },
      [&] {
        JsThread self(engine, map);
        while (!done) {
          self.begin();
          int places = 0;
          for (int i = 0; i < kPlaces && !self.doomed; ++i) {
            if (i == kPlaces / 2 && seen % 32 == 0) std::this_thread::yield();  // a gap is likelier then
            places += self.read(std::to_string(i)) == "here";
          }
          if (self.doomed) {
            ++dooms;
          } else {
            ASSERT_EQ(places, 1);
            ++seen;
          }
        }
      });
  expect_happened("bodies that read all places", seen);
  expect_happened("bodies that met a gap", dooms);
  expect_happened("records reclaimed", engine.stats().records_reclaimed);
  expect_happened("slots used again", slots_reused);
}

// Scans beside insertion, deletion, moves and clears see one state: as many entries as the size says, in order of
// insertion.
TEST_F(EngineStress, ScansSeeOneState) {
  std::atomic<bool> done{false};
  std::uint64_t scans = 0;
  std::uint64_t clears = 0;
  run_together(
      [&] {
        auto random = test::random_of(1);
        const int turns = loops(20'000);
        for (int turn = 1; turn <= turns; ++turn) {
          const std::string key = std::to_string(random() % 400);
          const std::string value = std::to_string(turn);
          if (random() % 2000 == 0) {
            ++clears;
            ASSERT_EQ(setup.clear(map.id), Status::kOk);
          } else if (random() % 3 == 0) {
            ASSERT_EQ(setup.remove(map.id, key), Status::kOk);
          } else {
            Write write = Client::set_of(map.id, key, value);
            write.move = true;  // so that the order of places is that of values
            ASSERT_EQ(setup.commit(write), Status::kOk);
          }
        }
        done = true;
      },
      [&] {
        Client self(engine);
        while (!done) {
          const auto opened = engine.open_snapshot(self.thread);
          int last = 0;
          std::uint64_t count = 0;
          const ScanResult result =
              engine.scan(self.thread, {.collection = map.id, .snapshot = opened.rv}, [&](const ScanEntry& entry) {
                const int value = std::stoi(test::text(entry.value));
                EXPECT_GT(value, last);
                EXPECT_LE(entry.version, opened.rv);
                last = value;
                ++count;
                return true;
              });
          ASSERT_EQ(result.status, Status::kOk);
          ASSERT_TRUE(result.done);
          ASSERT_EQ(self.size(map.id, opened.rv, true), count);
          engine.close_snapshot(self.thread, opened.slot);
          ++scans;
        }
      });
  expect_happened("scans", scans);
  expect_happened("clears", clears);
  expect_happened("versions dropped", engine.stats().versions_dropped);
}

// Two threads insert and delete in one map: the index grows, gaps are met, nothing is lost.
TEST_F(EngineStress, TwoInserters) {
  const int turns = loops(20'000);
  std::atomic<std::uint64_t> deleted{0};
  const auto worker = [&](unsigned thread) {
    Client self(engine);
    auto random = test::random_of(thread);
    const std::string mine = thread == 1 ? "a" : "b";
    for (int turn = 0; turn < turns; ++turn) {
      ASSERT_EQ(self.set(map.id, mine + std::to_string(turn), "x"), Status::kOk);
      ASSERT_EQ(self.set(map.id, "both" + std::to_string(random() % 10), "x"), Status::kOk);
      if (turn % 4 != 0) continue;
      ASSERT_EQ(self.remove(map.id, mine + std::to_string(turn / 2)), Status::kOk);
      ++deleted;
    }
  };
  run_together([&] { worker(1); }, [&] { worker(2); });
  const auto entries = setup.entries(map.id);
  EXPECT_EQ(entries.size(), setup.size(map.id));
  EXPECT_EQ(entries.size(), 2U * static_cast<std::size_t>(turns) + 10 - deleted);
  expect_happened("deletions", deleted);
}

// Unregistered readers of old snapshots: every answer is right at the snapshot or refused (L3).
TEST_F(EngineStress, OldSnapshotsAreRightOrRefused) {
  constexpr int kKeys = 8;
  const auto set_all = [&](int value) {
    std::array<std::string, kKeys> keys;
    std::vector<Write> writes;
    const std::string text = std::to_string(value);
    for (int i = 0; i < kKeys; ++i) {
      keys[i] = std::to_string(i);
      writes.push_back(Client::set_of(map.id, keys[i], text));
    }
    ASSERT_EQ(setup.commit(writes), Status::kOk);
  };
  set_all(0);
  const Seq first = engine.published();
  std::atomic<bool> done{false};
  std::uint64_t gaps = 0;
  std::uint64_t newer = 0;
  std::uint64_t right = 0;
  run_together(
      [&] {
        const int turns = loops(15'000);
        for (int turn = 1; turn <= turns; ++turn) set_all(turn);
        done = true;
      },
      [&] {
        Client self(engine);
        auto random = test::random_of(2);
        std::optional<Snapshots::Opened> held;
        while (!done) {
          // Snapshots that come and go leave versions with gaps between them.
          if (random() % 4 == 0) {
            if (held) engine.close_snapshot(self.thread, held->slot);
            held = engine.open_snapshot(self.thread);
          }
          const bool registered = held && random() % 2 == 0;
          const Seq rv = registered ? held->rv : engine.published() - random() % 2;
          if (rv < first) continue;
          const auto loaded = self.load(map.id, std::to_string(random() % kKeys), rv, registered);
          if (loaded.status == Status::kGap) {
            ++gaps;
          } else if (loaded.status == Status::kNewer) {
            ++newer;
          } else {
            ASSERT_EQ(loaded.status, Status::kOk);
            ASSERT_EQ(loaded.value, std::to_string(rv - first));
            ++right;
          }
          ASSERT_TRUE(!registered || loaded.status == Status::kOk) << "a registered reader was refused";
        }
        if (held) engine.close_snapshot(self.thread, held->slot);
      });
  expect_happened("reads that were right", right);
  expect_happened("reads refused as too old", gaps + newer);
}

// Collections are opened, filled, cleared and destroyed by name from two threads at once.
TEST_F(EngineStress, CollectionsComeAndGo) {
  std::atomic<std::uint64_t> created{0};
  std::atomic<std::uint64_t> destroyed{0};
  std::atomic<std::uint64_t> refused{0};
  const auto worker = [&](unsigned thread) {
    auto random = test::random_of(thread);
    const int turns = loops(1500);
    for (int turn = 0; turn < turns; ++turn) {
      Client self(engine);  // threads come and go as well
      const auto opened = self.open("name" + std::to_string(random() % 3));
      if (opened.created) ++created;
      for (int i = 0; i < 20; ++i) {
        const Status status = random() % 10 == 0 ? self.clear(opened.id) : self.set(opened.id, std::to_string(i), "x");
        ASSERT_TRUE(status == Status::kOk || status == Status::kDestroyed);
        if (status == Status::kDestroyed) ++refused;
        const auto loaded = self.load(opened.id, std::to_string(random() % 20));
        ASSERT_TRUE(loaded.status == Status::kDestroyed || loaded.absent || loaded.value == "x");
        if (i % 8 == 0) std::this_thread::yield();  // so that the other one gets between
      }
      if (random() % 2 == 0 && engine.destroy(self.thread, opened.id)) ++destroyed;
    }
  };
  run_together([&] { worker(1); }, [&] { worker(2); });
  expect_happened("collections created", created);
  expect_happened("collections destroyed", destroyed);
  expect_happened("operations on a destroyed one refused", refused);
  expect_happened("records reclaimed", engine.stats().records_reclaimed);
}

// Worn slots are left for fresh ones beside readers (R3).
TEST_F(EngineStress, RecordsMoveOutOfWornSlots) {
  setup.set(map.id, "a", "0");
  setup.set(map.id, "b", "0");
  std::atomic<bool> done{false};
  std::uint64_t moves = 0;
  std::uint64_t reads = 0;
  run_together(
      [&] {
        const int turns = loops(20'000);
        for (int turn = 1; turn <= turns; ++turn) {
          const RecordIndex before = setup.load(map.id, "a").record;
          if (turn % 8 == 0) engine.records().stamp(before).store(RecordTable::kLastStamp);
          const std::string value = std::to_string(turn);
          Write writes[] = {Client::set_of(map.id, "a", value), Client::set_of(map.id, "b", value)};
          ASSERT_EQ(setup.commit(writes), Status::kOk);
          if (writes[0].record != before) ++moves;
        }
        done = true;
      },
      [&] {
        JsThread self(engine, map);
        while (!done) {
          self.begin();
          const std::string a = self.read("a");
          const std::string b = self.read("b");
          if (self.doomed) continue;
          ASSERT_EQ(a, b);
          ++reads;
        }
      });
  expect_happened("moves to a fresh slot", moves);
  expect_happened("reads beside them", reads);
}

}  // namespace
}  // namespace heddle
