// Pages for large values: a file that exists in memory alone, mapped for reading once for the whole process.
//
//   file     | extent A | free | extent B | patched pages are not here | …
//   mapping  |<- one mapping, read-only, shared: every thread reads A and B here ->|
//   private  |<- of A, copy-on-write: a reader's own, or the base of a patched value ->|
//
// A private mapping of an extent costs no memory until somebody writes to it, and then a page at a time. Where there is
// no such file (other systems, limits on files or addresses) extents are ordinary memory, and what would be mapped is
// copied.
//
// Invariants
//  P1. Bytes of an extent never change from its making to its end: readers need no lock.
//  P2. A private mapping holds its extent: pages that are given back read as zeros in it.
//  P3. The file is written by calls, never through a mapping: running out of memory is an answer, not a signal.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "heddle/memory/budget.h"
#include "heddle/types.h"

namespace heddle {

class PageStore {
 public:
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  // `budget` is told of what the extents take.
  PageStore(Budget& budget, bool mapped);
  ~PageStore();
  PageStore(const PageStore&) = delete;
  PageStore& operator=(const PageStore&) = delete;

  // False: everything is ordinary memory.
  [[nodiscard]] bool mapped() const { return base_ != nullptr; }
  [[nodiscard]] static std::size_t page_size();
  // Up to a whole page.
  [[nodiscard]] static std::size_t round_up(std::size_t bytes) {
    return (bytes + page_size() - 1) / page_size() * page_size();
  }

  // Pages of zeros for so many bytes; kNone when there are none. O(free runs).
  [[nodiscard]] std::uint64_t allocate(std::size_t bytes);
  void free(std::uint64_t at, std::size_t bytes);
  // False when the system has no memory.
  [[nodiscard]] bool write(std::uint64_t at, Bytes bytes) const;
  // Where the pages can be read.
  [[nodiscard]] const std::byte* address(std::uint64_t at) const { return base_ + at; }
  // Maps the pages now rather than when they are first read, one by one.
  void populate(std::uint64_t at, std::size_t bytes) const;
  // A copy-on-write mapping of `total` bytes, of which the first `bytes` show the pages at `at` and the rest zeros;
  // null when the system refuses. `unmap` is its end.
  [[nodiscard]] std::byte* map_private(std::uint64_t at, std::size_t bytes, std::size_t total) const;
  static void unmap(std::byte* mapping, std::size_t total);

  Budget& budget;

 private:
  int file_ = -1;
  std::byte* base_ = nullptr;
  std::uint64_t size_ = 0;

  // Guarded by mutex_.
  mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> free_;  // where a run starts → its length, in bytes; no two touch
};

// A run of bytes that never changes (P1), for whoever holds it.
class Extent {
 public:
  // What lies where; later parts lie over earlier ones, and the rest is zeros.
  struct Part {
    std::size_t at;
    Bytes bytes;
  };

  // Null when memory is short. Shorter runs than `kPaged` are ordinary memory.
  static std::shared_ptr<const Extent> make(PageStore& store, std::size_t length, std::span<const Part> parts);
  ~Extent();
  Extent(const Extent&) = delete;
  Extent& operator=(const Extent&) = delete;

  static constexpr std::size_t kPaged = std::size_t{64} * 1024;

  // Readable up to the next multiple of 8.
  [[nodiscard]] const std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t length() const { return length_; }
  [[nodiscard]] bool paged() const { return at_ != PageStore::kNone; }
  // Before many threads read it.
  void populate() const {
    if (paged()) store_.populate(at_, length_);
  }
  // As PageStore::map_private; null also for ordinary memory.
  [[nodiscard]] std::byte* map_private(std::size_t total) const;

 private:
  Extent(PageStore& store, std::size_t length) : store_(store), length_(length) {}
  [[nodiscard]] bool fill_pages(std::span<const Part> parts);
  [[nodiscard]] bool fill_memory(std::span<const Part> parts);
  [[nodiscard]] std::size_t footprint() const { return paged() ? PageStore::round_up(length_) : length_; }

  PageStore& store_;
  const std::size_t length_;
  std::uint64_t at_ = PageStore::kNone;
  const std::byte* data_ = nullptr;
};

}  // namespace heddle
