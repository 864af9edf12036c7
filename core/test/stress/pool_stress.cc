// Pools under real threads and the sanitizers: threads that submit and cancel, workers that come, steal, spawn and go.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "support/pool.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::Client;
using test::PoolOf;
using test::WorkerOf;

// What came of the tasks of one thread, by outcome; `total` of them, each once.
std::array<int, 6> tally(const std::string& answers, std::size_t total) {
  static constexpr std::array kNames{"returned", "threw", "cancelled", "crashed", "terminated", "unloadable"};
  std::array<int, 6> counts{};
  std::size_t seen = 0;
  for (std::size_t at = 0; at < answers.size();) {
    const std::size_t end = std::min(answers.find(' ', at), answers.size());
    const std::string one = answers.substr(at, end - at);
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (one.starts_with(kNames[i])) ++counts[i];
    ++seen;
    at = end + 1;
  }
  EXPECT_EQ(seen, total);
  return counts;
}

bool is_busy(Pool& pool) {
  const Pool::Counts counts = pool.counts();
  return counts.unfinished + counts.settling > 0;
}

// Two workers, of which each goes now and then, in good order or with what it runs; a submitter that cancels some.
TEST(PoolStress, EachTaskIsSettledOnce) {
  Engine engine{1};
  Client host(engine);
  const PoolOf of(host, {.size = 2, .min_size = 1});
  const int tasks = test::loops(4000);
  std::atomic<bool> done{false};
  std::atomic<int> crashed{0};
  std::atomic<int> left{0};
  std::atomic<int> spawned{0};

  const auto work = [&](unsigned which) {
    std::mt19937_64 random = test::random_of(which);
    Client keeper(engine);  // who sees it end
    while (!done) {
      PoolWorker* enlisted = of.pool->enlist();
      if (enlisted == nullptr) {
        std::this_thread::yield();
        continue;
      }
      const WorkerNumber number = enlisted->number;
      {
        Client client(engine);
        client.thread.desk->answers_by(test::kAnswers);
        WorkerOf worker(client, of, enlisted);
        for (bool goes = worker.me == nullptr; !goes && !done;) {
          const std::string task = worker.take();
          if (task == ".") break;
          if (task == "-") {
            while (!done && !worker.called()) std::this_thread::yield();
            continue;
          }
          if (task == "spawns") {
            for (int i = 0; i < 4; ++i) spawned += of.submit(client, "x") == Status::kOk ? 1 : 0;
            const std::uint64_t steals = of.pool->counts().steals;
            for (int i = 0; i < 200 && of.pool->counts().steals == steals; ++i) std::this_thread::yield();
          }
          static_cast<void>(PoolOf::answers(client));
          switch (random() % 64) {
            case 0:  // its thread ends with the task
              ++crashed;
              goes = true;
              break;
            case 1:
              ++left;
              worker.finish("r");
              static_cast<void>(of.pool->leave(client.thread.epoch.stock, *worker.me, Pool::Why::kAsked));
              goes = true;
              break;
            default:
              worker.finish("r", random() % 8 == 0 ? Outcome::kThrew : Outcome::kReturned);
          }
        }
      }
      of.pool->gone(keeper.thread, number, {});
    }
  };
  std::array<int, 6> outcomes{};
  test::run_together([&] { work(1); }, [&] { work(2); },
                     [&] {
                       Client client(engine);
                       client.thread.desk->answers_by(test::kAnswers);
                       std::mt19937_64 random = test::random_of(3);
                       std::string answers;
                       const auto collect = [&] {
                         const std::string more = PoolOf::answers(client);
                         if (more.empty()) return;
                         answers += (answers.empty() ? "" : " ") + more;
                       };
                       for (int i = 0; i < tasks; ++i) {
                         TaskTicket ticket = 0;
                         const auto priority = static_cast<std::int32_t>(random() % 3);
                         ASSERT_EQ(of.submit(client, i % 16 == 0 ? "spawns" : "x", ticket, priority), Status::kOk);
                         if (random() % 8 == 0) of.cancel(client, ticket);
                         if (random() % 64 == 0) of.pool->resize(1 + random() % 2);
                         if (i % 32 == 0) collect();
                         // Deques are looked into when there is nothing else.
                         while (of.pool->counts().unfinished > 8) std::this_thread::yield();
                       }
                       while (is_busy(*of.pool)) std::this_thread::yield();
                       collect();
                       done = true;
                       outcomes = tally(answers, static_cast<std::size_t>(tasks));
                     });
  EXPECT_EQ(of.pool->counts().queued, 0U);
  test::expect_happened("returned", static_cast<std::uint64_t>(outcomes[0]));
  test::expect_happened("threw", static_cast<std::uint64_t>(outcomes[1]));
  test::expect_happened("cancelled", static_cast<std::uint64_t>(outcomes[2]));
  test::expect_happened("crashed", static_cast<std::uint64_t>(outcomes[3]));
  test::expect_happened("workers that crashed", static_cast<std::uint64_t>(crashed));
  test::expect_happened("workers that left", static_cast<std::uint64_t>(left));
  test::expect_happened("tasks that tasks submitted", static_cast<std::uint64_t>(spawned));
  test::expect_happened("steals", of.pool->counts().steals);
  EXPECT_EQ(engine.stats().tasks, 0);
}

// A pool ends while everybody is busy with it.
TEST(PoolStress, NothingStaysWhenAPoolEnds) {
  const int rounds = test::loops(60);
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t finished = 0;
  std::uint64_t terminated = 0;
  for (int round = 0; round < rounds; ++round) {
    Engine engine{1};
    Client host(engine);
    const PoolOf of(host, {.size = 1, .min_size = 1});
    PoolWorker* enlisted = of.pool->enlist();
    std::atomic<int> so_far{0};
    test::run_together(
        [&] {
          Client client(engine);
          client.thread.desk->answers_by(test::kAnswers);
          int count = 0;
          while (of.submit(client, "x") == Status::kOk) so_far = ++count;
          accepted += static_cast<std::uint64_t>(count);
          ++refused;
          while (is_busy(*of.pool)) std::this_thread::yield();
          const auto outcomes = tally(PoolOf::answers(client), static_cast<std::size_t>(count));
          finished += static_cast<std::uint64_t>(outcomes[0]);
          terminated += static_cast<std::uint64_t>(outcomes[4]);
        },
        [&] {
          Client client(engine);
          WorkerOf worker(client, of, enlisted);
          if (worker.me == nullptr) return;
          for (std::string task = worker.take(); task != "."; task = worker.take())
            if (task != "-") worker.finish("r");
        },
        [&] {
          while (so_far < 50) std::this_thread::yield();
          of.pool->terminate(host.thread.epoch.stock);
        });
    EXPECT_EQ(of.pool->counts().queued, 0U);
    EXPECT_EQ(engine.stats().tasks, 0);
  }
  EXPECT_EQ(accepted, finished + terminated);
  test::expect_happened("finished before the end", finished);
  test::expect_happened("terminated", terminated);
  test::expect_happened("refused after it", refused);
}

}  // namespace
}  // namespace heddle
