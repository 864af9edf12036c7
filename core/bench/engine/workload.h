// What the threads of a benchmark do: transactions of four operations on keys of some distribution.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace heddle::bench {

inline constexpr std::size_t kOperations = 4;

struct Transaction {
  std::array<std::uint32_t, kOperations> keys;  // all different
  std::uint8_t reads;                           // bit i: reads keys[i]
  std::uint8_t writes;  // bit i: writes keys[i]: one more than it read, or kBlind if it has not read
};

inline constexpr double kBlind = 1;

// What is drawn, by name: `writers-N`, where N % of the transactions read all keys and write two of them, and the
// others read; `ycsb-a` (half of the operations read, half write blindly), `ycsb-b` (19 of 20 read), `ycsb-c` (all
// read), `ycsb-f` (half read, half read and write). Keys are uniform in the former, of a Zipf distribution in the
// latter.
struct Workload {
  static std::optional<Workload> named(std::string_view name);

  bool zipf = false;
  bool blind = false;             // operations that write do not read; else each adds one to what it read
  double writers = 1;             // share of the transactions that write at all
  std::optional<double> updates;  // share of the operations that write; none: the first two of four
};

// A thread's transactions, one after the other. Those of a Zipf distribution are drawn beforehand, as that takes longer
// than to run them, and begin again when they end; uniform keys would be too few that way.
class Source {
 public:
  // `seed` should differ from thread to thread.
  Source(const Workload& workload, std::uint32_t keys, std::uint64_t seed);

  // Good until the next call.
  const Transaction& next() {
    if (drawn_.empty()) {
      draw_uniform();
      return transaction_;
    }
    if (at_ == drawn_.size()) at_ = 0;
    return drawn_[at_++];
  }

 private:
  void draw_uniform();
  void draw_kinds();
  std::uint64_t random();
  double unit() { return static_cast<double>(random() >> 11) * 0x1p-53; }

  Workload workload_;
  std::uint32_t keys_;
  std::uint64_t state_;
  Transaction transaction_{};
  std::vector<Transaction> drawn_;
  std::size_t at_ = 0;
};

}  // namespace heddle::bench
