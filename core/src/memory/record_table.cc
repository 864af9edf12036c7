#include "heddle/memory/record_table.h"

#include <mutex>

namespace heddle {

RecordTable::Segment::Segment()
    : stamps(std::make_unique<atomic<Stamp>[]>(kSegmentRecords)), records(std::make_unique<Record[]>(kSegmentRecords)) {
  for (RecordIndex i = 0; i < kSegmentRecords; ++i) stamps[i].store(1, std::memory_order_relaxed);  // R1
}

RecordTable::~RecordTable() {
  for (auto& entry : segments_) {
    const Segment* segment = entry.load(std::memory_order_acquire);
    if (segment == nullptr) break;
    for (RecordIndex i = 0; i < kSegmentRecords; ++i) {
      const Record& record = segment->records[i];
      if (!record.in_use) continue;  // what was in it has been retired
      for (Version* v = record.head.load(std::memory_order_relaxed); v != nullptr;) {
        Version* prev = v->prev.load(std::memory_order_relaxed);
        Version::destroy(v);
        v = prev;
      }
      Key::destroy(record.key.load(std::memory_order_relaxed));
    }
    delete segment;
  }
}

atomic<Stamp>* RecordTable::segment_stamps(RecordIndex segment) const {
  if (segment >= kMaxSegments) return nullptr;
  const Segment* found = segments_[segment].load(std::memory_order_acquire);
  return found == nullptr ? nullptr : found->stamps.get();
}

bool RecordTable::reserve(std::size_t count, std::vector<RecordIndex>& out) {
  out.reserve(out.size() + count);
  std::lock_guard guard(mutex_);
  std::size_t got = 0;
  while (got < count && !free_.empty()) {
    out.push_back(free_.back());
    free_.pop_back();
    ++got;
  }
  while (got < count) {
    if (fresh_ == size_.load(std::memory_order_relaxed)) {
      const RecordIndex segment = fresh_ >> kSegmentBits;
      if (segment == kMaxSegments) break;
      segments_[segment].store(new Segment, std::memory_order_release);
      size_.store(fresh_ + kSegmentRecords, std::memory_order_release);
    }
    out.push_back(fresh_++);
    ++got;
  }
  taken_.fetch_add(got, std::memory_order_relaxed);
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
