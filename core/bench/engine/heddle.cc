// heddle's engine, used as a JavaScript thread uses it: reads end in the thread's own cache while stamps say that it
// holds, the others ask the engine; what was read and written goes over in one commit.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "candidate.h"
#include "heddle/engine.h"

namespace heddle::bench {

namespace {

// A number as the codec has it.
struct Number {
  std::uint64_t header = 1;
  double value = 0;

  [[nodiscard]] Bytes bytes() const { return std::as_bytes(std::span(this, 1)); }
};

// What a thread knows of a key; aligned, so that it lies in one cache line.
struct alignas(32) Known {
  RecordIndex record = kNoRecord;
  Stamp stamp = kStaleStamp;
  Incarnation incarnation = 0;
  Seq version = 0;
  double value = 0;
};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

// One thread's side; aligned, as threads must not share a line.
class alignas(64) Client {
 public:
  Client(Engine& engine, const CollectionInfo& map, const std::vector<Known>& known)
      : engine_(engine), thread_(engine.attach()), map_(map), known_(known) {
    collection_stamp_ = stamp(map.stamp);
  }
  ~Client() { engine_.detach(thread_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False if it has to be run again.
  bool attempt(const Transaction& transaction) {
    rv_ = engine_.published();
    if (stamp(map_.stamp) != collection_stamp_) fail("nobody clears the map, and yet its stamp has changed");
    reads_[0] = {map_.stamp, collection_stamp_};
    logged_ = 1;
    std::size_t written = 0;
    for (std::size_t i = 0; i < kOperations; ++i) {
      const bool reads = (transaction.reads >> i & 1) != 0;
      Known& known = known_[transaction.keys[i]];
      if (reads && !read(known)) return false;
      if ((transaction.writes >> i & 1) == 0) continue;
      targets_[written] = &known;
      numbers_[written].value = reads ? known.value + 1 : kBlind;
      writes_[written] = {.collection = map_.id,
                          .record = known.record,
                          .incarnation = known.incarnation,
                          .key = {},
                          .value = numbers_[written].bytes()};
      ++written;
    }
    return written == 0 || commit(written);
  }

  double sum = 0;  // of what was read, so that no compiler can drop the reads

 private:
  [[nodiscard]] Stamp stamp(RecordIndex record) const {
    return engine_.records().stamp(record).load(std::memory_order_acquire);
  }

  bool read(Known& known) {
    if ((stamp(known.record) != known.stamp || known.version > rv_) && !load(known)) return false;
    reads_[logged_++] = {known.record, known.stamp};
    sum += known.value;
    return true;
  }

  // Out of line, as in JavaScript: what is read again and again does not come here.
  __attribute__((noinline)) bool load(Known& known) {
    for (;;) {
      Number number;
      const LoadResult loaded = engine_.load(thread_, {.collection = map_.id,
                                                       .record = known.record,
                                                       .incarnation = known.incarnation,
                                                       .key = {},
                                                       .snapshot = rv_,
                                                       .out = std::as_writable_bytes(std::span(&number, 1))});
      if (loaded.status == Status::kOk && (loaded.stamp & 1) == 0) {
        known = {loaded.record, loaded.stamp, loaded.incarnation, loaded.version, number.value};
        return true;
      }
      // It has changed since, or is being written.
      const Extension extension = engine_.extend(thread_, std::span(reads_).first(logged_), {}, kNoSlot, false);
      if (extension.status != Status::kOk) return false;
      rv_ = extension.snapshot;
    }
  }

  bool commit(std::size_t written) {
    CommitRequest request{
        .reads = std::span(reads_).first(logged_), .predicates = {}, .writes = std::span(writes_).first(written)};
    const Status status = engine_.commit(thread_, request);
    if (status == Status::kConflict) return false;
    if (status != Status::kOk) fail("a commit failed");
    for (std::size_t i = 0; i < written; ++i) {
      targets_[i]->stamp = writes_[i].stamp;
      targets_[i]->version = request.commit;
      targets_[i]->value = numbers_[i].value;
    }
    return true;
  }

  Engine& engine_;
  Thread& thread_;
  const CollectionInfo map_;
  Stamp collection_stamp_;
  std::vector<Known> known_;

  Seq rv_ = 0;
  std::size_t logged_ = 0;
  std::array<ReadEntry, kOperations + 1> reads_{};
  std::array<Write, kOperations> writes_{};
  std::array<Number, kOperations> numbers_{};
  std::array<Known*, kOperations> targets_{};
};

class Heddle final : public Candidate {
 public:
  Heddle(std::uint32_t keys, std::size_t threads, bool held)
      : thread_(engine_.attach()),
        map_(engine_.open(thread_, {.kind = 1, .name = "bench", .limits = {}, .options = {}})) {
    for (std::uint32_t i = 0; i < keys; ++i) {
      const std::string key = "user:" + std::to_string(i);
      const Number number;
      Write write{.collection = map_.id, .key = std::as_bytes(std::span(key)), .value = number.bytes()};
      CommitRequest request{.reads = {}, .predicates = {}, .writes = {&write, 1}};
      if (engine_.commit(thread_, request) != Status::kOk) fail("the map could not be filled");
      filled_.push_back({write.record, write.stamp, write.incarnation, request.commit, number.value});
    }
    clients_.resize(threads);
    dropped_before_ = engine_.stats().versions_dropped;
    if (held) held_ = engine_.open_snapshot(thread_);
  }

  ~Heddle() override {
    clients_.clear();
    engine_.detach(thread_);
  }

  void join(std::size_t thread) override { clients_[thread] = std::make_unique<Client>(engine_, map_, filled_); }

  Tally run(std::size_t thread, Source& source, const std::atomic<bool>& stop) override {
    Client& client = *clients_[thread];
    return repeat(source, stop, [&](const Transaction& transaction) { return client.attempt(transaction); });
  }

  double total() override {
    if (held_ && sum(*held_) != 0) fail("the held snapshot has changed");
    const Snapshots::Opened now = engine_.open_snapshot(thread_);
    const double total = sum(now);
    engine_.close_snapshot(thread_, now.slot);
    return total;
  }

  std::optional<std::uint64_t> kept(std::uint64_t writes) override {
    return writes - (engine_.stats().versions_dropped - dropped_before_);
  }

 private:
  double sum(const Snapshots::Opened& snapshot) {
    double sum = 0;
    const ScanRequest request{.collection = map_.id, .snapshot = snapshot.rv};
    const ScanResult result = engine_.scan(thread_, request, [&](const ScanEntry& entry) {
      Number number;
      std::memcpy(&number, entry.value.data(), sizeof(number));
      sum += number.value;
      return true;
    });
    if (result.status != Status::kOk) fail("the map could not be read");
    return sum;
  }

  Engine engine_{1};
  Thread& thread_;  // of who opens and checks
  const CollectionInfo map_;
  std::vector<Known> filled_;
  std::uint64_t dropped_before_ = 0;
  std::optional<Snapshots::Opened> held_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

std::unique_ptr<Candidate> make_heddle(std::uint32_t keys, std::size_t threads, bool held) {
  return std::make_unique<Heddle>(keys, threads, held);
}

}  // namespace heddle::bench
