// Two threads, of which `b` watches what `a` does.
#pragma once

#include <vector>

#include "support/engine_fixture.h"
#include "support/watching.h"

namespace heddle::test {

class WatchesTest : public EngineTest {
 protected:
  using Kind = Watch::Kind;
  using Overflow = Watch::Overflow;
  Status commit(std::vector<Write> writes) { return a.commit(writes); }
  std::int64_t told_bytes() const { return engine.stats().told; }
};

}  // namespace heddle::test
