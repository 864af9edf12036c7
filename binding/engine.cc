// The engine of the process.
#include <cstdlib>
#include <random>
#include <string_view>

#include "heddle/memory/machine.h"
#include "thread_state.h"

namespace heddle::binding {

Engine& engine() {
  static auto* const instance = [] {
    std::random_device entropy;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, and nothing here writes the environment
    const char* mapping = std::getenv("HEDDLE_MAPPING");
    const bool mapped = mapping == nullptr || std::string_view(mapping) != "off";
    auto* made = new Engine((std::uint64_t{entropy()} << 32) | entropy(), mapped);
    if (const auto memory = machine_memory()) made->limit_memory(*memory / 2);
    return made;
  }();
  return *instance;
}

}  // namespace heddle::binding
