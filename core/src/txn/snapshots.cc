#include "heddle/txn/snapshots.h"

#include <algorithm>

namespace heddle {

Snapshots::~Snapshots() {
  for (Chunk* chunk = first_.next.load(std::memory_order_acquire); chunk != nullptr;) {
    Chunk* next = chunk->next.load(std::memory_order_acquire);
    delete chunk;
    chunk = next;
  }
}

atomic<Seq>& Snapshots::at(Slot slot) {
  Chunk* chunk = &first_;
  for (; slot >= kChunkSlots; slot -= kChunkSlots) chunk = chunk->next.load(std::memory_order_acquire);
  return chunk->slots[static_cast<std::size_t>(slot)];
}

Seq Snapshots::choose(atomic<Seq>& slot) {
  const Seq rv = sequencer_.published();      // B2
  slot.store(rv, std::memory_order_seq_cst);  // B3
  return rv;
}

Snapshots::Opened Snapshots::open() {
  active_.fetch_add(1, std::memory_order_seq_cst);  // S2
  Slot base = 0;
  for (Chunk* chunk = &first_;; base += kChunkSlots) {
    for (Slot i = 0; i < kChunkSlots; ++i) {
      auto& slot = chunk->slots[static_cast<std::size_t>(i)];
      Seq expected = kFree;
      if (slot.load(std::memory_order_relaxed) != kFree) continue;
      if (slot.compare_exchange_strong(expected, kEverything, std::memory_order_seq_cst)) {  // B1
        return {base + i, choose(slot)};
      }
    }
    Chunk* next = chunk->next.load(std::memory_order_seq_cst);
    if (next == nullptr) {
      auto* fresh = new Chunk;
      if (chunk->next.compare_exchange_strong(next, fresh, std::memory_order_seq_cst)) {
        next = fresh;
      } else {
        delete fresh;
      }
    }
    chunk = next;
  }
}

Seq Snapshots::move(Slot slot) {
  auto& word = at(slot);
  word.store(kEverything, std::memory_order_seq_cst);  // S3
  const Seq rv = choose(word);
  closes_.fetch_add(1, std::memory_order_relaxed);
  return rv;
}

void Snapshots::close(Slot slot) {
  at(slot).store(kFree, std::memory_order_seq_cst);
  active_.fetch_sub(1, std::memory_order_seq_cst);
  closes_.fetch_add(1, std::memory_order_relaxed);
}

void Snapshots::gather_slots(View& view) const {
  for (const Chunk* chunk = &first_; chunk != nullptr; chunk = chunk->next.load(std::memory_order_seq_cst)) {
    for (const auto& slot : chunk->slots) {
      const Seq rv = slot.load(std::memory_order_seq_cst);
      if (rv == kFree) continue;
      if (rv == kEverything || view.count_ == View::kCapacity) {
        view.everything_ = true;
        return;
      }
      view.sorted_[view.count_++] = rv;
    }
  }
  std::sort(view.sorted_.begin(), view.sorted_.begin() + static_cast<std::ptrdiff_t>(view.count_));
}

bool Snapshots::View::needs(Seq begin, Seq end) const {
  if (everything_) return true;
  const auto last = sorted_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto found = std::lower_bound(sorted_.begin(), last, begin);
  return found != last && *found < end;
}

bool Snapshots::View::any_before(Seq commit) const { return everything_ || (count_ > 0 && sorted_[0] < commit); }

}  // namespace heddle
