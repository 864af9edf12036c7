// A queue of records that leave it in any order, linked through themselves. A record is in one queue at most; guarded
// by the sequencer.
#pragma once

#include "heddle/memory/record_table.h"

namespace heddle {

class RecordQueue {
 public:
  explicit RecordQueue(RecordTable& records) : records_(records) {}

  [[nodiscard]] bool empty() const { return first_ == kNoRecord; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] RecordIndex first() const { return first_; }

  void push(RecordIndex index) {
    Record& record = records_[index];
    record.next_queued = kNoRecord;
    record.previous_queued = last_;
    (last_ == kNoRecord ? first_ : records_[last_].next_queued) = index;
    last_ = index;
    ++size_;
  }

  // The record must be in this queue.
  void remove(RecordIndex index) {
    const Record& record = records_[index];
    const RecordIndex next = record.next_queued;
    const RecordIndex previous = record.previous_queued;
    (previous == kNoRecord ? first_ : records_[previous].next_queued) = next;
    (next == kNoRecord ? last_ : records_[next].previous_queued) = previous;
    --size_;
  }

  // Appends all of `other`, which is empty then. O(1).
  void take(RecordQueue& other) {
    if (other.empty()) return;
    records_[other.first_].previous_queued = last_;
    (last_ == kNoRecord ? first_ : records_[last_].next_queued) = other.first_;
    last_ = other.last_;
    size_ += other.size_;
    other.first_ = other.last_ = kNoRecord;
    other.size_ = 0;
  }

 private:
  RecordTable& records_;
  RecordIndex first_ = kNoRecord;
  RecordIndex last_ = kNoRecord;
  std::size_t size_ = 0;
};

}  // namespace heddle
