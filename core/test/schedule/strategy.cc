#include "schedule/strategy.h"

#include <algorithm>

namespace heddle::schedule {

bool DepthFirst::begin() {
  depth_ = 0;
  preempted_ = 0;
  if (!started_) {
    started_ = true;
    return true;
  }
  while (!path_.empty() && path_.back().taken + 1 == path_.back().options) path_.pop_back();
  if (path_.empty()) return false;
  ++path_.back().taken;
  return true;
}

size_t DepthFirst::thread(std::span<const size_t> candidates, size_t current, bool yields) {
  const bool preempting = !yields && candidates.front() == current;
  if (preempting && preempted_ == bound_) return 0;
  const size_t taken = branch(candidates.size());
  if (preempting && taken != 0) ++preempted_;
  return taken;
}

size_t DepthFirst::branch(size_t options) {
  if (options == 1) return 0;
  if (depth_ == path_.size()) path_.push_back({0, options});
  const Choice& choice = path_[depth_++];
  if (choice.options != options) {
    diverged_ = true;
    return 0;
  }
  return choice.taken;
}

void DepthFirst::restart() {
  path_.clear();
  started_ = false;
}

int64_t& RandomPriorities::priority(size_t thread) {
  while (priorities_.size() <= thread) priorities_.push_back(static_cast<int64_t>(random_() >> 1));
  return priorities_[thread];
}

bool RandomPriorities::begin() {
  if (left_ == 0) return false;
  --left_;
  longest_ = std::max(longest_, decisions_);
  decisions_ = 0;
  lowest_ = 0;
  priorities_.clear();
  moments_.resize(changes_);
  for (uint64_t& moment : moments_) moment = random_() % longest_;
  return true;
}

size_t RandomPriorities::thread(std::span<const size_t> candidates, size_t current, bool) {
  const uint64_t now = decisions_++;
  if (candidates.front() == current && std::ranges::find(moments_, now) != moments_.end()) {
    priority(current) = --lowest_;
  }
  const auto highest = std::ranges::max_element(candidates, {}, [this](size_t id) { return priority(id); });
  return static_cast<size_t>(highest - candidates.begin());
}

}  // namespace heddle::schedule
