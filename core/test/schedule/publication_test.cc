// The publication word (rule 2 of the protocol) and the order in which a commit installs (rule 4). Readers of the real
// commit are in reading_test.cc; here a bare writer made of the engine's parts shows what wrong orders lead to.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "heddle/memory/record_table.h"
#include "heddle/sync/sequencer.h"
#include "schedule/expect.h"
#include "schedule/scheduler.h"
#include "support/bytes.h"

namespace heddle::schedule::publication {
namespace {

// JavaScript reads the 64-bit word in halves.
Seq read_in_halves(const Sequencer& sequencer, bool until_highs_agree) {
  for (;;) {
    const Seq high = sequencer.published() >> 32;
    const Seq low = sequencer.published() & 0xFFFFFFFF;
    if (!until_highs_agree || sequencer.published() >> 32 == high) return high << 32 | low;
  }
}

Program around_the_carry(bool until_highs_agree) {
  constexpr Seq kBefore = 0xFFFFFFFF;
  auto sequencer = std::make_shared<Sequencer>();
  sequencer->publish(kBefore);
  return {{[sequencer] { sequencer->publish(kBefore + 1); },
           [sequencer, until_highs_agree] {
             const Seq first = read_in_halves(*sequencer, until_highs_agree);
             const Seq second = read_in_halves(*sequencer, until_highs_agree);
             require(first == kBefore || first == kBefore + 1, "a number that never was");
             require(second >= first, "the clock went back");
           }}};
}

TEST(Publication, HighLowHighIsMonotonic) {
  expect_holds(explore({.preemptions = 4}, [] { return around_the_carry(true); }));
}
TEST(Publication, HighLowIsNot) {
  expect_finds(explore({.preemptions = 4}, [] { return around_the_carry(false); }), "the clock went back");
}

// The order of a commit's stores. That all stamps turn odd before the first head, and even only after `seq`, is more
// than a sequentially consistent reader can tell; these are the orders that even it is misled by.
enum class Order {
  kOfTheEngine,     // all odd, heads, seq, all even
  kEvenBeforeHead,  // the stamp is even too early
  kOddAfterSeq,
  kHeadAfterSeq,
};

// Two records that change together, installed by hand and read as the engine reads (rule 3).
class Pair {
 public:
  Pair() {
    records_.reserve(2, slots_);
    for (const RecordIndex slot : slots_) {
      records_[slot].head.store(Version::make(stock_, test::bytes("0")));
      records_.stamp(slot).store(kFirstStamp);
    }
  }

  void commit(Order order) {
    switch (order) {
      case Order::kOfTheEngine:
        step_stamps(), store_heads(), sequencer.publish(1), step_stamps();
        break;
      case Order::kEvenBeforeHead:
        step_stamps(), step_stamps(), store_heads(), sequencer.publish(1);
        break;
      case Order::kOddAfterSeq:
        store_heads(), sequencer.publish(1), step_stamps(), step_stamps();
        break;
      case Order::kHeadAfterSeq:
        step_stamps(), sequencer.publish(1), store_heads(), step_stamps();
        break;
    }
  }

  struct Seen {
    std::string value;
    Stamp stamp;  // odd: not to be cached
  };

  Seen read(std::size_t which, Seq rv) const {
    const RecordIndex slot = slots_[which];
    const Stamp before = records_.stamp(slot).load();
    const Version* head = records_[slot].head.load();
    const Version* version = head;
    while (version->begin > rv) version = version->prev.load();
    const bool cacheable = version == head && (before & 1) == 0 && records_.stamp(slot).load() == before;
    return {test::text({version->data(), version->length}), cacheable ? before : kStaleStamp};
  }

  bool valid(std::size_t which, Stamp cached) const { return records_.stamp(slots_[which]).load() == cached; }

  static constexpr Stamp kFirstStamp = 2;
  Sequencer sequencer;

 private:
  void step_stamps() {
    for (const RecordIndex slot : slots_) records_.stamp(slot).store(records_.stamp(slot).load() + 1);
  }

  void store_heads() {
    for (const RecordIndex slot : slots_) {
      Version* old = records_[slot].head.load();
      Version* version = Version::make(stock_, test::bytes("1"));
      version->begin = 1;
      version->prev.store(old);
      old->end.store(1);
      records_[slot].head.store(version);
    }
  }

  Stock stock_;
  RecordTable records_;
  std::vector<RecordIndex> slots_;
};

// The reader has the first record in its cache and reads the second natively; then it may have that one cached as well.
Program installed(Order order) {
  auto pair = std::make_shared<Pair>();
  auto committed = std::make_shared<atomic<uint32_t>>(0);
  return {{[pair, committed, order] {
             pair->commit(order);
             committed->store(1);
           },
           [pair, committed] {
             const Seq rv = pair->sequencer.published();
             const std::string first = pair->valid(0, Pair::kFirstStamp) ? "0" : pair->read(0, rv).value;
             const auto second = pair->read(1, rv);
             require(first == second.value, "torn snapshot");
             const bool after = committed->load() != 0;
             require(!after || !pair->valid(1, second.stamp) || second.value == "1", "stale cache");
           }}};
}

TEST(Publication, OddHeadsSeqEvenInThisOrder) {
  expect_holds(explore({.preemptions = 4}, [] { return installed(Order::kOfTheEngine); }));
}
TEST(Publication, AStampEvenTooEarlyLeavesAStaleCache) {
  expect_finds(explore({.preemptions = 4}, [] { return installed(Order::kEvenBeforeHead); }), "stale cache");
}
TEST(Publication, AStampOddTooLateTearsTheSnapshot) {
  expect_finds(explore({.preemptions = 4}, [] { return installed(Order::kOddAfterSeq); }), "torn snapshot");
}
TEST(Publication, AHeadAfterItsPublicationTearsTheSnapshot) {
  expect_finds(explore({.preemptions = 4}, [] { return installed(Order::kHeadAfterSeq); }), "torn snapshot");
}

}  // namespace
}  // namespace heddle::schedule::publication
