// Memory for small versions: a thread's stock of freed blocks over malloc.
//
// Reclamation frees in bursts of a few hundred blocks and commits take them back one by one. malloc's own per-thread
// cache holds seven of a size, so most of a burst would go the long way, twice. The stock belongs to what the engine
// knows of a thread rather than being a thread_local: in a shared library each use of one of those is a call.
//
// Where one thread makes what another one frees, as through a queue, blocks go from stock to stock by the batch: J.
// Bonwick and J. Adams, "Magazines and Vmem" (2001).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "heddle/sync/atomic.h"

namespace heddle {

struct FreeBlock {
  FreeBlock* next;
  FreeBlock* next_batch;  // of the first one of a batch
};

// What sizes there are: those that glibc's malloc gives anyway, a multiple of 16 with its own 8 bytes. Sizes of one
// class get blocks of one size.
struct BlockClasses {
  static constexpr std::size_t kGranule = 16;
  static constexpr std::size_t kSmallest = 24;
  static constexpr std::size_t kCount = 16;  // blocks of up to 264 bytes
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr std::size_t kBatch = 0;  // the sanitizers must see every block come and go
#else
  static constexpr std::size_t kBatch = 256;  // blocks that change hands together
#endif

  // kCount and above: such blocks are not kept.
  static constexpr std::size_t of(std::size_t size) {
    return size <= kSmallest ? 0 : (size - kSmallest + kGranule - 1) / kGranule;
  }
  static constexpr std::size_t size_of(std::size_t index) { return index * kGranule + kSmallest; }
};

// Full batches that one stock had too much of and another may need.
class Depot {
 public:
  Depot() = default;
  ~Depot();
  Depot(const Depot&) = delete;
  Depot& operator=(const Depot&) = delete;

  // Any thread. Takes a batch over, or frees it if there is enough of the size.
  void leave(std::size_t index, FreeBlock* batch);
  // A batch, or null.
  [[nodiscard]] FreeBlock* take(std::size_t index);

 private:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // of one size

  struct alignas(64) Shelf {
    mutex lock;
    FreeBlock* first = nullptr;  // guarded by lock, as is the other
    std::size_t batches = 0;
  };
  std::array<Shelf, BlockClasses::kCount> shelves_;
};

// Blocks come from malloc and may end in free, or in the stock of another thread. Used by one thread at a time.
class Stock {
 public:
  explicit Stock(Depot* depot = nullptr) : depot_(depot) {}
  ~Stock() { clear(); }
  Stock(const Stock&) = delete;
  Stock& operator=(const Stock&) = delete;

  // Uninitialised memory for `size` bytes; nullptr when there is none. O(1).
  [[nodiscard]] void* allocate(std::size_t size) {
    const std::size_t index = BlockClasses::of(size);
    if (index >= BlockClasses::kCount) return std::malloc(size);
    Class& kept = classes_[index];
    if (kept.first == nullptr && !refill(index)) return std::malloc(BlockClasses::size_of(index));
    FreeBlock* block = kept.first;
    kept.first = block->next;
    // Who freed the next one is likely to be another thread.
    __builtin_prefetch(kept.first, 1);
    __builtin_prefetch(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(kept.first) + size), 1);
    --kept.blocks;
    return block;
  }

  // Takes back memory of this or another stock, with the size it was asked for. O(1).
  void give_back(void* memory, std::size_t size) {
    const std::size_t index = BlockClasses::of(size);
    if (index >= BlockClasses::kCount || BlockClasses::kBatch == 0) return std::free(memory);
    Class& kept = classes_[index];
    if (kept.blocks == BlockClasses::kBatch) put_aside(index);
    auto* block = static_cast<FreeBlock*>(memory);
    block->next = kept.first;
    kept.first = block;
    ++kept.blocks;
  }

  // Frees all that is kept.
  void clear();

 private:
  // Less than a batch that is in use, and a full one or none.
  struct Class {
    FreeBlock* first = nullptr;
    std::size_t blocks = 0;
    FreeBlock* full = nullptr;
  };

  bool refill(std::size_t index);
  void put_aside(std::size_t index);

  Depot* const depot_;
  std::array<Class, BlockClasses::kCount> classes_;
};

}  // namespace heddle
