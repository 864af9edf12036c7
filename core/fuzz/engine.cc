#include "engine.h"

#include "target.h"

namespace heddle::fuzz {

Engine& shared_engine() {
  static auto* const engine = [] {
    auto* made = new Engine(1);
    made->limit_snapshot_age(Snapshots::kNoMaxAge);  // inputs are histories, without a clock
    return made;
  }();
  return *engine;
}

void require_nothing_left(Engine& engine, Thread& last) {
  for (int turn = 0; turn < 4; ++turn) {
    while (engine.tidy(last)) {
    }
  }
  const Stats stats = engine.stats();
  require_equal(engine.collections(last).size(), std::size_t{0}, "collections that are left");
  require_equal(stats.memory, std::int64_t{0}, "memory that is left");
  require_equal(stats.outside, std::int64_t{0}, "large values that are left");
  require_equal(stats.told, std::int64_t{0}, "what is left for watchers");
  require_equal(stats.retired, std::size_t{0}, "what waits for readers");
  require_equal(stats.open_snapshots, std::size_t{0}, "snapshots that are left");
  require_equal(stats.watches, std::size_t{0}, "watches that are left");
  require_equal(stats.threads, std::size_t{1}, "threads that are left");
}

}  // namespace heddle::fuzz
