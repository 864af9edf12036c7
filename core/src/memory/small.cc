#include "heddle/memory/small.h"

#include <array>
#include <cstdlib>

namespace heddle {

namespace {

constexpr std::size_t kGranule = 16;
constexpr std::size_t kClasses = 16;  // blocks of up to 256 bytes
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMostBlocks = 0;  // the sanitizers must see every block come and go
#else
constexpr std::size_t kMostBlocks = 512;  // kept of one size
#endif

struct Block {
  Block* next;
};

struct Stock {
  struct Class {
    Block* first = nullptr;
    std::size_t blocks = 0;
  };
  std::array<Class, kClasses> classes;

  ~Stock() {
    for (const Class& kept : classes) {
      for (Block* block = kept.first; block != nullptr;) {
        Block* next = block->next;
        std::free(block);
        block = next;
      }
    }
    // What this thread frees from now on (other destructors may) is not kept.
    for (Class& kept : classes) kept = {nullptr, kMostBlocks};
  }
};

thread_local Stock stock;

// Sizes of one class get blocks of one size. kClasses and above: not kept.
constexpr std::size_t class_of(std::size_t size) { return (size - 1) / kGranule; }

}  // namespace

void* allocate_small(std::size_t size) {
  const std::size_t index = class_of(size);
  if (index >= kClasses) return std::malloc(size);
  Stock::Class& kept = stock.classes[index];
  if (kept.first == nullptr) return std::malloc((index + 1) * kGranule);
  Block* block = kept.first;
  kept.first = block->next;
  --kept.blocks;
  return block;
}

void free_small(void* memory, std::size_t size) {
  const std::size_t index = class_of(size);
  if (index >= kClasses || stock.classes[index].blocks >= kMostBlocks) return std::free(memory);
  Stock::Class& kept = stock.classes[index];
  auto* block = static_cast<Block*>(memory);
  block->next = kept.first;
  kept.first = block;
  ++kept.blocks;
}

}  // namespace heddle
