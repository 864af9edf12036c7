// The insertion order of one era: positions, handed out in commit order, and the record that was added at each.
//
// An entry belongs to a membership interval (V4), not to a record: deleting and adding again makes a second entry, and
// each snapshot recognises its own by `version.order == position`. Entries whose interval has no version left are
// killed; chunks that have become sparse are merged outside the hot path.
//
// Invariants
//  O1. Positions grow and are never reused. An entry, once appended, only ever changes to dead, or to the slot its
//  record moved to (R3). O2. Readers load one directory under an epoch pin. It lists chunks in order of position;
//  chunks are appended in place,
//      anything else replaces the directory. Replaced chunks and directories are retired.
//  O3. A chunk's `used` is stored (release) after the entry.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "heddle/sync/atomic.h"
#include "heddle/sync/epoch.h"
#include "heddle/types.h"

namespace heddle {

class OrderLog {
 public:
#ifdef HEDDLE_SCHEDULE
  static constexpr std::uint32_t kChunkEntries = 4;
#else
  static constexpr std::uint32_t kChunkEntries = 512;
#endif

  // What a new log takes.
  static constexpr std::size_t kEmptyBytes = kChunkEntries * sizeof(RecordIndex);

  OrderLog();
  ~OrderLog();
  OrderLog(const OrderLog&) = delete;
  OrderLog& operator=(const OrderLog&) = delete;

  struct Entry {
    std::uint64_t position;
    RecordIndex record;
  };

  // Calls visit(Entry) for live entries with from <= position < to, until it returns false. Needs an epoch pin. O(log
  // chunks + visited).
  template <class Visit>
  void walk(std::uint64_t from, std::uint64_t to, Visit&& visit) const;

  // Memory for appending, made outside the section.
  struct Spare;
  [[nodiscard]] std::unique_ptr<Spare> prepare(std::size_t count) const;

  // Inside the section from here on.
  [[nodiscard]] bool fits(std::size_t count, const Spare* spare) const;
  // Returns the entry's position; `fits` must have said yes.
  std::uint64_t append(Epochs& epochs, Epochs::Participant& participant, RecordIndex record, Spare* spare);
  void kill(std::uint64_t position);
  void replace(std::uint64_t position, RecordIndex record);
  [[nodiscard]] std::uint64_t end() const { return end_; }

  // True when merging would free at least half of the chunks. `compact` does it: outside make a buffer, inside swap it
  // in.
  [[nodiscard]] bool sparse() const;
  struct Compacted;
  [[nodiscard]] std::unique_ptr<Compacted> prepare_compaction() const;
  void compact(Epochs& epochs, Epochs::Participant& participant, std::unique_ptr<Compacted> room);

 private:
  struct Chunk {
    std::uint64_t first = 0;                     // position of entry 0
    std::unique_ptr<std::uint64_t[]> positions;  // of merged chunks; null while they are first, first + 1, …
    atomic<std::uint32_t> used{0};
    std::uint32_t live = 0;  // guarded by the sequencer
    std::array<atomic<RecordIndex>, kChunkEntries> records;

    [[nodiscard]] std::uint64_t position(std::uint32_t i) const { return positions ? positions[i] : first + i; }
    [[nodiscard]] std::uint32_t lower_bound(std::uint64_t wanted) const;
  };

  struct Directory {
    explicit Directory(std::size_t chunks) : capacity(chunks), chunks(std::make_unique<atomic<Chunk*>[]>(chunks)) {}
    const std::size_t capacity;
    atomic<std::size_t> count{0};
    const std::unique_ptr<atomic<Chunk*>[]> chunks;

    [[nodiscard]] std::size_t find(std::uint64_t position) const;  // the last chunk that starts at or before it
  };

  [[nodiscard]] Chunk& last() const;
  [[nodiscard]] Chunk* chunk_of(std::uint64_t position, std::uint32_t& entry) const;

  atomic<Directory*> directory_{nullptr};

  // Guarded by the sequencer.
  std::uint64_t end_ = 0;
  atomic<std::size_t> live_{0};  // read outside as a hint
  atomic<bool> sealed_{false};   // the last chunk is a merged one and takes no more entries
};

struct OrderLog::Spare {
  std::vector<std::unique_ptr<Chunk>> chunks;
  std::unique_ptr<Directory> directory;
};

struct OrderLog::Compacted {
  std::vector<std::unique_ptr<Chunk>> chunks;
  std::unique_ptr<Directory> directory;
  std::size_t retirements = 0;  // that `compact` may cause; reserve them
};

template <class Visit>
void OrderLog::walk(std::uint64_t from, std::uint64_t to, Visit&& visit) const {
  const Directory* directory = directory_.load(std::memory_order_acquire);
  const std::size_t count = directory->count.load(std::memory_order_acquire);
  for (std::size_t c = directory->find(from); c < count; ++c) {
    const Chunk& chunk = *directory->chunks[c].load(std::memory_order_acquire);
    const std::uint32_t used = chunk.used.load(std::memory_order_acquire);
    for (std::uint32_t i = chunk.lower_bound(from); i < used; ++i) {
      const std::uint64_t position = chunk.position(i);
      if (position >= to) return;
      const RecordIndex record = chunk.records[i].load(std::memory_order_acquire);
      if (record != kNoRecord && !visit(Entry{position, record})) return;
    }
  }
}

}  // namespace heddle
