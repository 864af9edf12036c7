// Who runs next: the policies of the schedule explorer. A policy sees decisions as numbers only (which of n options),
// so that it knows nothing of threads and blocking, and the execution nothing of search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace heddle::schedule {

class Strategy {
 public:
  virtual ~Strategy() = default;

  /// Prepares the next run; false when there is none left.
  virtual bool begin() = 0;
  /// Index into `candidates` (thread numbers, at least one) of the thread to go on with. `current` is at the front if
  /// it can go on, and leaving it then is a preemption unless `yields`.
  virtual size_t thread(std::span<const size_t> candidates, size_t current, bool yields) = 0;
  /// One of `options` equal alternatives (at least one).
  virtual size_t branch(size_t options) = 0;
  /// Forgets the runs so far, because the set of decisions has changed.
  virtual void restart() = 0;
  /// A run took another path than the one before it under the same choices.
  virtual bool diverged() const = 0;
};

/// Depth-first search over all decisions with at most `preemptions` preemptions in a run.
class DepthFirst final : public Strategy {
 public:
  explicit DepthFirst(int preemptions) : bound_(preemptions) {}

  bool begin() override;
  size_t thread(std::span<const size_t> candidates, size_t current, bool yields) override;
  size_t branch(size_t options) override;
  void restart() override;
  bool diverged() const override { return diverged_; }

 private:
  struct Choice {
    size_t taken;
    size_t options;
  };

  std::vector<Choice> path_;
  size_t depth_ = 0;
  int bound_;
  int preempted_ = 0;
  bool started_ = false;
  bool diverged_ = false;
};

/// Probabilistic concurrency testing (Burckhardt et al.): random priorities, lowered at `changes` random moments.
class RandomPriorities final : public Strategy {
 public:
  RandomPriorities(uint64_t runs, int changes, uint64_t seed)
      : left_(runs), changes_(static_cast<size_t>(changes)), random_(seed) {}

  bool begin() override;
  size_t thread(std::span<const size_t> candidates, size_t current, bool yields) override;
  size_t branch(size_t options) override { return random_() % options; }
  void restart() override {}
  bool diverged() const override { return false; }

 private:
  int64_t& priority(size_t thread);

  uint64_t left_;
  size_t changes_;
  std::mt19937_64 random_;
  std::vector<int64_t> priorities_;
  std::vector<uint64_t> moments_;
  uint64_t decisions_ = 0;
  uint64_t longest_ = 1;
  int64_t lowest_ = 0;
};

}  // namespace heddle::schedule
