// One engine, two threads and one named map.
#pragma once

#include <gtest/gtest.h>

#include "support/client.h"

namespace heddle::test {

class EngineTest : public testing::Test {
 protected:
  // A snapshot that stays open until the end of the test.
  Seq hold_snapshot() { return engine.open_snapshot(b.thread).rv; }

  // Enough commits for the janitor to come to everything that is due.
  void tend() {
    for (int turn = 0; turn < 200; ++turn) a.set(other.id, "tended", "x");
  }

  std::uint64_t dropped() const { return engine.stats().versions_dropped; }
  std::uint64_t reclaimed() const { return engine.stats().records_reclaimed; }

  Engine engine{1};
  Client a{engine};
  Client b{engine};
  const CollectionInfo map = a.open("map");
  const CollectionInfo other = a.open("other");
};

}  // namespace heddle::test
