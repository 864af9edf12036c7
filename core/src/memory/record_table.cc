#include "heddle/memory/record_table.h"

#include <memory>
#include <mutex>
#include <new>

namespace heddle {

RecordTable::Segment::Segment() {
  for (auto& stamp : stamps) stamp.store(1, std::memory_order_relaxed);  // R1
}

RecordTable::~RecordTable() {
  Stock stock;
  const RecordIndex end = fresh_.load(std::memory_order_acquire);
  for (RecordIndex i = 0; i < end; ++i) {
    Record& record = (*this)[i];
    if (record.in_use) {  // of the others, what was in them has been retired
      for (Version* v = record.head.load(std::memory_order_relaxed); v != nullptr;) {
        Version* prev = v->prev.load(std::memory_order_relaxed);
        Version::destroy(stock, v);
        v = prev;
      }
      if (const Key* key = record.key.load(std::memory_order_relaxed)) Key::let_go(key);
    }
    std::destroy_at(&record);
  }
  for (auto& segment : segments_) delete segment.load(std::memory_order_acquire);
}

atomic<Stamp>* RecordTable::segment_stamps(RecordIndex number) const {
  Segment* found = segment(number);
  return found == nullptr ? nullptr : found->stamps.data();
}

atomic<std::uint8_t>* RecordTable::segment_recency(RecordIndex number) const {
  Segment* found = segment(number);
  return found == nullptr ? nullptr : found->recency.data();
}

bool RecordTable::reserve(std::size_t count, std::vector<RecordIndex>& out) {
  out.reserve(out.size() + count);
  std::lock_guard guard(mutex_);
  std::size_t got = 0;
  for (; got < count && !free_.empty(); ++got) {
    out.push_back(free_.back());
    free_.pop_back();
    taken_.fetch_add(1, std::memory_order_relaxed);
  }
  RecordIndex fresh = fresh_.load(std::memory_order_relaxed);
  for (; got < count; ++got, ++fresh) {
    const RecordIndex segment = fresh >> kSegmentBits;
    if (segment == kMaxSegments) break;
    if (segments_[segment].load(std::memory_order_relaxed) == nullptr) {
      free_.reserve((std::size_t{segment} + 1) << kSegmentBits);  // so that giving slots back never allocates
      segments_[segment].store(new Segment, std::memory_order_release);
    }
    new (&(*this)[fresh]) Record;
    out.push_back(fresh);
    // Each time: a segment that cannot be had must not take back what was handed out.
    fresh_.store(fresh + 1, std::memory_order_release);
    taken_.fetch_add(1, std::memory_order_relaxed);
  }
  return got == count;
}

void RecordTable::release(RecordIndex index) {
  taken_.fetch_sub(1, std::memory_order_relaxed);
  if (stamp(index).load(std::memory_order_relaxed) >= kLastStamp) return;  // R3
  std::lock_guard guard(mutex_);
  free_.push_back(index);
}

void RecordTable::release(std::vector<RecordIndex>& indices) {
  for (const RecordIndex index : indices) release(index);
  indices.clear();
}

}  // namespace heddle
