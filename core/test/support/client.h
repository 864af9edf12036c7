// The engine through the eyes of one thread, with text for bytes: what most engine tests speak.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heddle/engine.h"
#include "support/bytes.h"

namespace heddle::test {

class Client {
 public:
  explicit Client(Engine& engine) : engine(engine), thread(engine.attach()) {}
  ~Client() { engine.detach(thread); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  CollectionInfo open(std::optional<std::string> name = std::nullopt, Limits limits = {}) {
    return engine.open(thread, {.kind = 1, .name = std::move(name), .limits = limits, .options = {}});
  }

  // A value and what the engine said about it.
  struct Loaded : LoadResult {
    std::string value;
  };

  Loaded load(LoadRequest request) {
    std::array<std::byte, 256> out;
    request.out = out;
    Loaded loaded{engine.load(thread, request), {}};
    if (loaded.status == Status::kOk && !loaded.absent)
      loaded.value = text(loaded.blob ? loaded.blob->bytes() : Bytes(out).first(loaded.length));
    return loaded;
  }

  Loaded load(CollectionId collection, std::string_view key, Seq snapshot = kLatest, bool registered = false) {
    return load(
        {.collection = collection, .key = bytes(key), .snapshot = snapshot, .registered = registered, .out = {}});
  }

  // The value, "-" if there is none, or the status in brackets.
  std::string get(CollectionId collection, std::string_view key, Seq snapshot = kLatest, bool registered = false) {
    const Loaded loaded = load(collection, key, snapshot, registered);
    if (loaded.status != Status::kOk) return "[" + std::to_string(static_cast<int>(loaded.status)) + "]";
    return loaded.absent ? "-" : loaded.value;
  }

  Status commit(std::span<Write> writes, std::span<const ReadEntry> reads = {},
                std::span<const Predicate> predicates = {}) {
    CommitRequest request{.reads = reads, .predicates = predicates, .writes = writes};
    const Status status = engine.commit(thread, request);
    last_commit = request.commit;
    failed = request.failed;
    return status;
  }

  Status commit(Write& write, std::span<const ReadEntry> reads = {}, std::span<const Predicate> predicates = {}) {
    return commit({&write, 1}, reads, predicates);
  }

  static Write set_of(CollectionId collection, std::string_view key, std::string_view value) {
    return {.kind = Write::Kind::kSet, .collection = collection, .key = bytes(key), .value = bytes(value)};
  }
  static Write remove_of(CollectionId collection, std::string_view key) {
    return {.kind = Write::Kind::kDelete, .collection = collection, .key = bytes(key), .value = {}};
  }
  static Write clear_of(CollectionId collection) {
    return {.kind = Write::Kind::kClear, .collection = collection, .key = {}, .value = {}};
  }

  Status set(CollectionId collection, std::string_view key, std::string_view value) {
    Write write = set_of(collection, key, value);
    return commit(write);
  }
  Status remove(CollectionId collection, std::string_view key) {
    Write write = remove_of(collection, key);
    return commit(write);
  }
  Status clear(CollectionId collection) {
    Write write = clear_of(collection);
    return commit(write);
  }

  // The members record: how many entries there are.
  std::uint64_t size(CollectionId collection, Seq snapshot = kLatest, bool registered = false) {
    std::array<double, 2> content{-1, -1};
    LoadRequest request{.collection = collection,
                        .members = true,
                        .key = {},
                        .snapshot = snapshot,
                        .registered = registered,
                        .out = std::as_writable_bytes(std::span(content))};
    const LoadResult loaded = engine.load(thread, request);
    return loaded.status == Status::kOk ? static_cast<std::uint64_t>(content[0]) : ~std::uint64_t{0};
  }

  // "key=value" of all entries at a snapshot of their own, or at a registered one.
  std::vector<std::string> entries(CollectionId collection, std::optional<Seq> snapshot = std::nullopt) {
    const auto opened = snapshot ? std::nullopt : std::optional(engine.open_snapshot(thread));
    std::vector<std::string> found;
    engine.scan(thread, {.collection = collection, .snapshot = snapshot ? *snapshot : opened->rv},
                [&](const ScanEntry& entry) {
                  found.push_back(text(entry.key) + "=" + text(entry.value));
                  return true;
                });
    if (opened) engine.close_snapshot(thread, opened->slot);
    return found;
  }

  Stamp stamp(RecordIndex record) const { return engine.records().stamp(record).load(); }

  Engine& engine;
  Thread& thread;
  Seq last_commit = 0;
  std::size_t failed = 0;
};

}  // namespace heddle::test
