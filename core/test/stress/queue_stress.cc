// Queues and arrays under real threads and the sanitizers: who waits, who goes, who reads a snapshot.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "support/queues.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::Client;

// Two producers; consumers that wait, give up, and end with items on their way.
TEST(QueueStress, EachItemArrivesOnce) {
  Engine engine{1};
  Client main{engine};
  const CollectionInfo queue = test::open_queue(main, "queue");
  const int items = test::loops(3000);
  std::mutex mutex;
  std::multiset<std::string> arrived;
  std::atomic<int> waited{0};
  std::atomic<int> given_up{0};
  std::atomic<int> ended{0};
  std::atomic<bool> done{false};

  const auto produce = [&](const std::string& id) {
    Client client(engine);
    int seen = waited;
    for (int i = 1; i <= items; ++i) {
      ASSERT_EQ(test::enqueue(client, queue.id, id + std::to_string(i)), Status::kOk);
      if (i % 256 != 0) continue;
      // The other one takes them all, and finds that there is no more.
      while (client.size(queue.id) > 0 || waited == seen) std::this_thread::yield();
      seen = waited;
    }
  };
  const auto consume = [&] {
    while (!done) {
      Client client(engine);  // which ends with what it has not received
      for (WaitTicket ticket = 1; ticket < 40 && !done; ++ticket) {
        std::string got = test::take(client, queue.id, 1, ticket);
        if (got == test::kNothing) {
          const int turn = waited++ % 3;
          if (turn == 0) {
            engine.give_up_wait(client.thread, ticket);
            ++given_up;
            static_cast<void>(engine.ended_waits(client.thread));
            continue;
          }
          if (turn == 1) {
            ++ended;
            break;
          }
          std::vector<WaitTicket> tickets;
          while (tickets.empty() && !done) {
            tickets = engine.ended_waits(client.thread);
            std::this_thread::yield();
          }
          if (tickets.empty()) break;
          got = test::receive(client, ticket);
        }
        const std::lock_guard guard(mutex);
        arrived.insert(got);
      }
    }
  };
  {
    std::thread first(consume);
    std::thread second([&] {
      produce("a");
      produce("b");
    });
    second.join();
    while (main.size(queue.id) > 0) std::this_thread::yield();
    done = true;
    first.join();
  }
  for (std::string rest = test::take(main, queue.id); rest != test::kNothing; rest = test::take(main, queue.id))
    arrived.insert(rest);
  EXPECT_EQ(arrived.size(), static_cast<std::size_t>(2 * items));
  EXPECT_EQ(std::set<std::string>(arrived.begin(), arrived.end()).size(), arrived.size());
  test::expect_happened("waited for an item", static_cast<std::uint64_t>(waited));
  test::expect_happened("gave up", static_cast<std::uint64_t>(given_up));
  test::expect_happened("ended in line, or with an item on its way", static_cast<std::uint64_t>(ended));
}

// A writer that splices, and a reader whose snapshots must add up.
TEST(ListStress, SnapshotsAddUp) {
  Engine engine{1};
  Client writer{engine};
  const CollectionInfo list =
      engine.open(writer.thread, {.kind = 5, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
  constexpr std::uint64_t kElements = 500;
  std::vector<Write> all;
  for (std::uint64_t i = 0; i < kElements; ++i) {
    all.push_back({.kind = Write::Kind::kAppend, .collection = list.id, .key = {}, .value = test::bytes("element")});
  }
  ASSERT_EQ(writer.commit(all), Status::kOk);
  std::atomic<bool> done{false};
  std::atomic<int> looks{0};
  std::atomic<int> gaps{0};
  std::thread reader([&] {
    Client client(engine);
    for (int look = 0; !done; ++look) {
      const bool registered = look % 2 == 0;
      const auto opened =
          registered ? engine.open_snapshot(client.thread) : Snapshots::Opened{kNoSlot, engine.published()};
      std::uint64_t count = 0;
      const WalkResult result = engine.walk(
          client.thread, {.collection = list.id, .to = kForever, .snapshot = opened.rv}, [&](const Version& element) {
            count += element.bytes().size() == 7 ? 1 : 1000;
            return true;
          });
      if (result.status == Status::kOk) {
        EXPECT_EQ(count, kElements);
      } else {
        EXPECT_FALSE(registered);
        ++gaps;
      }
      if (registered) engine.close_snapshot(client.thread, opened.slot);
      ++looks;
    }
  });
  const int moves = test::loops(4000);
  for (int i = 0; i < moves; ++i) {
    const auto from = static_cast<std::uint64_t>(i) * 7919 % kElements;
    const auto to = static_cast<std::uint64_t>(i) * 104729 % (kElements - from) + from;
    Write move[] = {
        {.kind = Write::Kind::kRemove, .collection = list.id, .key = {}, .value = {}, .count = 1, .index = from},
        {.kind = Write::Kind::kInsert,
         .collection = list.id,
         .key = {},
         .value = test::bytes("element"),
         .index = std::min(to, kElements - 1)}};
    ASSERT_EQ(writer.commit(move), Status::kOk);
  }
  while (looks < 10) std::this_thread::yield();
  done = true;
  reader.join();
  test::expect_happened("looks at a snapshot", static_cast<std::uint64_t>(looks));
  std::cout << "  gaps: " << gaps << '\n';
  EXPECT_EQ(engine.stats().memory, engine.recount(writer.thread));
}

}  // namespace
}  // namespace heddle
