#include "heddle/counters.h"

namespace heddle {

namespace {

double read(const double& cell) { return std::atomic_ref(const_cast<double&>(cell)).load(std::memory_order_relaxed); }

void add_block(Counters::Block& sum, const Counters::Block& block) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += read(block[i]);
}

}  // namespace

Counters::Block& Counters::take() {
  const std::lock_guard guard(mutex_);
  if (unused_.empty()) {
    unused_.reserve(blocks_.size() + 1);  // so that giving back never allocates
    return blocks_.emplace_back();
  }
  Block& block = *unused_.back();
  unused_.pop_back();
  return block;
}

void Counters::give_back(Block& block) {
  const std::lock_guard guard(mutex_);
  add_block(former_, block);
  block.fill(0);
  unused_.push_back(&block);
}

std::size_t Counters::row_of(const std::string& label) {
  const std::lock_guard guard(mutex_);
  const auto found = rows_.find(label);
  if (found != rows_.end()) return found->second;
  if (labels_.size() + 1 >= kOtherLabels) return kOtherLabels;
  labels_.reserve(labels_.size() + 1);
  std::string listed = label;
  rows_.emplace(label, labels_.size() + 1);
  labels_.push_back(std::move(listed));
  return labels_.size();
}

std::vector<std::string> Counters::labels() const {
  const std::lock_guard guard(mutex_);
  return labels_;
}

Counters::Block Counters::sum() const {
  const std::lock_guard guard(mutex_);
  Block sum = former_;
  for (const Block& block : blocks_) add_block(sum, block);
  return sum;
}

}  // namespace heddle
