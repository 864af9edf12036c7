// Memory for small versions: a thread's stock of freed blocks over malloc.
//
// Reclamation frees in bursts of a few hundred blocks and commits take them back one by one. malloc's own per-thread
// cache holds seven of a size, so most of a burst would go the long way, twice. The stock belongs to what the engine
// knows of a thread rather than being a thread_local: in a shared library each use of one of those is a call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>

namespace heddle {

// Blocks come from malloc and may end in free, or in the stock of another thread. Used by one thread at a time.
class Stock {
 public:
  Stock() = default;
  ~Stock() { clear(); }
  Stock(const Stock&) = delete;
  Stock& operator=(const Stock&) = delete;

  // Uninitialised memory for `size` bytes; nullptr when there is none. O(1).
  [[nodiscard]] void* allocate(std::size_t size) {
    const std::size_t index = class_of(size);
    if (index >= kClasses) return std::malloc(size);
    Class& kept = classes_[index];
    if (kept.first == nullptr) return std::malloc(index * kGranule + kSmallest);
    Block* block = kept.first;
    kept.first = block->next;
    --kept.blocks;
    return block;
  }

  // Takes back memory of this or another stock, with the size it was asked for. O(1).
  void give_back(void* memory, std::size_t size) {
    const std::size_t index = class_of(size);
    if (index >= kClasses || classes_[index].blocks >= kMostBlocks) return std::free(memory);
    Class& kept = classes_[index];
    auto* block = static_cast<Block*>(memory);
    block->next = kept.first;
    kept.first = block;
    ++kept.blocks;
  }

  // Frees all that is kept.
  void clear();

 private:
  // The sizes that glibc's malloc gives anyway: a multiple of 16 with its own 8 bytes.
  static constexpr std::size_t kGranule = 16;
  static constexpr std::size_t kSmallest = 24;
  static constexpr std::size_t kClasses = 16;  // blocks of up to 264 bytes
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr std::size_t kMostBlocks = 0;  // the sanitizers must see every block come and go
#else
  static constexpr std::size_t kMostBlocks = 512;  // kept of one size
#endif

  struct Block {
    Block* next;
  };

  struct Class {
    Block* first = nullptr;
    std::size_t blocks = 0;
  };

  // Sizes of one class get blocks of one size. kClasses and above: not kept.
  static constexpr std::size_t class_of(std::size_t size) {
    return size <= kSmallest ? 0 : (size - kSmallest + kGranule - 1) / kGranule;
  }

  std::array<Class, kClasses> classes_;
};

}  // namespace heddle
