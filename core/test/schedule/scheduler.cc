#include "schedule/scheduler.h"

#include <memory>
#include <ostream>

#include "schedule/execution.h"
#include "schedule/strategy.h"

namespace heddle::schedule {

namespace {

Execution* active = nullptr;

// Makes the runs that the strategy wants; false if one failed or the limit is reached.
bool make_runs(Strategy& strategy, const Options& options, const std::function<Program()>& make, Conflicts& conflicts,
               Result& result) {
  while (strategy.begin()) {
    if (result.schedules == options.limit) return false;
    ++result.schedules;
    auto execution = std::make_unique<Execution>(make(), strategy, conflicts, options.steps);
    active = execution.get();
    const bool ended = execution->run();
    if (strategy.diverged()) execution->fail("the program is not deterministic");
    if (!execution->failure().empty()) {
      result.failure = execution->failure();
      result.trace = execution->trace();
      if (!ended) execution.release();  // its threads are in it for ever
      return false;
    }
    if (conflicts.learn(execution->steps())) strategy.restart();
  }
  return true;
}

}  // namespace

void require(bool condition, std::string_view what) {
  if (!condition) active->fail(what);
}

Result explore(const Options& options, const std::function<Program()>& make) {
  Conflicts conflicts;
  Result result;
  if (options.random != 0) {
    RandomPriorities strategy(options.random, options.preemptions, options.seed);
    make_runs(strategy, options, make, conflicts, result);
    return result;
  }
  // Few preemptions first: most mistakes need one or two, and the conflicts are learnt where runs are few.
  for (int bound = 0; bound <= options.preemptions; ++bound) {
    DepthFirst strategy(bound);
    if (!make_runs(strategy, options, make, conflicts, result)) return result;
  }
  result.exhaustive = true;
  return result;
}

std::ostream& operator<<(std::ostream& out, const Result& result) {
  out << (result.passed() ? "no failure" : result.failure) << " in " << result.schedules << " schedules"
      << (result.exhaustive ? ", all within the bound" : "") << '\n';
  return out << result.trace;
}

}  // namespace heddle::schedule
