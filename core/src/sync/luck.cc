#include "heddle/sync/luck.h"

#ifdef HEDDLE_UNLUCKY

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <iterator>

namespace heddle {

namespace {

using Counts = std::array<std::atomic<std::uint64_t>, std::size(kOneIn)>;

// In a file that all processes of a run map: it is whole however they end.
Counts& counts() noexcept {
  static Counts own{};
  static Counts& shown = []() -> Counts& {
    const char* path = std::getenv("HEDDLE_UNLUCKY_COUNTS");
    const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return own;
    void* mapped = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return mapped == MAP_FAILED ? own : *static_cast<Counts*>(mapped);
  }();
  return shown;
}

}  // namespace

bool strike(BadLuck kind) noexcept {
  static const bool lucky = std::getenv("HEDDLE_LUCKY") != nullptr;
  if (lucky && kind >= BadLuck::kConflict) return false;
  counts()[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  return true;
}

}  // namespace heddle

#endif
