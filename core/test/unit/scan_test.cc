// Scans: insertion order on one snapshot. V4 is an invariant of heddle/memory/version.h, O1 of order_log.h.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;
using test::text;
using Entries = std::vector<std::string>;

class Scanning : public test::EngineTest {};

TEST_F(Scanning, VisitsInTheOrderOfInsertion) {
  EXPECT_TRUE(a.entries(map.id).empty());
  for (const char* key : {"c", "a", "b"}) a.set(map.id, key, "1");
  a.set(map.id, "a", "2");
  EXPECT_EQ(b.entries(map.id), (Entries{"c=1", "a=2", "b=1"})) << "an update keeps the place";
}

TEST_F(Scanning, DeletingAndAddingAgainMovesToTheEnd) {  // V4
  for (const char* key : {"a", "b", "c"}) a.set(map.id, key, "1");
  const Seq rv = hold_snapshot();
  a.remove(map.id, "a");
  a.set(map.id, "a", "2");
  Write again = Client::set_of(map.id, "b", "2");
  again.move = true;  // both in one transaction
  a.commit(again);
  EXPECT_EQ(b.entries(map.id), (Entries{"c=1", "a=2", "b=2"}));
  tend();
  EXPECT_EQ(b.entries(map.id, rv), (Entries{"a=1", "b=1", "c=1"})) << "an old snapshot keeps the old place";
  EXPECT_EQ(b.entries(map.id), (Entries{"c=1", "a=2", "b=2"}));
}

TEST_F(Scanning, EverySnapshotRecognisesItsOwnMembership) {  // V4
  std::vector<std::pair<Seq, Entries>> expected;
  a.set(map.id, "stays", "0");
  for (int round = 1; round <= 5; ++round) {
    a.set(map.id, "comes and goes", std::to_string(round));
    a.set(map.id, std::to_string(round), "x");
    expected.emplace_back(hold_snapshot(), a.entries(map.id));
    a.remove(map.id, "comes and goes");
    expected.emplace_back(hold_snapshot(), a.entries(map.id));
  }
  tend();
  for (const auto& [rv, entries] : expected) EXPECT_EQ(b.entries(map.id, rv), entries) << "at " << rv;
}

TEST_F(Scanning, StopsAndGoesOn) {
  for (int i = 0; i < 2000; ++i) a.set(map.id, std::to_string(i), "x");
  const Seq rv = hold_snapshot();
  a.remove(map.id, "700");
  a.set(map.id, "2000", "x");
  ScanRequest request{.collection = map.id, .snapshot = rv};
  int next = 0;
  for (bool done = false; !done;) {
    int taken = 0;
    const ScanResult result = engine.scan(b.thread, request, [&](const ScanEntry& entry) {
      if (taken == 300) return false;
      ++taken;
      EXPECT_EQ(text(entry.key), std::to_string(next++));
      return true;
    });
    ASSERT_EQ(result.status, Status::kOk);
    done = result.done;
    request.cursor = result.cursor;
  }
  EXPECT_EQ(next, 2000);
}

TEST_F(Scanning, HandsOutStampsOfPresentEntriesOnly) {
  a.set(map.id, "kept", "1");
  a.set(map.id, "changed", "1");
  const Seq rv = hold_snapshot();
  a.set(map.id, "changed", "2");
  engine.scan(b.thread, {.collection = map.id, .snapshot = rv}, [&](const ScanEntry& entry) {
    EXPECT_EQ((entry.stamp & 1) == 0, text(entry.key) == "kept");
    EXPECT_EQ(text(entry.value), "1");
    return true;
  });
}

TEST_F(Scanning, AnswersForTheMembersAndTheCollection) {
  a.set(map.id, "key", "1");
  const auto scan = [&](Seq rv) {
    return engine.scan(b.thread, {.collection = map.id, .snapshot = rv}, [](const ScanEntry&) { return true; });
  };
  const ScanResult present = scan(hold_snapshot());
  EXPECT_EQ(present.members, map.members);
  EXPECT_EQ(present.members_stamp, a.stamp(map.members));
  EXPECT_EQ(present.collection_stamp, a.stamp(map.stamp));
  const Seq rv = hold_snapshot();
  a.set(map.id, "another", "1");
  EXPECT_EQ(scan(rv).members_stamp & 1, 1);
  a.clear(map.id);
  EXPECT_EQ(scan(rv).collection_stamp & 1, 1);
}

TEST_F(Scanning, SeesTheEraOfItsSnapshot) {
  a.set(map.id, "old", "1");
  const Seq rv = hold_snapshot();
  a.clear(map.id);
  a.set(map.id, "new", "1");
  tend();
  EXPECT_EQ(b.entries(map.id, rv), Entries{"old=1"});
  EXPECT_EQ(b.entries(map.id), Entries{"new=1"});
}

TEST_F(Scanning, SurvivesTheCompactionOfItsLog) {  // O1, O2
  Entries all;
  Entries rest;
  for (int i = 0; i < 4000; ++i) a.set(map.id, std::to_string(i), "x");
  for (int i = 0; i < 4000; ++i) {
    all.push_back(std::to_string(i) + "=x");
    if (i % 50 == 0) rest.push_back(all.back());
  }
  const auto opened = engine.open_snapshot(b.thread);
  for (int i = 0; i < 4000; ++i) {
    if (i % 50 != 0) a.remove(map.id, std::to_string(i));
  }
  EXPECT_EQ(b.entries(map.id, opened.rv), all);
  engine.close_snapshot(b.thread, opened.slot);
  tend();
  for (int i = 0; i < 3000; ++i) {  // the janitor comes round to all tombstones, and a deletion compacts
    a.set(map.id, "last", "x");
    a.remove(map.id, "last");
  }
  EXPECT_EQ(b.entries(map.id), rest);
}

}  // namespace
}  // namespace heddle
