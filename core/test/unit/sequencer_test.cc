// The sequencer; Q1–Q3 are the invariants of heddle/sync/sequencer.h.
#include "heddle/sync/sequencer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

namespace heddle {
namespace {

using namespace std::chrono_literals;

constexpr ThreadId kSelf = kFirstThread;
constexpr ThreadId kOther = kFirstThread + 1;

TEST(Sequencer, NumbersCommitsInStepsOfOne) {  // Q1
  Sequencer sequencer;
  for (Seq expected = 1; expected <= 3; ++expected) {
    sequencer.lock(kSelf);
    EXPECT_EQ(sequencer.next(), expected);
    EXPECT_EQ(sequencer.published(), expected - 1);
    sequencer.publish(sequencer.next());
    sequencer.unlock();
    EXPECT_EQ(sequencer.published(), expected);
  }
}

TEST(Sequencer, TheMappedWordIsTheClock) {  // Q1
  Sequencer sequencer;
  constexpr Seq kWide = (Seq{7} << 32) + 5;
  sequencer.publish(kWide);
  Seq mapped = 0;
  std::memcpy(&mapped, sequencer.word(), sizeof mapped);
  EXPECT_EQ(mapped, kWide);
}

TEST(Sequencer, ALeaseLetsItsHolderIn) {  // Q3
  Sequencer sequencer;
  sequencer.lease(kSelf, 50ms);
  sequencer.lock(kSelf);
  sequencer.unlock();
  sequencer.lease(kSelf, 50ms);
  sequencer.end_lease(kSelf);
  sequencer.lock(kOther);
  sequencer.unlock();
}

TEST(Sequencer, ALeaseHoldsOthersBackUntilItsEnd) {  // Q3
  Sequencer sequencer;
  const auto began = Sequencer::Clock::now();
  sequencer.lease(kSelf, 50ms);
  std::atomic<bool> ended{false};
  bool in_time = true;
  std::thread other([&] {
    sequencer.lock(kOther);
    in_time = ended.load() || Sequencer::Clock::now() - began >= 50ms;
    sequencer.unlock();
  });
  std::this_thread::sleep_for(5ms);
  ended = true;
  sequencer.end_lease(kSelf);
  other.join();
  EXPECT_TRUE(in_time);
}

TEST(Sequencer, ALeaseExpiresWithoutItsHolder) {  // Q3: a thread that died
  Sequencer sequencer;
  const auto began = Sequencer::Clock::now();
  sequencer.lease(kSelf, 1h);
  sequencer.lock(kOther);
  EXPECT_GE(Sequencer::Clock::now() - began, Sequencer::kMaxLease);
  sequencer.unlock();
}

TEST(Sequencer, ALeaseIsNotProlonged) {  // Q3: a thread that asks again and again
  Sequencer sequencer;
  const auto began = Sequencer::Clock::now();
  std::atomic<bool> entered{false};
  sequencer.lease(kSelf, 50ms);
  std::thread other([&] {
    sequencer.lock(kOther);
    entered = true;
    sequencer.unlock();
  });
  while (!entered && Sequencer::Clock::now() - began < 10s) sequencer.lease(kSelf, 50ms);
  EXPECT_TRUE(entered) << "whoever waited gets a turn between two leases";
  other.join();
}

TEST(Sequencer, EndingSomebodyElsesLeaseDoesNothing) {  // Q3
  Sequencer sequencer;
  const auto began = Sequencer::Clock::now();
  sequencer.lease(kSelf, 50ms);
  sequencer.end_lease(kOther);
  sequencer.lock(kOther);
  EXPECT_GE(Sequencer::Clock::now() - began, 50ms);
  sequencer.unlock();
}

}  // namespace
}  // namespace heddle
