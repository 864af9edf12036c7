// One run of a program under the schedule explorer: its threads, which run in turn as fibers, and the record of what
// they did.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "schedule/fiber.h"
#include "schedule/scheduled_atomic.h"
#include "schedule/scheduler.h"
#include "schedule/strategy.h"

namespace heddle::schedule {

struct Step {
  size_t thread;
  const void* address;
  Operation operation;
  Site site;
  bool changed;
};

/// The operations, by thread and place in the source, before which a preemption can matter (rule 1 of scheduler.h).
class Conflicts {
 public:
  bool contains(size_t thread, Site site) const { return sites_.contains({thread, site.file, site.line}); }
  /// Adds those of a run; true if some are new.
  bool learn(std::span<const Step> steps);

 private:
  std::set<std::tuple<size_t, const char*, int>> sites_;
};

class Execution {
 public:
  Execution(Program program, Strategy& strategy, const Conflicts& conflicts, uint64_t limit);

  /// Runs the program to its end. False if it hung: its threads are then left where they are, and the object must stay.
  bool run();

  // For the running thread.
  void point(const void* address, Operation operation, Site site);
  void done(bool changed);
  void relax(Site site);
  void sleep(const std::atomic<uint32_t>* word, uint32_t expected, Site site);
  void wake(const std::atomic<uint32_t>* word, bool all, Site site);
  void fail(std::string_view what);

  std::span<const Step> steps() const { return steps_; }
  const std::string& failure() const { return failure_; }
  std::string trace() const;

 private:
  enum class State { kReady, kSpinning, kAsleep, kEnded };

  struct Thread {
    explicit Thread(std::function<void()> body) : fiber(std::move(body)) {}

    Fiber fiber;
    State state = State::kReady;
    uint64_t own = 0;   // changes that it made itself
    uint64_t seen = 0;  // changes by others when it last returned from cpu_relax
    const void* word = nullptr;
    // What it was about to do when it was preempted, until somebody does what conflicts with that (rule 5).
    const void* pending = nullptr;
    bool pending_writes = false;
  };

  [[noreturn]] void body(size_t id);
  void announce(const void* address, Operation operation, Site site);
  bool runnable(size_t id) const;
  void preempt(const void* address, Operation operation);
  uint64_t changes_by_others(size_t id) const { return changes_ - threads_[id].own; }
  void reschedule(bool yields);
  void pass(size_t to);
  void hang(std::string_view what);

  Program program_;
  Strategy& strategy_;
  const Conflicts& conflicts_;
  const uint64_t limit_;
  std::deque<Thread> threads_;
  std::vector<Step> steps_;
  std::string failure_;
  size_t failed_at_ = 0;
  std::vector<size_t> candidates_;
  uint64_t changes_ = 0;
  uint64_t fruitless_ = 0;  // turns given to spinning threads since the last change
  bool fresh_ = true;       // the running thread has taken no conflicting step since it was chosen (rule 4)
  bool hung_ = false;

  static constexpr size_t kMain = SIZE_MAX;
  Fiber main_;  // who explores
};

}  // namespace heddle::schedule
