// The one point that all write commits pass: it owns the commit number, the critical section and the lease.
//
// "Events in commit order" needs one total order of commits, so one shared step per commit cannot be avoided. A short
// lock that spins, then parks, was measured cheaper than per-record locks: JavaScript processes are oversubscribed, and
// a preempted holder of one of many locks stalls everybody as well (docs/internals/engine.md has the figures).
//
// Invariants
//  Q1. `seq` is one 64-bit word, written by `publish` alone, inside the section, in steps of one. JavaScript maps the
//  same word. Q2. `publish` is seq_cst. Its partners are the snapshot registry (which then misses no version, see S1)
//  and every
//      reader that takes a snapshot number with `published`.
//  Q3. A lease excludes other threads' sections until its holder ends it or it expires, whichever is first: no thread
//      that dies or stalls can hold the others back for longer than kMaxLease. While anybody is held back, nobody is
//      given another lease: whoever waited for one gets in before the next.
#pragma once

#include <chrono>
#include <cstdint>

#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

class Sequencer {
 public:
  using Clock = std::chrono::steady_clock;
  // A native wait of at most this long keeps a terminated worker from holding up its process.
  static constexpr std::chrono::milliseconds kMaxLease{50};

  // Number of the last visible commit.
  [[nodiscard]] Seq published() const { return seq_.load(std::memory_order_seq_cst); }

  // Where JavaScript reads it from.
  [[nodiscard]] void* word() { return &seq_; }

  // Enters the critical section; waits for it and for a lease of another thread. Not recursive.
  void lock(ThreadId thread);
  void unlock();

  // The same for the lifetime of the object.
  class Section {
   public:
    Section(Sequencer& sequencer, ThreadId thread) : sequencer_(sequencer) { sequencer.lock(thread); }
    ~Section() { sequencer_.unlock(); }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;

   private:
    Sequencer& sequencer_;
  };

  // Inside the section: the number that this commit will have, and making it visible (Q1).
  [[nodiscard]] Seq next() const { return seq_.load(std::memory_order_relaxed) + 1; }
  void publish(Seq commit) { seq_.store(commit, std::memory_order_seq_cst); }

  // Takes the lease, waiting for its present holder and for those it held back, for `duration` at most kMaxLease. A
  // thread that holds it already keeps it until it ends as agreed (Q3). Gives up after kMaxLease, without a lease.
  void lease(ThreadId thread, std::chrono::milliseconds duration);
  // Ends it; harmless when it has expired and passed on.
  void end_lease(ThreadId thread);

 private:
  static constexpr ThreadId kNobody = 0;

  void acquire();
  void release();
  void await_lease_end();
  bool take_lease(ThreadId thread, Clock::duration duration);

  // Alone in its cache line: read by every thread, written once a commit.
  alignas(64) atomic<Seq> seq_{0};
  alignas(64) atomic<std::uint32_t> lock_{0};  // 0 free, 1 held, 2 held and somebody may be parked

  // Written inside the section; read outside it as a hint only.
  atomic<ThreadId> leaseholder_{kNobody};
  atomic<Clock::rep> lease_end_{0};
  atomic<std::uint32_t> held_back_{0};  // threads that a lease has kept out and that have not been in since
};

// Thread ids start at 1: 0 is the sequencer's "nobody".
inline constexpr ThreadId kFirstThread = 1;

}  // namespace heddle
