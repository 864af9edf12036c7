// Who is measured: a store of numbers under the keys 0, 1, …, whose threads run transactions.
#pragma once

#include <atomic>
#include <bit>
#include <memory>
#include <optional>

#include "workload.h"

namespace heddle::bench {

// What a thread did in a round.
struct Tally {
  std::uint64_t committed = 0;  // transactions
  std::uint64_t aborted = 0;    // runs of a transaction that had to be run again
  std::uint64_t written = 0;    // values, by those that were committed

  Tally& operator+=(const Tally& other) {
    committed += other.committed;
    aborted += other.aborted;
    written += other.written;
    return *this;
  }
};

class Candidate {
 public:
  Candidate() = default;
  virtual ~Candidate() = default;
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;

  // Called by each thread once, before it runs anything.
  virtual void join(std::size_t thread) = 0;

  // Runs transactions, each until it is committed, until `stop`.
  virtual Tally run(std::size_t thread, Source& source, const std::atomic<bool>& stop) = 0;

  // The following while no thread runs.

  [[nodiscard]] virtual double total() = 0;
  // Versions that were replaced and are kept for a snapshot, after so many writes; none of a store without versions.
  [[nodiscard]] virtual std::optional<std::uint64_t> kept(std::uint64_t writes) = 0;

 protected:
  // Calls attempt(transaction) -> committed?
  template <class Attempt>
  static Tally repeat(Source& source, const std::atomic<bool>& stop, Attempt&& attempt) {
    Tally tally;
    while (!stop.load(std::memory_order_relaxed)) {
      const Transaction& transaction = source.next();
      while (!attempt(transaction)) ++tally.aborted;
      ++tally.committed;
      tally.written += static_cast<std::uint64_t>(std::popcount(transaction.writes));
    }
    return tally;
  }
};

// `held`: a snapshot is opened now and kept open.
std::unique_ptr<Candidate> make_heddle(std::uint32_t keys, std::size_t threads, bool held);

// GCC's transactional memory over an array; null if this was built without it.
std::unique_ptr<Candidate> make_libitm(std::uint32_t keys);

}  // namespace heddle::bench
