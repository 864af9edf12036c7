#include "heddle/collections/deque.h"

#include <algorithm>

namespace heddle {

namespace {
constexpr std::size_t kFewSegments = 4;
}  // namespace

Deque::Deque() : directory_(new Directory(kOrigin / kSegmentSlots - 1, kFewSegments)) {}

Deque::~Deque() {
  Stock stock;
  walk(0, [&](Version* item) {
    Version::destroy(stock, item);
    return true;
  });
  const Directory* directory = directory_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < directory->count; ++i) delete directory->segments[i].load(std::memory_order_relaxed);
  delete directory;
}

const Version* Deque::find(Position position, Seq rv) const {
  const Directory& directory = *directory_.load(std::memory_order_acquire);
  const Position number = position / kSegmentSlots;
  if (!directory.covers(number)) return nullptr;
  const Segment* segment = directory[number].load(std::memory_order_acquire);
  if (segment == nullptr) return nullptr;
  const Version* item = segment->slots[position % kSegmentSlots].load(std::memory_order_acquire);
  while (item != nullptr && item->begin > rv) item = item->prev.load(std::memory_order_acquire);
  return item == nullptr || item->end.load(std::memory_order_acquire) <= rv ? nullptr : item;
}

Deque::Need Deque::need(const Directory& directory, std::size_t behind, std::size_t before) const {
  const Position front = this->front();
  const Position back = this->back();
  const auto missing = [&](Position from, Position to) {
    std::size_t count = 0;
    for (Position number = from / kSegmentSlots; from < to && number <= (to - 1) / kSegmentSlots; ++number) {
      if (!directory.covers(number) || directory[number].load(std::memory_order_acquire) == nullptr) ++count;
    }
    return count;
  };
  // What is between them is there (U3).
  return {(front - before) / kSegmentSlots, (back + std::max<std::size_t>(behind, 1) - 1) / kSegmentSlots,
          missing(front - before, front) + missing(back, back + behind)};
}

std::unique_ptr<Deque::Spare> Deque::prepare(std::size_t behind, std::size_t before) const {
  const Directory& directory = *directory_.load(std::memory_order_acquire);
  const Need wanted = need(directory, behind, before);
  if (wanted.segments == 0) return nullptr;
  auto spare = std::make_unique<Spare>();
  // Others may use up what is there in the meantime.
  for (std::size_t i = 0; i < wanted.segments + 1; ++i) spare->segments.push_back(std::make_unique<Segment>());
  if (!directory.covers(wanted.first) || !directory.covers(wanted.last + 1)) {
    // From what is still in use on, and twice as large, so that this happens O(log items) times.
    Position first = directory.first;
    while (first < wanted.first && directory.covers(first) &&
           directory[first].load(std::memory_order_acquire) == nullptr) {
      ++first;
    }
    first = std::min(first, wanted.first) - 1;
    const auto count = static_cast<std::size_t>(wanted.last - first + 2);
    spare->directory = std::make_unique<Directory>(first, count + std::max(count, kFewSegments));
  }
  return spare;
}

bool Deque::fits(std::size_t behind, std::size_t before, const Spare* spare) const {
  const Directory& directory = *directory_.load(std::memory_order_relaxed);
  const Need wanted = need(directory, behind, before);
  if (wanted.segments == 0) return true;
  if (spare == nullptr || spare->segments.size() < wanted.segments) return false;
  const auto covers = [&](const Directory& d) { return d.covers(wanted.first) && d.covers(wanted.last); };
  if (covers(directory)) return true;
  if (!spare->directory || !covers(*spare->directory)) return false;
  // It takes over all that is there.
  for (std::size_t i = 0; i < directory.count; ++i) {
    const bool used = directory.segments[i].load(std::memory_order_relaxed) != nullptr;
    if (used && !spare->directory->covers(directory.first + i)) return false;
  }
  return true;
}

void Deque::put(Epochs& epochs, Epochs::Participant& participant, Version* item, Position position, Spare* spare) {
  const Position number = position / kSegmentSlots;
  Directory* directory = directory_.load(std::memory_order_relaxed);
  if (!directory->covers(number)) {
    Directory* larger = spare->directory.release();
    for (std::size_t i = 0; i < directory->count; ++i) {
      Segment* segment = directory->segments[i].load(std::memory_order_relaxed);
      if (segment != nullptr) (*larger)[directory->first + i].store(segment, std::memory_order_relaxed);
    }
    directory_.store(larger, std::memory_order_release);
    epochs.retire(participant, directory);
    directory = larger;
  }
  Segment* segment = (*directory)[number].load(std::memory_order_relaxed);
  if (segment == nullptr) {
    segment = spare->segments.back().release();
    spare->segments.pop_back();
    (*directory)[number].store(segment, std::memory_order_release);
  }
  auto& slot = segment->slots[position % kSegmentSlots];
  Version* older = slot.load(std::memory_order_relaxed);
  if (older == nullptr) ++segment->used;
  item->order = position;
  item->prev.store(older, std::memory_order_relaxed);
  slot.store(item, std::memory_order_release);
}

void Deque::append(Epochs& epochs, Epochs::Participant& participant, Version* item, Spare* spare) {
  put(epochs, participant, item, back(), spare);
  back_.store(back() + 1, std::memory_order_relaxed);
}

Version* Deque::at(Position position) const {
  const Directory& directory = *directory_.load(std::memory_order_relaxed);
  return directory[position / kSegmentSlots]
      .load(std::memory_order_relaxed)
      ->slots[position % kSegmentSlots]
      .load(std::memory_order_relaxed);
}

// U1.
Version* Deque::take(Seq commit) {
  Version* item = at(front());
  item->end.store(commit, std::memory_order_release);
  front_.store(front() + 1, std::memory_order_relaxed);
  return item;
}

void Deque::drop(Epochs& epochs, Epochs::Participant& participant, Version* item) {
  Directory& directory = *directory_.load(std::memory_order_relaxed);
  auto& place = directory[item->order / kSegmentSlots];
  Segment* segment = place.load(std::memory_order_relaxed);
  atomic<Version*>* link = &segment->slots[item->order % kSegmentSlots];
  atomic<Version*>* const slot = link;
  for (Version* v = link->load(std::memory_order_relaxed); v != item; v = link->load(std::memory_order_relaxed))
    link = &v->prev;
  link->store(item->prev.load(std::memory_order_relaxed), std::memory_order_release);
  if (slot->load(std::memory_order_relaxed) != nullptr || --segment->used > 0) return;
  // U2; but the one that is being filled, or taken from, is needed again at once.
  const Position number = item->order / kSegmentSlots;
  if (number == back() / kSegmentSlots || number == front() / kSegmentSlots) return;
  place.store(nullptr, std::memory_order_release);
  epochs.retire(participant, segment);
}

}  // namespace heddle
