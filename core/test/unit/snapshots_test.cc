// The registry of open snapshots; S1–S3 are the invariants of heddle/txn/snapshots.h.
#include "heddle/txn/snapshots.h"

#include <gtest/gtest.h>

#include <vector>

namespace heddle {
namespace {

class SnapshotsTest : public testing::Test {
 protected:
  Snapshots::View gather() const {
    Snapshots::View view;
    snapshots.gather(view);
    return view;
  }

  Sequencer sequencer;
  Snapshots snapshots{sequencer};
};

TEST_F(SnapshotsTest, NoneOpenNeedsNothing) {
  sequencer.publish(5);
  EXPECT_TRUE(gather().empty());
  EXPECT_FALSE(gather().needs(0, 5));
  EXPECT_FALSE(gather().any_before(5));
}

TEST_F(SnapshotsTest, OpensAtThePublishedCommit) {
  sequencer.publish(7);
  EXPECT_EQ(snapshots.open().rv, 7U);
  EXPECT_EQ(snapshots.active(), 1U);
}

TEST_F(SnapshotsTest, NeedsTheVersionsAliveAtItsNumber) {
  sequencer.publish(7);
  snapshots.open();
  sequencer.publish(9);
  const auto view = gather();
  EXPECT_TRUE(view.needs(7, 8));
  EXPECT_TRUE(view.needs(3, 9));
  EXPECT_FALSE(view.needs(3, 7)) << "a version's end is exclusive";
  EXPECT_FALSE(view.needs(8, 9)) << "it began after the snapshot";
  EXPECT_TRUE(view.any_before(8));
  EXPECT_FALSE(view.any_before(7));
}

TEST_F(SnapshotsTest, DropsVersionsBetweenTwoSnapshots) {
  sequencer.publish(2);
  snapshots.open();
  sequencer.publish(9);
  snapshots.open();
  const auto view = gather();
  EXPECT_TRUE(view.needs(1, 3));
  EXPECT_FALSE(view.needs(3, 9));
  EXPECT_TRUE(view.needs(9, 10));
}

TEST_F(SnapshotsTest, MovesForward) {  // S3
  sequencer.publish(2);
  const auto opened = snapshots.open();
  sequencer.publish(6);
  const auto closes = snapshots.closes();
  EXPECT_EQ(snapshots.move(opened.slot), 6U);
  EXPECT_NE(snapshots.closes(), closes) << "what was kept at 2 may go now";
  EXPECT_FALSE(gather().needs(2, 6));
  EXPECT_TRUE(gather().needs(6, 7));
}

TEST_F(SnapshotsTest, ClosesAndReusesTheSlot) {  // S2
  const auto first = snapshots.open();
  const auto second = snapshots.open();
  EXPECT_NE(first.slot, second.slot);
  const auto closes = snapshots.closes();
  snapshots.close(first.slot);
  EXPECT_NE(snapshots.closes(), closes);
  EXPECT_EQ(snapshots.active(), 1U);
  EXPECT_EQ(snapshots.open().slot, first.slot);
}

TEST_F(SnapshotsTest, ManySnapshotsAreAllKept) {
  constexpr Seq kMany = 200;
  std::vector<SnapshotSlot> slots;
  for (Seq seq = 1; seq <= kMany; ++seq) {
    sequencer.publish(seq);
    slots.push_back(snapshots.open().slot);
  }
  const auto view = gather();
  for (Seq seq = 1; seq <= kMany; ++seq) EXPECT_TRUE(view.needs(seq, seq + 1)) << seq;
  EXPECT_FALSE(view.needs(0, 1));
  for (const auto slot : slots) snapshots.close(slot);
  EXPECT_TRUE(gather().empty());
}

TEST_F(SnapshotsTest, MoreThanAViewHoldsKeepsEverything) {
  sequencer.publish(5);
  for (int i = 0; i < 300; ++i) snapshots.open();
  const auto view = gather();
  EXPECT_FALSE(view.empty());
  EXPECT_TRUE(view.needs(0, 1));
  EXPECT_TRUE(view.any_before(1));
}

TEST_F(SnapshotsTest, RevokesWhatIsTooOld) {  // S4
  sequencer.publish(3);
  const auto opened = snapshots.open();
  EXPECT_FALSE(snapshots.expired(opened.slot));
  snapshots.revoke_old();
  EXPECT_TRUE(gather().needs(3, 4)) << "young";
  snapshots.limit_age(0);
  EXPECT_TRUE(snapshots.expired(opened.slot)) << "even before anybody has revoked it";
  const auto closes = snapshots.closes();
  snapshots.revoke_old();
  EXPECT_EQ(snapshots.revoked(), 1U);
  snapshots.limit_age(Snapshots::kNoMaxAge);
  EXPECT_TRUE(gather().empty());
  EXPECT_NE(snapshots.closes(), closes) << "what was kept for it may go now";
  EXPECT_TRUE(snapshots.expired(opened.slot)) << "for good";
  EXPECT_EQ(snapshots.active(), 1U);
  snapshots.close(opened.slot);
  EXPECT_EQ(snapshots.active(), 0U);
  const auto next = snapshots.open();
  EXPECT_EQ(next.slot, opened.slot);
  EXPECT_FALSE(snapshots.expired(next.slot)) << "another one's";
  EXPECT_TRUE(gather().needs(3, 4));
}

TEST_F(SnapshotsTest, ARevokedOneMovesOn) {  // S3, S4
  const auto opened = snapshots.open();
  snapshots.limit_age(0);
  snapshots.revoke_old();
  snapshots.limit_age(Snapshots::kDefaultMaxAge);
  sequencer.publish(5);
  EXPECT_EQ(snapshots.move(opened.slot), 5U);
  EXPECT_FALSE(snapshots.expired(opened.slot));
  EXPECT_TRUE(gather().needs(5, 6));
}

}  // namespace
}  // namespace heddle
