// The explorer itself: it finds the classic mistakes, passes their corrections, and is deterministic.
#include <gtest/gtest.h>

#include <array>
#include <compare>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "heddle/sync/atomic.h"
#include "schedule/expect.h"
#include "schedule/scheduler.h"

namespace heddle::schedule::explorer {
namespace {

// Two increments as load and store, or as one operation.
Program increments(bool indivisible) {
  auto counter = std::make_shared<atomic<int>>(0);
  const auto increment = [counter, indivisible] {
    if (indivisible) {
      counter->fetch_add(1);
    } else {
      counter->store(counter->load() + 1);
    }
  };
  return {{increment, increment}, [counter] { require(counter->load() == 2, "lost update"); }};
}

TEST(Explorer, FindsTheLostUpdate) {
  expect_finds(explore({.preemptions = 1}, [] { return increments(false); }), "lost update");
}

TEST(Explorer, NeedsAPreemptionForTheLostUpdate) {
  expect_holds(explore({.preemptions = 0}, [] { return increments(false); }));
}

TEST(Explorer, PassesTheIndivisibleIncrement) {
  expect_holds(explore({.preemptions = 3}, [] { return increments(true); }));
}

TEST(Explorer, FindsTheLostUpdateAtRandom) {
  expect_finds(explore({.random = 100, .seed = 7}, [] { return increments(false); }), "lost update");
}

// Each thread raises its flag and looks at the other's; with the steps swapped both may see nothing.
Program dekker(bool flag_first) {
  struct World {
    atomic<int> flags[2] = {0, 0};
    int seen[2] = {-1, -1};
  };
  auto world = std::make_shared<World>();
  const auto side = [world, flag_first](int me) {
    if (flag_first) world->flags[me].store(1);
    world->seen[me] = world->flags[1 - me].load();
    if (!flag_first) world->flags[me].store(1);
  };
  return {{[side] { side(0); }, [side] { side(1); }},
          [world] { require(world->seen[0] + world->seen[1] > 0, "both entered"); }};
}

TEST(Explorer, FindsDekkersMistake) {
  expect_finds(explore({.preemptions = 1}, [] { return dekker(false); }), "both entered");
}

TEST(Explorer, PassesDekkersFlags) {
  expect_holds(explore({.preemptions = 4}, [] { return dekker(true); }));
}

// The sleeper looks for work, then parks on the signal it read before looking, or after (and so misses one).
Program sleeper(bool signal_first) {
  struct World {
    atomic<uint32_t> work{0};
    atomic<uint32_t> signal{0};
  };
  auto world = std::make_shared<World>();
  const auto consume = [world, signal_first] {
    for (;;) {
      uint32_t signal = signal_first ? world->signal.load() : 0;
      if (world->work.load() != 0) return;
      if (!signal_first) signal = world->signal.load();
      park(world->signal, signal);
    }
  };
  const auto produce = [world] {
    world->work.store(1);
    world->signal.fetch_add(1);
    unpark_all(world->signal);
  };
  return {{consume, produce}};
}

TEST(Explorer, FindsTheMissedWakeUp) {
  const Result result = explore({.preemptions = 2}, [] { return sleeper(false); });
  expect_finds(result, "deadlock");
  EXPECT_NE(result.trace.find("thread 0 is asleep"), std::string::npos) << result;
}

TEST(Explorer, PassesTheCorrectWakeUp) {
  expect_holds(explore({.preemptions = 4}, [] { return sleeper(true); }));
}

TEST(Explorer, WakesEitherOfTwoSleepers) {
  static std::set<int> first;
  first.clear();
  const auto make = [] {
    struct World {
      atomic<uint32_t> word{0};
      atomic<int> awake{-1};
    };
    auto world = std::make_shared<World>();
    const auto wait = [world](int me) {
      park(world->word, 0);
      int none = -1;
      world->awake.compare_exchange_strong(none, me);
      unpark_one(world->word);
    };
    const auto wake = [world] {
      world->word.store(1);
      unpark_one(world->word);
    };
    return Program{{[wait] { wait(0); }, [wait] { wait(1); }, wake}, [world] { first.insert(world->awake.load()); }};
  };
  expect_holds(explore({.preemptions = 0}, make));
  EXPECT_EQ(first, (std::set<int>{0, 1}));
}

TEST(Explorer, FindsTheDeadlockOfTwoLocksInOppositeOrder) {
  const auto make = [] {
    auto locks = std::make_shared<std::array<mutex, 2>>();
    const auto both = [locks](int first) {
      const std::lock_guard outer((*locks)[first]);
      const std::lock_guard inner((*locks)[1 - first]);
    };
    return Program{{[both] { both(0); }, [both] { both(1); }}};
  };
  expect_finds(explore({.preemptions = 1}, make), "deadlock");
}

TEST(Explorer, AMutexExcludes) {
  const auto make = [] {
    struct World {
      mutex lock;
      atomic<int> counter{0};
    };
    auto world = std::make_shared<World>();
    const auto increment = [world] {
      const std::lock_guard guard(world->lock);
      world->counter.store(world->counter.load() + 1);
    };
    return Program{{increment, increment, increment}, [world] { require(world->counter.load() == 3, "lost update"); }};
  };
  expect_holds(explore({.preemptions = 2}, make));
}

TEST(Explorer, ASpinLoopEndsAndDoesNotExplode) {
  const auto make = [] {
    auto ready = std::make_shared<atomic<int>>(0);
    const auto wait = [ready] {
      while (ready->load() < 2) cpu_relax();
    };
    const auto raise = [ready] { ready->fetch_add(1); };
    return Program{{wait, raise, raise}};
  };
  const Result result = explore({.preemptions = 3}, make);
  expect_holds(result);
  EXPECT_LT(result.schedules, 1000U);
}

TEST(Explorer, FindsTheSpinThatNobodyEnds) {
  const auto make = [] {
    auto ready = std::make_shared<atomic<int>>(0);
    const auto wait = [ready] {
      while (ready->load() == 0) cpu_relax();
    };
    return Program{{wait, wait}};
  };
  expect_finds(explore({}, make), "deadlock");
}

TEST(Explorer, ABoundedSpinGoesOnWithoutAChange) {
  const auto make = [] {
    auto ready = std::make_shared<atomic<int>>(0);
    const auto wait = [ready] {
      for (int turn = 0; turn < 100 && ready->load() == 0; ++turn) cpu_relax();
    };
    return Program{{wait, wait}};
  };
  EXPECT_TRUE(explore({}, make).passed());
}

TEST(Explorer, ReportsAnException) {
  const auto make = [] { return Program{{[] { throw std::runtime_error("thrown by a thread"); }}}; };
  expect_finds(explore({}, make), "thrown by a thread");
}

TEST(Explorer, ReportsAProgramThatIsNotDeterministic) {
  static int runs;
  runs = 0;
  const auto make = [] {
    auto counter = std::make_shared<atomic<int>>(0);
    const int odd = ++runs % 2;
    const auto body = [counter, odd] {
      for (int turn = 0; turn <= odd; ++turn) counter->fetch_add(1);
    };
    return Program{{body, body, [counter, odd] {
                      if (odd == 0) counter->fetch_add(1);
                    }}};
  };
  EXPECT_EQ(explore({.preemptions = 2}, make).failure, "the program is not deterministic");
}

// Three unordered stores by each of two threads: C(6, 3) orders in all.
TEST(Explorer, VisitsEveryInterleavingOnce) {
  static std::set<std::string> orders;
  orders.clear();
  const auto make = [] {
    struct World {
      atomic<int> shared{0};
      std::string order;
    };
    auto world = std::make_shared<World>();
    const auto body = [world](char me) {
      for (int turn = 0; turn < 3; ++turn) {
        world->shared.fetch_add(1);
        world->order += me;
      }
    };
    return Program{{[body] { body('a'); }, [body] { body('b'); }}, [world] { orders.insert(world->order); }};
  };
  const Result bounded = explore({.preemptions = 4}, make);
  const Result all = explore({.preemptions = 5}, make);
  expect_holds(all);
  EXPECT_EQ(orders.size(), 20U);
  EXPECT_EQ(all.schedules - bounded.schedules, 20U) << "the last bound visits each order once";
}

// ------------------------------------------------------------------ against brute force

// A thread of a random program: operations on two atomics, each leaving a trace in the thread's register.
struct Instruction {
  enum Kind { kLoad, kStore, kAdd } kind;
  int variable;
  int operand;
};
using Listing = std::vector<std::vector<Instruction>>;

struct Outcome {
  std::array<int, 2> variables{};
  std::array<int, 3> registers{};
  auto operator<=>(const Outcome&) const = default;
};

void trace(int& into, int value) { into = into * 7 + value + 1; }

Listing random_listing(std::mt19937& random) {
  Listing listing(2 + random() % 2);
  for (auto& thread : listing) {
    thread.resize(1 + random() % 4);
    for (auto& step : thread) {
      step = {static_cast<Instruction::Kind>(random() % 3), static_cast<int>(random() % 2),
              static_cast<int>(random() % 3)};
    }
  }
  return listing;
}

// Every interleaving with at most `preemptions`, one by one.
void enumerate(const Listing& listing, std::array<std::size_t, 3> at, std::size_t current, int preemptions, Outcome now,
               std::set<Outcome>& outcomes) {
  bool ended = true;
  for (std::size_t id = 0; id < listing.size(); ++id) {
    if (at[id] == listing[id].size()) continue;
    ended = false;
    const bool preempts = id != current && current < listing.size() && at[current] != listing[current].size();
    if (preempts && preemptions == 0) continue;
    Outcome next = now;
    const auto& [kind, variable, operand] = listing[id][at[id]];
    if (kind != Instruction::kStore) trace(next.registers[id], now.variables[variable]);
    if (kind == Instruction::kStore) next.variables[variable] = operand;
    if (kind == Instruction::kAdd) next.variables[variable] += operand;
    auto moved = at;
    ++moved[id];
    enumerate(listing, moved, id, preemptions - (preempts ? 1 : 0), next, outcomes);
  }
  if (ended) outcomes.insert(now);
}

Program program_of(const Listing& listing, std::set<Outcome>& outcomes) {
  struct World {
    std::array<atomic<int>, 2> variables{};
    std::array<int, 3> registers{};
  };
  auto world = std::make_shared<World>();
  Program program;
  for (std::size_t id = 0; id < listing.size(); ++id) {
    program.threads.emplace_back([world, id, &listing] {
      for (const auto& [kind, variable, operand] : listing[id]) {
        auto& target = world->variables[variable];
        if (kind == Instruction::kLoad) trace(world->registers[id], target.load());
        if (kind == Instruction::kStore) target.store(operand);
        if (kind == Instruction::kAdd) trace(world->registers[id], target.fetch_add(operand));
      }
    });
  }
  program.finally = [world, &outcomes] {
    outcomes.insert({{world->variables[0].load(), world->variables[1].load()}, world->registers});
  };
  return program;
}

// What the explorer leaves out (rules 1, 4 and 5) changes no outcome.
TEST(Explorer, ReachesEveryOutcomeThatBruteForceReaches) {
  constexpr unsigned kSeed = 5;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 60; ++round) {
    const Listing listing = random_listing(random);
    const int preemptions = static_cast<int>(random() % 4);
    std::set<Outcome> expected;
    enumerate(listing, {}, listing.size(), preemptions, {}, expected);
    std::set<Outcome> reached;
    const Result result = explore({.preemptions = preemptions}, [&] { return program_of(listing, reached); });
    ASSERT_TRUE(result.passed()) << result;
    ASSERT_EQ(reached, expected) << "round " << round << " of seed " << kSeed << ", " << preemptions << " preemptions";
  }
}

}  // namespace
}  // namespace heddle::schedule::explorer
