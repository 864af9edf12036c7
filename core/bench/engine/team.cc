#include "team.h"

#include <algorithm>

namespace heddle::bench {

Team::Team(std::vector<Candidate*> candidates, const Workload& workload, std::uint32_t keys, std::size_t threads)
    : candidates_(std::move(candidates)), members_(threads), busy_(threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    members_[i].thread = std::thread([=, this] { live(i, Source(workload, keys, i + 1)); });
  }
  await_members();
}

Team::~Team() {
  candidate_ = nullptr;
  ++round_;
  round_.notify_all();
  for (Member& member : members_) member.thread.join();
}

Team::Round Team::run(Candidate& candidate, std::size_t threads, Clock::duration time) {
  candidate_ = &candidate;
  threads_ = threads;
  stop_.store(false, std::memory_order_relaxed);
  busy_.store(members_.size(), std::memory_order_relaxed);
  const Clock::time_point start = Clock::now();
  ++round_;
  round_.notify_all();
  std::this_thread::sleep_until(start + time);
  stop_.store(true, std::memory_order_relaxed);
  await_members();
  Round round{{}, {}};
  for (std::size_t i = 0; i < threads; ++i) {
    const Member& member = members_[i];
    round.tally += member.tally;
    round.elapsed = std::max(round.elapsed, member.end - start);
  }
  return round;
}

void Team::live(std::size_t number, Source source) {
  for (Candidate* candidate : candidates_) candidate->join(number);
  for (std::uint32_t seen = 0;; ++seen) {
    if (--busy_ == 0) busy_.notify_one();
    round_.wait(seen);
    if (candidate_ == nullptr) return;
    if (number >= threads_) continue;
    members_[number].tally = candidate_->run(number, source, stop_);
    members_[number].end = Clock::now();
  }
}

void Team::await_members() {
  for (std::size_t busy = busy_.load(); busy != 0; busy = busy_.load()) busy_.wait(busy);
}

}  // namespace heddle::bench
