// The lock-free pieces under real threads and, above all, under the sanitizers: a race or a use after free shows there.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "heddle/collections/hash_index.h"
#include "heddle/collections/order_log.h"
#include "heddle/sync/epoch.h"
#include "heddle/sync/sequencer.h"
#include "heddle/txn/snapshots.h"
#include "support/epochs.h"
#include "support/keyed_records.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::bytes;
using test::expect_happened;
using test::loops;
using test::run_together;

// E1, E2: the reader follows a pointer that the writer keeps replacing.
TEST(ComponentStress, EpochsKeepWhatReadersHold) {
  struct Object {
    explicit Object(std::uint64_t v) : value(v), twin(v) {}
    ~Object() { twin = 0; }
    std::uint64_t value;
    std::uint64_t twin;
  };
  static std::atomic<std::uint64_t> freed;
  freed = 0;
  std::uint64_t held_across = 0;
  {
    Epochs epochs;
    auto& writer = epochs.join();
    auto& reader = epochs.join();
    atomic<Object*> shared{new Object(1)};
    std::atomic<bool> done{false};
    run_together(
        [&] {
          const int turns = loops(100'000);
          for (int turn = 0; turn < turns; ++turn) {
            {
              const EpochPin pin(epochs, writer);
              Object* old =
                  shared.exchange(new Object(static_cast<std::uint64_t>(turn) + 2), std::memory_order_acq_rel);
              epochs.retire(writer, nullptr, reinterpret_cast<std::uintptr_t>(old),
                            [](Stock&, void*, std::uintptr_t what) {
                              delete reinterpret_cast<Object*>(what);
                              ++freed;
                            });
            }
            epochs.collect(writer);
          }
          done = true;
        },
        [&] {
          while (!done) {
            const EpochPin pin(epochs, reader);
            const Object* object = shared.load(std::memory_order_acquire);
            const std::uint64_t before = freed;
            for (int i = 0; i < 50; ++i) ASSERT_EQ(object->value, object->twin);
            if (freed != before) ++held_across;
          }
        });
    expect_happened("objects freed while threads ran", freed);
    delete shared.load();
  }
  std::cout << "  reads with a reclamation in their middle: " << held_across << '\n';
}

// H1–H4: a fixed set of keys is found at all times while others come and go and the table grows.
TEST(ComponentStress, TheIndexFindsEveryKeyWhileItGrows) {
  constexpr int kFixed = 64;
  const auto hash_of = [](const std::string& key) { return std::hash<std::string>{}(key)*0x9E3779B97F4A7C15; };
  test::KeyedRecords records;
  Epochs epochs;
  auto& writer = epochs.join();
  auto& reader = epochs.join();
  auto index = std::make_unique<HashIndex>(records.table);
  std::vector<RecordIndex> fixed;
  std::uint64_t growths = 0;
  const auto insert = [&](const std::string& key) {
    const RecordIndex record = records.add(hash_of(key), key);
    auto spare = index->prepare(1);
    const EpochPin pin(epochs, writer);
    const bool before = index->migrating();
    if (spare) index->grow_for(epochs, writer, 1, *spare);
    if (!before && index->migrating()) ++growths;
    index->insert(epochs, writer, hash_of(key), record);
    return record;
  };
  for (int i = 0; i < kFixed; ++i) fixed.push_back(insert("fixed" + std::to_string(i)));
  std::atomic<bool> done{false};
  std::uint64_t found = 0;
  run_together(
      [&] {
        auto random = test::random_of(1);
        std::vector<std::pair<std::string, RecordIndex>> extra;
        const int turns = loops(60'000);
        for (int turn = 0; turn < turns; ++turn) {
          if (extra.size() < 50 || random() % 100 < 60) {
            const std::string key = std::to_string(turn);
            extra.emplace_back(key, insert(key));
          } else {
            std::swap(extra[random() % extra.size()], extra.back());
            const EpochPin pin(epochs, writer);
            index->erase(hash_of(extra.back().first), extra.back().second);
            extra.pop_back();
          }
          epochs.collect(writer);
        }
        done = true;
      },
      [&] {
        std::vector<std::string> keys;
        for (int i = 0; i < kFixed; ++i) keys.push_back("fixed" + std::to_string(i));
        for (std::size_t i = 0; !done; ++i) {
          const EpochPin pin(epochs, reader);
          const std::string& key = keys[i % kFixed];
          ASSERT_EQ(index->find(hash_of(key), bytes(key)), fixed[i % kFixed]);
          ++found;
        }
      });
  expect_happened("growths", growths);
  expect_happened("reads beside them", found);
}

// O1–O3: entries that stay are seen once and in order while others are appended, killed and compacted away.
TEST(ComponentStress, AWalkSeesWhatStays) {
  constexpr RecordIndex kStays = 1'000'000;
  Epochs epochs;
  auto& writer = epochs.join();
  auto& reader = epochs.join();
  OrderLog log;
  std::atomic<std::uint64_t> end{0};
  std::atomic<std::uint64_t> stay{0};
  std::atomic<bool> done{false};
  std::uint64_t compactions = 0;
  std::uint64_t walks = 0;
  run_together(
      [&] {
        const int turns = loops(40'000);
        for (int turn = 0; turn < turns; ++turn) {
          const bool stays = turn % 64 == 0;
          {
            const auto spare = log.prepare(1);
            const EpochPin pin(epochs, writer);
            const auto position = log.append(epochs, writer, stays ? kStays : RecordIndex{7}, spare.get());
            if (stays) ++stay;
            end = position + 1;
            if (!stays) log.kill(position);
          }
          if (log.sparse()) {
            auto room = log.prepare_compaction();
            const EpochPin pin(epochs, writer);
            log.compact(epochs, writer, std::move(room));
            ++compactions;
          }
          epochs.collect(writer);
        }
        done = true;
      },
      [&] {
        while (!done) {
          const EpochPin pin(epochs, reader);
          const std::uint64_t at_least = stay;
          const std::uint64_t to = end;
          std::uint64_t seen = 0;
          std::uint64_t last = 0;
          log.walk(0, to, [&](OrderLog::Entry entry) {
            EXPECT_TRUE(seen == 0 || entry.position > last);
            last = entry.position;
            if (entry.record == kStays) ++seen;
            return true;
          });
          ASSERT_GE(seen + 1, at_least);  // one may have been counted and its end not yet stored
          ++walks;
        }
      });
  expect_happened("compactions", compactions);
  expect_happened("walks beside them", walks);
}

// S1–S3: nothing that an open snapshot needs is dropped.
TEST(ComponentStress, SnapshotsKeepWhatTheyNeed) {
  const int turns = loops(100'000);
  Sequencer sequencer;
  Snapshots snapshots{sequencer};
  std::vector<std::atomic<bool>> dropped(static_cast<std::size_t>(turns));  // version n lives for [n, n + 1)
  std::atomic<bool> done{false};
  std::uint64_t kept = 0;
  std::uint64_t moves = 0;
  run_together(
      [&] {
        std::vector<Seq> waiting;
        Snapshots::View view;
        for (int turn = 0; turn < turns; ++turn) {
          if (turn % 64 == 0) std::this_thread::yield();
          const Seq commit = sequencer.next();
          sequencer.publish(commit);
          snapshots.gather(view);
          waiting.push_back(commit - 1);
          std::erase_if(waiting, [&](Seq version) {
            if (view.needs(version, version + 1)) return ++kept, false;
            dropped[version].store(true, std::memory_order_release);
            return true;
          });
        }
        done = true;
      },
      [&] {
        const auto kept_at = [&](Seq rv) {
          return rv == dropped.size() || !dropped[rv].load(std::memory_order_acquire);
        };
        while (!done) {
          auto [slot, rv] = snapshots.open();
          for (int i = 0; i < 4; ++i) {
            ASSERT_TRUE(kept_at(rv));
            std::this_thread::yield();
            ASSERT_TRUE(kept_at(rv));
            rv = snapshots.move(slot);
            ++moves;
          }
          snapshots.close(slot);
        }
      });
  expect_happened("versions kept for a snapshot", kept);
  expect_happened("moves", moves);
}

// Q1, Q3.
TEST(ComponentStress, TheSectionExcludes) {
  Sequencer sequencer;
  std::uint64_t guarded = 0;
  std::uint64_t handovers = 0;
  ThreadId last = 0;
  std::atomic<int> inside{0};
  const int turns = loops(100'000);
  const auto commit = [&](ThreadId thread) {
    for (int turn = 0; turn < turns; ++turn) {
      if (turn % 1000 == 0) sequencer.lease(thread, std::chrono::milliseconds(1));
      sequencer.lock(thread);
      ASSERT_EQ(inside.fetch_add(1, std::memory_order_relaxed), 0);
      ++guarded;
      if (std::exchange(last, thread) != thread) ++handovers;
      sequencer.publish(sequencer.next());
      if (turn % 256 == 0) std::this_thread::yield();  // so that the other one has to spin, and park
      inside.fetch_sub(1, std::memory_order_relaxed);
      sequencer.unlock();
      if (turn % 256 == 128) std::this_thread::yield();
      if (turn % 1000 == 10) sequencer.end_lease(thread);
    }
  };
  run_together([&] { commit(1); }, [&] { commit(2); });
  EXPECT_EQ(guarded, 2U * static_cast<std::uint64_t>(turns));
  EXPECT_EQ(sequencer.published(), guarded);
  expect_happened("handovers", handovers - 1);
}

}  // namespace
}  // namespace heddle
