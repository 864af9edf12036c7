// What the running totals should be, from scratch: tests compare. Both are O(records of the process), inside the
// section.
#pragma once

#include <cstdint>

namespace heddle {

class Collection;
struct Store;

// Collection::memory.
[[nodiscard]] std::int64_t recount_live(const Store& store, const Collection& collection);

// Budget::held.
[[nodiscard]] std::int64_t recount_held(const Store& store);

}  // namespace heddle
