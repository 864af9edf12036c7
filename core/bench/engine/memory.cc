#include "memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "heddle/engine.h"

namespace heddle::bench {

namespace {

constexpr std::array<std::byte, 16> kNumber{};

std::size_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::size_t resident() {
  std::size_t size = 0;
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> size >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class Map {
 public:
  // Like setMany: many entries in one transaction. Returns the bytes of keys and values.
  std::size_t fill(std::uint32_t keys) {
    constexpr std::uint32_t kBatch = 1000;
    std::size_t payload = 0;
    for (std::uint32_t first = 0; first < keys; first += kBatch) {
      std::vector<std::string> names;
      for (std::uint32_t i = first; i < std::min(first + kBatch, keys); ++i)
        names.push_back("user:" + std::to_string(i));
      std::vector<Write> writes;
      for (const std::string& name : names) {
        writes.push_back({.collection = map_.id, .key = std::as_bytes(std::span(name)), .value = kNumber});
        payload += name.size() + kNumber.size();
      }
      commit(writes);
    }
    return payload;
  }

  void clear() {
    std::array<Write, 1> clear{{{.kind = Write::Kind::kClear, .collection = map_.id, .key = {}, .value = {}}}};
    commit(clear);
  }

  void watch(std::uint32_t keys) {
    WatchStart start;
    for (std::uint32_t i = 0; i < keys; ++i) {
      const std::string name = "user:" + std::to_string(i);
      const WatchRequest request{.what = {.collection = map_.id, .kind = Watch::Kind::kKey, .buffer = 1024},
                                 .key = std::as_bytes(std::span(name))};
      if (engine_.watch(thread_, request, i + 1, start) == Status::kOk) continue;
      std::fputs("a key could not be watched\n", stderr);
      std::exit(1);
    }
  }

  // As the engine counts it.
  std::size_t memory() { return static_cast<std::size_t>(*engine_.memory(thread_, map_.id)); }

 private:
  void commit(std::span<Write> writes) {
    CommitRequest request{.reads = {}, .predicates = {}, .writes = writes};
    if (engine_.commit(thread_, request) == Status::kOk) return;
    std::fputs("the map could not be filled or cleared\n", stderr);
    std::exit(1);
  }

  Engine engine_{1};
  Thread& thread_ = engine_.attach();
  const CollectionInfo map_ = engine_.open(thread_, {.kind = 1, .name = "bench", .limits = {}, .options = {}});
};

}  // namespace

Footprint measure_memory(std::uint32_t keys, std::size_t fills) {
  using Clock = std::chrono::steady_clock;
  Footprint footprint{};
  const auto map = std::make_unique<Map>();
  const std::size_t allocated_before = allocated();
  const std::size_t resident_before = resident();
  for (std::size_t fill = 0; fill < fills; ++fill) {
    const std::size_t payload = map->fill(keys);
    if (fill == 0) {
      const auto overhead = [&](std::size_t all) {
        return (static_cast<double>(all) - static_cast<double>(payload)) / keys;
      };
      footprint.overhead = {overhead(map->memory()), overhead(allocated() - allocated_before),
                            overhead(resident() - resident_before)};
    }
    const Clock::time_point start = Clock::now();
    map->clear();
    footprint.clear_micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  return footprint;
}

double measure_watches(std::uint32_t keys) {
  const auto map = std::make_unique<Map>();
  const std::size_t before = allocated();
  map->watch(keys);
  return static_cast<double>(allocated() - before) / keys;
}

}  // namespace heddle::bench
