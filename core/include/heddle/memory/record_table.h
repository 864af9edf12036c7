// All records of the process, type-stable, in segments that are never freed: a record index from JavaScript can be
// stale, but it can never point at anything but a record.
//
// Invariants
//  R1. A slot is free, reserved by a thread, or in use. Its stamp is odd while it is free or reserved.
//  R2. Reclaiming turns the stamp odd before the record is unlinked, raises the incarnation, and lets the slot be
//      reused only after an epoch grace period. The stamp only ever grows, so no stamp of a former life validates.
//  R3. A slot whose stamp has come near its maximum is never used again; its stamp stays odd for ever, and a record
//      that lives there moves to a fresh slot at its next write (2^31 commits to one record take minutes).
//  R4. Stamps are written inside the section only, and read by JavaScript from the same words.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "heddle/memory/version.h"
#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

class Era;

// One cache line of its own: a commit waits for memory more than for anything else, and two threads that write
// neighbouring records must not wait for each other.
struct alignas(64) Record {
  atomic<Version*> head{nullptr};
  atomic<const Key*> key{nullptr};
  atomic<Era*> era{nullptr};  // whom the record belongs to; null if free, and for members records
  atomic<Incarnation> incarnation{1};
  Seq born =
      0;  // begin of its first version: before it, this life of the record had no value; constant once head is set

  // Guarded by the sequencer.
  std::uint64_t hash = 0;
  RecordIndex next_queued = kNoRecord;  // in one of the janitor's queues
  RecordIndex previous_queued = kNoRecord;
  std::uint32_t waits_since = 0;  // the wait (see Janitor) for which it is put aside; of others, or 0: it is not
  bool attended = false;          // in one of the queues
  bool in_use = false;
  bool dying = false;  // nobody reaches it any more; what is in it goes as the budget allows
};
static_assert(sizeof(Record) == 64);

class RecordTable {
 public:
  // The explorer builds hundreds of thousands of engines.
  static constexpr unsigned kSegmentBits = kExplored ? 6 : 16;
  static constexpr RecordIndex kSegmentRecords = RecordIndex{1} << kSegmentBits;
  static constexpr RecordIndex kMaxSegments = kExplored ? 64 : 1U << 12;
  // A slot is given up when its stamp reaches this: a commit adds 2, reclaiming 1.
  static constexpr Stamp kLastStamp = std::numeric_limits<Stamp>::max() - 7;

  RecordTable() = default;
  ~RecordTable();
  RecordTable(const RecordTable&) = delete;
  RecordTable& operator=(const RecordTable&) = delete;

  [[nodiscard]] Record& operator[](RecordIndex index) const {
    return segment_of(index).records()[index & (kSegmentRecords - 1)];
  }
  [[nodiscard]] atomic<Stamp>& stamp(RecordIndex index) const {
    return segment_of(index).stamps[index & (kSegmentRecords - 1)];
  }
  // False for an index that JavaScript cannot have been given.
  [[nodiscard]] bool contains(RecordIndex index) const { return index < fresh_.load(std::memory_order_acquire); }

  // Whether a record of a collection that evicts has been used since the hand of the clock passed; any thread sets it.
  [[nodiscard]] atomic<std::uint8_t>& recency(RecordIndex index) const {
    return segment_of(index).recency[index & (kSegmentRecords - 1)];
  }

  // Calls visit(const Record&) for every slot that was ever handed out. O(slots).
  template <class Visit>
  void for_each(Visit&& visit) const {
    const RecordIndex end = fresh_.load(std::memory_order_acquire);
    for (RecordIndex i = 0; i < end; ++i) visit((*this)[i]);
  }

  // The stamps of one segment, for mapping; nullptr if it does not exist.
  [[nodiscard]] atomic<Stamp>* segment_stamps(RecordIndex number) const;
  // Likewise its recency.
  [[nodiscard]] atomic<std::uint8_t>* segment_recency(RecordIndex number) const;

  // Appends `count` free slots to `out`. Locks; amortised O(count). Returns false, with fewer, when the table is full;
  // may throw std::bad_alloc, with fewer.
  bool reserve(std::size_t count, std::vector<RecordIndex>& out);
  // Gives slots back (R1, R3).
  void release(RecordIndex index);
  void release(std::vector<RecordIndex>& indices);

  // Slots in use or reserved.
  [[nodiscard]] std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  // Records are constructed when their slots are first handed out: a segment costs the memory that is used of it.
  struct Segment {
    std::array<atomic<Stamp>, kSegmentRecords> stamps;
    std::array<atomic<std::uint8_t>, kSegmentRecords> recency{};
    alignas(Record) std::array<std::byte, kSegmentRecords * sizeof(Record)> storage;
    Segment();
    Record* records() { return reinterpret_cast<Record*>(storage.data()); }
  };

  [[nodiscard]] Segment* segment(RecordIndex number) const {
    return number < kMaxSegments ? segments_[number].load(std::memory_order_acquire) : nullptr;
  }
  [[nodiscard]] Segment& segment_of(RecordIndex index) const {
    return *segments_[index >> kSegmentBits].load(std::memory_order_acquire);
  }

  std::array<atomic<Segment*>, kMaxSegments> segments_{};
  atomic<std::size_t> taken_{0};
  atomic<RecordIndex> fresh_{0};  // first slot that was never handed out; written under mutex_

  // Guarded by mutex_.
  mutex mutex_;
  std::vector<RecordIndex> free_;
};

}  // namespace heddle
