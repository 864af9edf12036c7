// Counts that a thread keeps for `stats`, so cheaply that nobody need ask for them: the language layer adds to its own
// block by plain stores, and whoever wants to know sums up the blocks.
//
// A block is rows of doubles: one for everything, one for each label of transactions. Blocks are never freed, because
// the language may have mapped them; when a thread ends, what it has counted is kept and another thread gets its block.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "heddle/sync/atomic.h"

namespace heddle {

class Counters {
 public:
  static constexpr std::size_t kRows = 64;
  static constexpr std::size_t kColumns = 64;
  // The first columns are the language's business; these are a histogram of how long commits took.
  static constexpr std::size_t kFirstBucket = 16;
  static constexpr std::size_t kBuckets = kColumns - kFirstBucket;
  static constexpr std::size_t kOtherLabels = kRows - 1;  // of what came when all rows were taken

  using Block = std::array<double, kRows * kColumns>;

  // Bucket i holds what took from about 2^(7 + i/2) ns on: every second one doubles that.
  static std::size_t bucket_of(double nanoseconds) {
    const double step = 2 * (std::log2(std::max(nanoseconds, 1.0)) - 7);
    return static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(kBuckets - 1)));
  }
  // Adds to a cell of the caller's own block.
  static void add(double& cell, double more) {
    const std::atomic_ref shared(cell);
    shared.store(shared.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  Block& take();
  void give_back(Block& block);

  // The row of a label. O(1).
  std::size_t row_of(const std::string& label);
  // The labels of rows 1, 2, …
  [[nodiscard]] std::vector<std::string> labels() const;

  // What all threads have counted so far. O(threads), and inexact by what is being counted meanwhile.
  [[nodiscard]] Block sum() const;

 private:
  // Guarded by mutex_.
  mutable mutex mutex_;
  std::deque<Block> blocks_;
  std::vector<Block*> unused_;  // all zero
  Block former_{};              // of threads that have ended
  std::unordered_map<std::string, std::size_t> rows_;
  std::vector<std::string> labels_;
};

}  // namespace heddle
