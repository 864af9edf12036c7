// Memory for small versions: a per-thread stock of freed blocks over malloc.
//
// Reclamation frees in bursts of a few hundred blocks and commits take them back one by one. malloc's own per-thread
// cache holds seven of a size, so most of a burst would go the long way, twice.
#pragma once

#include <cstddef>

namespace heddle {

// Uninitialised memory for `size` bytes; nullptr when there is none. O(1).
void* allocate_small(std::size_t size);
// Gives it back, with the size it was asked for; any thread may. O(1).
void free_small(void* memory, std::size_t size);

}  // namespace heddle
