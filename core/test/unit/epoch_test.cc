// Epoch-based reclamation; E1–E4 are the invariants of heddle/sync/epoch.h.
#include "heddle/sync/epoch.h"

#include <gtest/gtest.h>

#include <memory>

#include "support/epochs.h"

namespace heddle {
namespace {

using test::settle;

struct Freed {
  int count = 0;
  std::uintptr_t last = 0;

  static void reclaim(Stock& /*stock*/, void* owner, std::uintptr_t what) {
    auto* freed = static_cast<Freed*>(owner);
    ++freed->count;
    freed->last = what;
  }
};

void retire(Epochs& epochs, Epochs::Participant& participant, Freed& freed, std::uintptr_t what = 1) {
  const EpochPin pin(epochs, participant);
  epochs.retire(participant, &freed, what, Freed::reclaim);
}

TEST(Epochs, FreesWhatNobodyCanHold) {
  Freed freed;
  Epochs epochs;
  auto& self = epochs.join();
  retire(epochs, self, freed, 42);
  EXPECT_EQ(freed.count, 0);
  EXPECT_EQ(epochs.pending(), 1U);
  settle(epochs, self);
  EXPECT_EQ(freed.count, 1);
  EXPECT_EQ(freed.last, 42U);
}

TEST(Epochs, KeepsWhatAPinnedReaderMayHold) {  // E1, E2
  Freed freed;
  Epochs epochs;
  auto& writer = epochs.join();
  auto& reader = epochs.join();
  {
    const EpochPin reading(epochs, reader);
    retire(epochs, writer, freed);
    settle(epochs, writer);
    EXPECT_EQ(freed.count, 0);
  }
  settle(epochs, writer);
  EXPECT_EQ(freed.count, 1);
}

TEST(Epochs, AReaderPinnedAnewHoldsNothingOld) {  // E2
  Freed freed;
  Epochs epochs;
  auto& writer = epochs.join();
  auto& reader = epochs.join();
  retire(epochs, writer, freed);
  for (int turn = 0; turn < 4; ++turn) {
    const EpochPin reading(epochs, reader);  // at the newest epoch each time
    const int before = freed.count;
    settle(epochs, writer);
    EXPECT_LE(freed.count - before, 1);
  }
  EXPECT_EQ(freed.count, 1);
}

TEST(Epochs, AThreadThatLeavesHandsItsGarbageOver) {
  Freed freed;
  Epochs epochs;
  auto& leaver = epochs.join();
  auto& other = epochs.join();
  retire(epochs, leaver, freed);
  epochs.leave(leaver);
  EXPECT_EQ(freed.count, 0);
  settle(epochs, other);
  EXPECT_EQ(freed.count, 1);
}

TEST(Epochs, OrphanedGarbageWaitsForPinnedReadersToo) {  // E2
  Freed freed;
  Epochs epochs;
  auto& leaver = epochs.join();
  auto& reader = epochs.join();
  auto& other = epochs.join();
  const auto reading = std::make_unique<EpochPin>(epochs, reader);
  retire(epochs, leaver, freed);
  epochs.leave(leaver);
  settle(epochs, other);
  EXPECT_EQ(freed.count, 0);
}

TEST(Epochs, WhoJoinsDoesNotTakeTheGarbageOfOthersAway) {  // E5: it may never collect
  Freed freed;
  Epochs epochs;
  auto& leaver = epochs.join();
  auto& other = epochs.join();
  retire(epochs, leaver, freed);
  epochs.leave(leaver);
  epochs.join();
  settle(epochs, other);
  EXPECT_EQ(freed.count, 1);
}

TEST(Epochs, ParticipantsAreReused) {
  Epochs epochs;
  auto& first = epochs.join();
  epochs.leave(first);
  EXPECT_EQ(&epochs.join(), &first);
  EXPECT_NE(&epochs.join(), &first);
}

TEST(Epochs, TheEndFreesEverything) {
  Freed freed;
  {
    Epochs epochs;
    auto& leaver = epochs.join();
    auto& other = epochs.join();
    retire(epochs, leaver, freed);
    retire(epochs, other, freed);
    epochs.leave(leaver);
  }
  EXPECT_EQ(freed.count, 2);
}

}  // namespace
}  // namespace heddle
