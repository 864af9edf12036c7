#include "heddle/engine.h"

#include <gtest/gtest.h>

#include "support/client.h"

namespace heddle {
namespace {

using test::Client;

TEST(B, B1) {
  Engine engine(1);
  Client a(engine), b(engine);
  const auto map = a.open("m");
  a.set(map.id, "k", "1");
  const auto opened = engine.open_snapshot(a.thread);
  b.clear(map.id);
  const auto loaded = a.load(map.id, "k", opened.rv, true);
  EXPECT_EQ(loaded.value, "1");
  EXPECT_EQ(loaded.collection_stamp & 1, 1);
  engine.close_snapshot(a.thread, opened.slot);
}
TEST(B, B2) {
  Engine engine(1);
  Client a(engine), b(engine);
  const auto map = a.open("m");
  a.set(map.id, "k", "1");
  const auto opened = engine.open_snapshot(a.thread);
  b.clear(map.id);
  b.set(map.id, "other", "1");
  const Seq rv = engine.published();
  b.clear(map.id);
  for (int i = 0; i < 20; ++i) b.set(map.id, "other", "1");
  EXPECT_EQ(b.get(map.id, "k", rv), "[1]");
  EXPECT_EQ(b.get(map.id, "k", opened.rv, true), "1");
  engine.close_snapshot(a.thread, opened.slot);
}
}  // namespace
}  // namespace heddle
