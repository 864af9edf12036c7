// Large values under commits, snapshots, limits and readers that keep them.
#include <gtest/gtest.h>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

using test::Client;

class LargeValueTest : public test::EngineTest {
 protected:
  std::int64_t outside() const { return engine.stats().outside; }

  // Commits and collections of garbage until nothing is on its way any more.
  void settle() {
    for (int turn = 0; turn < 8; ++turn) {
      engine.tidy(a.thread);
      engine.tidy(b.thread);
    }
  }

  const std::string large = std::string(200'000, 'x');
};

TEST_F(LargeValueTest, IsReadThroughItsBlob) {
  ASSERT_EQ(a.set(map.id, "key", large), Status::kOk);
  const auto loaded = b.load(map.id, "key");
  ASSERT_NE(loaded.blob, nullptr);
  EXPECT_EQ(loaded.length, large.size());
  EXPECT_EQ(loaded.value, large);
  EXPECT_EQ(b.entries(map.id), std::vector{"key=" + large});
}

TEST_F(LargeValueTest, StaysForAsLongAsItsReaderHoldsIt) {
  a.set(map.id, "key", large);
  auto loaded = b.load(map.id, "key");
  a.set(map.id, "key", "small");
  settle();
  EXPECT_GE(outside(), 200'000) << "counts against the process";
  EXPECT_EQ(test::text(loaded.blob->bytes()), large);
  loaded.blob.reset();
  EXPECT_EQ(outside(), 0);
}

TEST_F(LargeValueTest, EveryWayToGoGivesThePagesBack) {
  a.set(map.id, "updated", large);
  a.set(map.id, "updated", large);
  a.set(map.id, "deleted", large);
  a.remove(map.id, "deleted");
  a.set(other.id, "destroyed", large);
  engine.destroy(a.thread, other.id);
  settle();
  EXPECT_LT(outside(), 210'000);
  a.clear(map.id);
  settle();
  EXPECT_EQ(outside(), 0);
}

TEST_F(LargeValueTest, CountsInItsCollectionAndInTheRecount) {
  a.set(map.id, "key", large);
  EXPECT_GT(*engine.memory(a.thread, map.id), 200'000);
  EXPECT_EQ(*engine.memory(a.thread, map.id), *engine.recount(a.thread, map.id));
  EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
  const auto loaded = a.load(map.id, "key");
  Write write = Client::set_of(map.id, "", "small");
  write.record = loaded.record;
  write.incarnation = loaded.incarnation;
  ASSERT_EQ(a.commit(write), Status::kOk) << "an update in place";
  EXPECT_LT(*engine.memory(a.thread, map.id), 1000);
  EXPECT_EQ(*engine.memory(a.thread, map.id), *engine.recount(a.thread, map.id));
}

TEST_F(LargeValueTest, ASnapshotSeesTheOldOne) {
  a.set(map.id, "key", large);
  const Seq rv = hold_snapshot();
  a.set(map.id, "key", std::string(300'000, 'y'));
  EXPECT_EQ(b.get(map.id, "key", rv, true), large);
}

TEST_F(LargeValueTest, ALimitOfTheProcessAllowsWhatTakesThePlaceOfAnotherOne) {
  a.set(map.id, "key", large);
  settle();
  engine.limit_memory(static_cast<std::uint64_t>(engine.stats().memory + 50'000));
  EXPECT_EQ(a.set(map.id, "another", large), Status::kProcessLimit);
  EXPECT_EQ(a.get(map.id, "another"), "-");
  settle();
  EXPECT_LT(outside(), 210'000) << "what was refused leaves nothing behind";
  EXPECT_EQ(a.set(map.id, "key", large), Status::kOk);
  const auto reader = b.load(map.id, "key");
  settle();
  EXPECT_EQ(a.set(map.id, "key", large), Status::kProcessLimit) << "the old one would stay";
}

TEST_F(LargeValueTest, AStagedBlobIsWritten) {
  BlobPtr blob = Blob::make(engine.pages(), test::bytes("small"));
  const Blob* raw = blob.get();
  Write write = Client::set_of(map.id, "key", "small");
  write.blob = &blob;
  ASSERT_EQ(a.commit(write), Status::kOk);
  blob.reset();
  EXPECT_EQ(a.load(map.id, "key").blob.get(), raw);
}

}  // namespace
}  // namespace heddle
