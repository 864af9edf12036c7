#include "workload.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace heddle::bench {

namespace {

constexpr std::size_t kDrawn = 1 << 20;

// J. Gray et al., "Quickly generating billion-record synthetic databases" (1994), with the skew of YCSB.
class Zipf {
 public:
  explicit Zipf(std::uint32_t items) : items_(items) {
    for (std::uint32_t i = 1; i <= items; ++i) zeta_ += std::pow(i, -kSkew);
    eta_ = (1 - std::pow(2.0 / items, 1 - kSkew)) / (1 - (1 + second()) / zeta_);
  }

  // The rank that belongs to `u`, uniform in [0, 1); 0 is the most frequent one.
  [[nodiscard]] std::uint32_t rank(double u) const {
    if (u * zeta_ < 1) return 0;
    if (u * zeta_ < 1 + second()) return 1;
    const double rank = items_ * std::pow(eta_ * u - eta_ + 1, 1 / (1 - kSkew));
    return std::min(static_cast<std::uint32_t>(rank), items_ - 1);
  }

 private:
  static constexpr double kSkew = 0.99;
  static double second() { return std::pow(0.5, kSkew); }

  std::uint32_t items_;
  double zeta_ = 0;
  double eta_ = 0;
};

// Frequent keys must not be neighbours. One to one if `keys` is not a multiple of the prime.
std::uint32_t scatter(std::uint32_t rank, std::uint32_t keys) {
  constexpr std::uint64_t kPrime = 2'147'483'647;
  return static_cast<std::uint32_t>(rank * kPrime % keys);
}

// Draws until all keys differ.
template <class Draw>
void draw_keys(Transaction& transaction, Draw&& draw) {
  auto& keys = transaction.keys;
  for (auto key = keys.begin(); key != keys.end();) {
    *key = draw();
    if (std::find(keys.begin(), key, *key) == key) ++key;
  }
}

}  // namespace

std::optional<Workload> Workload::named(std::string_view name) {
  constexpr std::string_view kWriters = "writers-";
  Workload workload;
  if (name.starts_with(kWriters)) {
    const std::string_view percent = name.substr(kWriters.size());
    int share = 0;
    if (std::from_chars(percent.data(), percent.data() + percent.size(), share).ec != std::errc()) return std::nullopt;
    workload.writers = share / 100.0;
    return workload;
  }
  workload.zipf = true;
  workload.blind = name == "ycsb-a" || name == "ycsb-b";
  if (name == "ycsb-a" || name == "ycsb-f") {
    workload.updates = 0.5;
  } else if (name == "ycsb-b") {
    workload.updates = 0.05;
  } else if (name == "ycsb-c") {
    workload.updates = 0;
  } else {
    return std::nullopt;
  }
  return workload;
}

Source::Source(const Workload& workload, std::uint32_t keys, std::uint64_t seed)
    : workload_(workload), keys_(keys), state_(seed) {
  if (!workload.zipf) return;
  const Zipf zipf(keys);
  for (std::size_t i = 0; i < kDrawn; ++i) {
    draw_keys(transaction_, [&] { return scatter(zipf.rank(unit()), keys_); });
    draw_kinds();
    drawn_.push_back(transaction_);
  }
}

void Source::draw_uniform() {
  draw_keys(transaction_, [&] { return static_cast<std::uint32_t>((random() >> 32) * keys_ >> 32); });
  draw_kinds();
}

void Source::draw_kinds() {
  constexpr std::uint8_t kAll = (1U << kOperations) - 1;
  constexpr std::uint8_t kFirstTwo = 3;
  transaction_.writes = 0;
  if (!workload_.updates) {
    if (unit() < workload_.writers) transaction_.writes = kFirstTwo;
  } else {
    for (std::size_t i = 0; i < kOperations; ++i) {
      if (unit() < *workload_.updates) transaction_.writes |= static_cast<std::uint8_t>(1U << i);
    }
  }
  transaction_.reads = workload_.blind ? static_cast<std::uint8_t>(kAll & ~transaction_.writes) : kAll;
}

// SplitMix64 (G. Steele et al., 2014).
std::uint64_t Source::random() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace heddle::bench
