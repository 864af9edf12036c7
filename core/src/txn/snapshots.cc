#include "heddle/txn/snapshots.h"

#include <algorithm>
#include <new>

namespace heddle {

namespace {

// All seq_cst: also when somebody else has raised it, that comes before B1 in the total order.
void raise(atomic<Snapshots::Slot>& reach, Snapshots::Slot least) {
  Snapshots::Slot now = reach.load(std::memory_order_seq_cst);
  while (now < least && !reach.compare_exchange_weak(now, least, std::memory_order_seq_cst)) {
  }
}

}  // namespace

Snapshots::~Snapshots() {
  for (Chunk* chunk = first_.next.load(std::memory_order_acquire); chunk != nullptr;) {
    Chunk* next = chunk->next.load(std::memory_order_acquire);
    delete chunk;
    chunk = next;
  }
}

// Leaves in `slot` its place in the chunk.
Snapshots::Chunk& Snapshots::chunk_of(Slot& slot) {
  Chunk* chunk = &first_;
  for (; slot >= kChunkSlots; slot -= kChunkSlots) chunk = chunk->next.load(std::memory_order_acquire);
  return *chunk;
}

Seq Snapshots::choose(atomic<Seq>& slot, Owner& owner) {
  owner.since.store(coarse_ms(), std::memory_order_relaxed);
  owner.tag = (owner.tag + 1) % kTags;
  const Seq rv = sequencer_.published();                                    // B2
  slot.store(Seq{owner.tag} << kTagShift | rv, std::memory_order_seq_cst);  // B3
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
      raise(chunk->reach, i + 1);
      if (slot.compare_exchange_strong(expected, kEverything, std::memory_order_seq_cst)) {  // B1
        return {base + i, choose(slot, chunk->owners[static_cast<std::size_t>(i)])};
      }
    }
    Chunk* next = chunk->next.load(std::memory_order_seq_cst);
    if (next == nullptr) {
      auto* fresh = new (std::nothrow) Chunk;
      if (fresh == nullptr) {
        active_.fetch_sub(1, std::memory_order_seq_cst);
        throw std::bad_alloc();
      }
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
  Chunk& chunk = chunk_of(slot);
  auto& word = chunk.slots[static_cast<std::size_t>(slot)];
  word.store(kEverything, std::memory_order_seq_cst);  // S3
  const Seq rv = choose(word, chunk.owners[static_cast<std::size_t>(slot)]);
  closes_.fetch_add(1, std::memory_order_relaxed);
  return rv;
}

void Snapshots::close(Slot slot) {
  Chunk& chunk = chunk_of(slot);
  chunk.slots[static_cast<std::size_t>(slot)].store(kFree, std::memory_order_seq_cst);
  active_.fetch_sub(1, std::memory_order_seq_cst);
  closes_.fetch_add(1, std::memory_order_relaxed);
}

bool Snapshots::expired(Slot slot) {
  Chunk& chunk = chunk_of(slot);
  const auto place = static_cast<std::size_t>(slot);
  if (chunk.slots[place].load(std::memory_order_seq_cst) == kRevoked) return true;
  return coarse_ms() - chunk.owners[place].since.load(std::memory_order_relaxed) >= max_age();
}

void Snapshots::revoke_at(std::int64_t now) {
  constexpr std::int64_t kMostBetween = 1000;
  const std::int64_t age = max_age();
  if (now - last_look_ < std::min(age / 16, kMostBetween)) return;
  last_look_ = now;
  for (Chunk* chunk = &first_; chunk != nullptr; chunk = chunk->next.load(std::memory_order_seq_cst)) {
    const auto reach = static_cast<std::size_t>(chunk->reach.load(std::memory_order_seq_cst));
    for (std::size_t i = 0; i < reach; ++i) {
      Seq word = chunk->slots[i].load(std::memory_order_seq_cst);
      if (word >= kRevoked) continue;
      if (now - chunk->owners[i].since.load(std::memory_order_relaxed) < age) continue;
      if (!chunk->slots[i].compare_exchange_strong(word, kRevoked, std::memory_order_seq_cst)) continue;  // S4
      revoked_.store(revoked() + 1, std::memory_order_relaxed);
      closes_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

void Snapshots::gather_slots(View& view) const {
  for (const Chunk* chunk = &first_; chunk != nullptr; chunk = chunk->next.load(std::memory_order_seq_cst)) {
    const Slot reach = chunk->reach.load(std::memory_order_seq_cst);
    for (Slot i = 0; i < reach; ++i) {
      const Seq rv = chunk->slots[static_cast<std::size_t>(i)].load(std::memory_order_seq_cst);
      if (rv == kFree || rv == kRevoked) continue;
      if (rv == kEverything || view.count_ == View::kCapacity) {
        view.everything_ = true;
        return;
      }
      view.sorted_[view.count_++] = rv & kNumber;
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
