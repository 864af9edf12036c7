// The rival: an array under GCC's transactional memory. A cell is as large as a number in heddle; of the 16 bytes the
// transaction touches the 8 that matter, as a program would that is written for it.
#include "candidate.h"

namespace heddle::bench {

#ifdef HEDDLE_BENCH_LIBITM

namespace {

struct Cell {
  double value;
  std::uint64_t header;
};

// Runs of transaction bodies by this thread; libitm itself does not tell how many it had to repeat.
thread_local std::uint64_t runs;

__attribute__((transaction_pure)) void count_run() { ++runs; }

class Libitm final : public Candidate {
 public:
  explicit Libitm(std::uint32_t keys) : cells_(keys) {}

  void join(std::size_t /*thread*/) override {}

  Tally run(std::size_t /*thread*/, Source& source, const std::atomic<bool>& stop) override {
    const std::uint64_t before = runs;
    double sum = 0;
    Tally tally = repeat(source, stop, [&](const Transaction& transaction) {
      Cell* const cells = first_;
      const auto& keys = transaction.keys;
      sum += execute(cells + keys[0], cells + keys[1], cells + keys[2], cells + keys[3], transaction.reads,
                     transaction.writes);
      return true;
    });
    sink_.store(sum, std::memory_order_relaxed);
    tally.aborted = runs - before - tally.committed;
    return tally;
  }

  double total() override {
    double sum = 0;
    for (const Cell& cell : cells_) sum += cell.value;
    return sum;
  }

  std::optional<std::uint64_t> kept(std::uint64_t /*writes*/) override { return std::nullopt; }

 private:
  // What does not belong to the shared state is in locals: libitm logs every other access. A transaction that only
  // reads has code of its own, by which the compiler tells libitm.
  static double execute(Cell* first, Cell* second, Cell* third, Cell* fourth, unsigned reads, unsigned writes) {
    double sum = 0;
    if (writes == 0) {
      __transaction_atomic {
        count_run();
        sum = first->value + second->value + third->value + fourth->value;
      }
    } else {
      __transaction_atomic {
        count_run();
        sum = operate<0>(first, reads, writes) + operate<1>(second, reads, writes) + operate<2>(third, reads, writes) +
              operate<3>(fourth, reads, writes);
      }
    }
    return sum;
  }

  template <int bit>
  __attribute__((always_inline, transaction_safe)) static inline double operate(Cell* cell, unsigned reads,
                                                                                unsigned writes) {
    const double read = (reads >> bit & 1) != 0 ? cell->value : 0;
    if ((writes >> bit & 1) != 0) cell->value = (reads >> bit & 1) != 0 ? read + 1 : kBlind;
    return read;
  }

  std::vector<Cell> cells_;
  Cell* const first_ = cells_.data();  // GCC inlines no library function into code that has transactions
  std::atomic<double> sink_{0};
};

}  // namespace

std::unique_ptr<Candidate> make_libitm(std::uint32_t keys) { return std::make_unique<Libitm>(keys); }

#else

std::unique_ptr<Candidate> make_libitm(std::uint32_t /*keys*/) { return nullptr; }

#endif

}  // namespace heddle::bench
