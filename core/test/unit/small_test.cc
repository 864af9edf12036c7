// Small blocks: whatever the stock does, nobody's memory is anybody else's.
#include "heddle/memory/small.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace heddle {
namespace {

struct Allocation {
  explicit Allocation(std::size_t bytes, unsigned char mark)
      : memory(static_cast<unsigned char*>(allocate_small(bytes))), size(bytes), filling(mark) {
    std::memset(memory, filling, size);
  }

  [[nodiscard]] bool intact() const {
    for (std::size_t i = 0; i < size; ++i) {
      if (memory[i] != filling) return false;
    }
    return true;
  }

  unsigned char* memory;
  std::size_t size;
  unsigned char filling;
};

TEST(SmallBlocks, AreAlignedAndWritableAtEverySize) {
  std::vector<Allocation> all;
  for (std::size_t size = 1; size <= 600; ++size) all.emplace_back(size, static_cast<unsigned char>(size));
  for (const Allocation& allocation : all) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(allocation.memory) % alignof(std::max_align_t), 0U);
    EXPECT_TRUE(allocation.intact()) << allocation.size;
    free_small(allocation.memory, allocation.size);
  }
}

TEST(SmallBlocks, NeverOverlapWhileTheyComeAndGo) {
  std::mt19937 random(3);
  std::vector<Allocation> live;
  for (int step = 0; step < 50'000; ++step) {
    // Bursts of frees, as reclamation makes them, past what the stock keeps.
    const bool growing = step / 1500 % 2 == 0;
    if (live.empty() || growing) {
      live.emplace_back(1 + random() % 300, static_cast<unsigned char>(random()));
      continue;
    }
    std::swap(live[random() % live.size()], live.back());
    ASSERT_TRUE(live.back().intact()) << "step " << step;
    free_small(live.back().memory, live.back().size);
    live.pop_back();
  }
  for (const Allocation& allocation : live) {
    ASSERT_TRUE(allocation.intact());
    free_small(allocation.memory, allocation.size);
  }
}

TEST(SmallBlocks, MayBeFreedByAnotherThreadWhichThenEnds) {
  for (int round = 0; round < 50; ++round) {
    std::vector<Allocation> made;
    for (std::size_t i = 0; i < 100; ++i) made.emplace_back(48, static_cast<unsigned char>(i));
    std::thread other([&made] {
      for (const Allocation& allocation : made) free_small(allocation.memory, allocation.size);
      const Allocation mine(48, 7);
      free_small(mine.memory, mine.size);
    });
    other.join();
  }
  const Allocation after(48, 9);
  EXPECT_TRUE(after.intact());
  free_small(after.memory, after.size);
}

}  // namespace
}  // namespace heddle
