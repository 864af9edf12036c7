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

  Round run(Candidate& candidate, Clock::duration time);

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
  Candidate* candidate_ = nullptr;       // of this round; null: the end
  std::atomic<std::uint32_t> round_{0};  // raised when a round begins
  std::atomic<std::size_t> busy_{0};     // members that have not ended it
  alignas(64) std::atomic<bool> stop_{false};
};

}  // namespace heddle::bench
