// Stocks of small blocks: whatever they do, nobody's memory is anybody else's.
#include "heddle/memory/stock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace heddle {
namespace {

struct Allocation {
  Allocation(Stock& stock, std::size_t bytes, unsigned char mark)
      : memory(static_cast<unsigned char*>(stock.allocate(bytes))), size(bytes), filling(mark) {
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

TEST(Stock, BlocksAreAlignedAndWritableAtEverySize) {
  Stock stock;
  std::vector<Allocation> all;
  for (std::size_t size = 1; size <= 600; ++size) all.emplace_back(stock, size, static_cast<unsigned char>(size));
  for (const Allocation& allocation : all) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(allocation.memory) % alignof(std::max_align_t), 0U);
    EXPECT_TRUE(allocation.intact()) << allocation.size;
    stock.give_back(allocation.memory, allocation.size);
  }
}

TEST(Stock, BlocksNeverOverlapWhileTheyComeAndGo) {
  Stock stock;
  std::mt19937 random(3);
  std::vector<Allocation> live;
  for (int step = 0; step < 50'000; ++step) {
    // Bursts of frees, as reclamation makes them, past what the stock keeps.
    const bool growing = step / 1500 % 2 == 0;
    if (live.empty() || growing) {
      live.emplace_back(stock, 1 + random() % 300, static_cast<unsigned char>(random()));
      continue;
    }
    std::swap(live[random() % live.size()], live.back());
    ASSERT_TRUE(live.back().intact()) << "step " << step;
    stock.give_back(live.back().memory, live.back().size);
    live.pop_back();
  }
  for (const Allocation& allocation : live) {
    ASSERT_TRUE(allocation.intact());
    stock.give_back(allocation.memory, allocation.size);
  }
}

TEST(Stock, TakesBackTheBlocksOfAnotherOneThatIsGone) {
  Stock mine;
  std::vector<Allocation> made;
  {
    Stock theirs;
    for (std::size_t i = 0; i < 100; ++i) made.emplace_back(theirs, 48, static_cast<unsigned char>(i));
  }
  for (const Allocation& allocation : made) {
    EXPECT_TRUE(allocation.intact());
    mine.give_back(allocation.memory, allocation.size);
  }
  mine.clear();
  const Allocation after(mine, 48, 9);
  EXPECT_TRUE(after.intact());
  mine.give_back(after.memory, after.size);
}

// What one thread makes and another one frees, as through a queue.
TEST(Stock, BatchesGoFromOneToAnotherThroughADepot) {
  Depot depot;
  Stock maker(&depot);
  Stock breaker(&depot);
  std::vector<Allocation> live;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 1000; ++i) live.emplace_back(maker, 48, static_cast<unsigned char>(i));
    for (const Allocation& allocation : live) {
      ASSERT_TRUE(allocation.intact());
      breaker.give_back(allocation.memory, allocation.size);
    }
    live.clear();
  }
  if (BlockClasses::kBatch > 0) {
    FreeBlock* left = depot.take(BlockClasses::of(48));
    ASSERT_NE(left, nullptr) << "nothing was left for others";
    depot.leave(BlockClasses::of(48), left);
  }
}

}  // namespace
}  // namespace heddle
