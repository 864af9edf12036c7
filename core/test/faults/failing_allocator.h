// Makes allocations of one thread fail: everything that `new` gives, and of what the engine asks the system for itself
// malloc, calloc, mmap and pwrite. The linker puts these in the place of the system's (`--wrap`).
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::test {

enum class Shortage { kOnce, kLasting };  // the allocation with that number fails, or all from that on

// From its making to its end the calling thread's allocations are counted, and those that are to fail do. One at a
// time.
class FailingAllocations {
 public:
  static constexpr std::size_t kNone = 0;

  explicit FailingAllocations(std::size_t number = kNone, Shortage shortage = Shortage::kOnce);
  ~FailingAllocations();
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
};

// Whether an allocation of this thread failed the last time.
[[nodiscard]] bool allocation_failed();

// Blocks of the whole process that were allocated and have not been freed.
[[nodiscard]] std::int64_t live_blocks();

}  // namespace heddle::test
