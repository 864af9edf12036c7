// The schedule explorer: runs a small concurrent program under every interleaving of its atomic operations, up to a
// bound on preemptions, in the manner of CHESS (Musuvathi and Qadeer), or under random ones in the manner of PCT.
//
// The program is built from heddle::atomic, heddle::mutex, park and cpu_relax in their instrumented form
// (scheduled_atomic.h). Its threads are fibers of one thread, so that a thread_local would be one for all of them, and
// exactly one of them runs at a time. Control changes hands only at scheduling points, so a list of choices replays a
// run.
//
//   1. A thread is preempted only before an operation that conflicts: one whose place in the source touched, in some
//   run
//      explored so far, an atomic that another thread touched too, one of them writing. Any other preemption commutes
//      with what follows up to the next such operation, so nothing is lost; when a run shows a new conflict, the search
//      starts again with it.
//   2. A thread that blocks, spins (cpu_relax) or ends gives up control for free: the bound counts preemptions only.
//   3. A thread that called cpu_relax twice with no change of an atomic by another thread in between is not run again
//      before there is one, unless nobody else can run either. If that helps nobody, the run has hung.
//   4. A thread that was chosen takes a conflicting step, blocks or ends before control can change again: leaving it
//   any
//      earlier is the same as not choosing it.
//   5. Nobody is preempted in favour of a thread that was itself preempted, before somebody has done what conflicts
//   with
//      the operation that it was about to do: it could have done it at once, and been preempted after it.
//
// Interleavings are sequentially consistent. A bug that needs a weaker order than the seq_cst one to show is not found
// here: those are left to ThreadSanitizer and to review. Data races on plain memory are ThreadSanitizer's as well.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::schedule {

/// One instance of the program under test, built afresh for each schedule.
struct Program {
  std::vector<std::function<void()>> threads;
  /// Runs alone once every thread has ended.
  std::function<void()> finally = [] {};
};

struct Options {
  /// Depth-first search visits every schedule with at most so many preemptions.
  int preemptions = 2;
  /// If not zero: so many random schedules (PCT) instead of the search, of `preemptions` priority changes each.
  uint64_t random = 0;
  uint64_t seed = 1;
  /// Gives up after so many schedules; the result is then not exhaustive.
  uint64_t limit = 1'000'000;
  /// A run with more operations than this has hung.
  uint64_t steps = 20'000;
};

struct Result {
  uint64_t schedules = 0;
  /// Every schedule within the bound was visited.
  bool exhaustive = false;
  /// The first violated requirement, "deadlock" or an exception's text; empty if there was none.
  std::string failure;
  /// The failing run: its operations that conflict, one per line.
  std::string trace;

  bool passed() const { return failure.empty(); }
};

std::ostream& operator<<(std::ostream& out, const Result& result);

/// Explores schedules of the programs that `make` returns until one fails or all are done. `make` must be
/// deterministic. A run that hangs cannot be unwound: its threads and what they hold are left behind.
Result explore(const Options& options, const std::function<Program()>& make);

/// Fails the current schedule with `what` unless `condition` holds; the run goes on. For threads and `finally`.
void require(bool condition, std::string_view what);

}  // namespace heddle::schedule
