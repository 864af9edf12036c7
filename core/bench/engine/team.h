// Threads that run one candidate at a time, in rounds. All of them know all candidates, and sleep between two rounds.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "candidate.h"

namespace heddle::bench {

class Team {
 public:
  using Clock = std::chrono::steady_clock;

  struct Round {
    Tally tally;
    Clock::duration elapsed;  // until the last thread had ended its last transaction
  };

  Team(std::vector<Candidate*> candidates, const Workload& workload, std::uint32_t keys, std::size_t threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // With the first `threads` of them.
  Round run(Candidate& candidate, std::size_t threads, Clock::duration time);

 private:
  struct alignas(64) Member {
    Tally tally;
    Clock::time_point end;
    std::thread thread;
  };

  void live(std::size_t number, Source source);
  void await_members();

  const std::vector<Candidate*> candidates_;
  std::vector<Member> members_;
  // Of this round; written before it begins, when no member is busy.
  Candidate* candidate_ = nullptr;  // null: the end
  std::size_t threads_ = 0;

  std::atomic<std::uint32_t> round_{0};  // raised when a round begins
  std::atomic<std::size_t> busy_{0};     // members that have not ended it
  alignas(64) std::atomic<bool> stop_{false};
};

}  // namespace heddle::bench
