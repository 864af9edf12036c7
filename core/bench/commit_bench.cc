// The commit of a transfer (2 reads, 2 writes of 16 bytes by record index, as JavaScript sends it), over keys in random
// order.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "heddle/engine.h"

namespace {

using namespace heddle;

constexpr std::array<std::byte, 16> kValue{};

// What a thread knows of the keys after reading them once, as a JavaScript thread's cache does.
struct Known {
  RecordIndex record;
  Incarnation incarnation;
  Stamp stamp;
};

class Bank {
 public:
  explicit Bank(std::size_t keys) : thread_(&engine_.attach()), keys_(keys) {
    collection_ = engine_.open(*thread_, {.kind = 1, .name = "bank", .limits = {}, .options = {}}).id;
    std::vector<std::string> names(keys);
    for (std::size_t i = 0; i < keys; ++i) names[i] = "user:" + std::to_string(i);
    std::shuffle(names.begin(), names.end(), std::mt19937_64(1));
    for (const std::string& name : names) {
      Write write{.collection = collection_, .key = std::as_bytes(std::span(name)), .value = kValue};
      CommitRequest request{.reads = {}, .predicates = {}, .writes = {&write, 1}};
      engine_.commit(*thread_, request);
      known_.push_back({write.record, write.incarnation, write.stamp});
    }
  }

  // From one key to the next, so that each is met twice in a row.
  Status transfer(std::size_t round, std::span<const Predicate> predicates = {}) {
    Known& from = known_[round % keys_];
    Known& to = known_[(round + 1) % keys_];
    const std::array<ReadEntry, 2> reads{{{from.record, from.stamp}, {to.record, to.stamp}}};
    std::array<Write, 2> writes{write_of(from), write_of(to)};
    CommitRequest request{.reads = reads, .predicates = predicates, .writes = writes};
    const Status status = engine_.commit(*thread_, request);
    from.stamp = writes[0].stamp;
    to.stamp = writes[1].stamp;
    return status;
  }

  // That the bank has as many accounts as it has. With a predicate a commit goes the long way.
  [[nodiscard]] Predicate size() const {
    return {.kind = Predicate::Kind::kSize, .collection = collection_, .key = {}, .expected = keys_};
  }

 private:
  [[nodiscard]] Write write_of(const Known& known) const {
    return {.collection = collection_,
            .record = known.record,
            .incarnation = known.incarnation,
            .key = {},
            .value = kValue};
  }

  Engine engine_{1};
  Thread* thread_;
  CollectionId collection_ = 0;
  std::size_t keys_;
  std::vector<Known> known_;
};

void transfer(benchmark::State& state) {
  const auto bank = std::make_unique<Bank>(static_cast<std::size_t>(state.range(0)));
  std::size_t round = 0;
  for (auto _ : state) {
    if (bank->transfer(round++) != Status::kOk) state.SkipWithError("a transfer without rivals lost");
  }
}
void transfer_the_long_way(benchmark::State& state) {
  const auto bank = std::make_unique<Bank>(static_cast<std::size_t>(state.range(0)));
  const std::array<Predicate, 1> predicates{bank->size()};
  std::size_t round = 0;
  for (auto _ : state) {
    if (bank->transfer(round++, predicates) != Status::kOk) state.SkipWithError("a transfer without rivals lost");
  }
}

BENCHMARK(transfer_the_long_way)->Arg(100);
BENCHMARK(transfer)->Arg(100)->Arg(10'000)->Arg(1'000'000);

}  // namespace
