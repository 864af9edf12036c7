#include "telling.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "heddle/engine.h"

namespace heddle::bench {

namespace {

constexpr std::array<std::byte, 16> kNumber{};

void expect(Status status) {
  if (status == Status::kOk) return;
  std::fputs("a map could not be written, or not be watched\n", stderr);
  std::exit(1);
}

// One write for each key, as a thread that knows their ids sends it.
class Map {
 public:
  Map(Engine& engine, Thread& thread, const std::string& name, std::uint32_t keys)
      : engine_(engine), thread_(thread), id_(open(name).id) {
    for (std::uint32_t i = 0; i < keys; ++i) {
      const std::string key = "user:" + std::to_string(i);
      Write write{.collection = id_, .key = std::as_bytes(std::span(key)), .value = kNumber};
      commit(write);
      write.key = {};
      writes_.push_back(write);
    }
  }

  void watch(std::uint32_t buffer) {
    WatchStart start;
    for (std::uint32_t i = 0; i < writes_.size(); ++i) {
      const std::string key = "user:" + std::to_string(i);
      const WatchRequest request{.what = {.collection = id_, .kind = Watch::Kind::kKey, .buffer = buffer},
                                 .key = std::as_bytes(std::span(key))};
      expect(engine_.watch(thread_, request, i + 1, start));
    }
  }

  void write_all() {
    for (Write& write : writes_) commit(write);
  }

  void take_all() {
    for (std::uint32_t i = 0; i < writes_.size(); ++i) {
      const Tidings told = engine_.tidings(thread_, {.ticket = i + 1}, [](const Link&) { return true; });
      expect(told.status);
    }
  }

 private:
  CollectionInfo open(const std::string& name) {
    return engine_.open(thread_, {.kind = 1, .name = name, .limits = {}, .options = {}});
  }
  void commit(Write& write) {
    CommitRequest request{.reads = {}, .predicates = {}, .writes = {&write, 1}};
    expect(engine_.commit(thread_, request));
  }

  Engine& engine_;
  Thread& thread_;
  const CollectionId id_;
  std::vector<Write> writes_;
};

}  // namespace

Telling measure_telling(std::uint32_t keys, std::size_t rounds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kWarmUp = 20;
  constexpr std::uint32_t kTurns = 32;  // of all keys in a round: about what a watcher takes at once
  Engine engine(1);
  Thread& thread = engine.attach();
  Map watched(engine, thread, "watched", keys);
  Map unwatched(engine, thread, "unwatched", keys);
  watched.watch(kTurns);
  Telling times;
  const auto measure = [&](Map& map) {
    const Clock::time_point start = Clock::now();
    for (std::uint32_t turn = 0; turn < kTurns; ++turn) map.write_all();
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / (kTurns * keys);
  };
  for (std::size_t round = 0; round < kWarmUp + rounds; ++round) {
    const double told = measure(watched);
    watched.take_all();
    const double untold = measure(unwatched);
    if (round < kWarmUp) continue;
    times.watched.push_back(told);
    times.unwatched.push_back(untold);
  }
  engine.detach(thread);
  return times;
}

}  // namespace heddle::bench
