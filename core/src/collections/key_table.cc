#include <bit>
#include <utility>

#include "heddle/collections/watches.h"

namespace heddle {

std::size_t KeyTable::segment_of(std::size_t index) { return static_cast<std::size_t>(std::bit_width(index / kFirst)); }
std::size_t KeyTable::start_of(std::size_t segment) { return segment == 0 ? 0 : kFirst << (segment - 1); }
std::size_t KeyTable::length_of(std::size_t segment) { return segment == 0 ? kFirst : kFirst << (segment - 1); }

Watch*& KeyTable::bucket(std::size_t index) const {
  const std::size_t segment = segment_of(index);
  return segments_[segment][index - start_of(segment)];
}

// By as many bits of the hash as there are buckets for; those that have not been split yet by one bit less.
std::size_t KeyTable::place_of(std::uint64_t hash) const {
  const std::size_t whole = std::bit_floor(buckets_);
  const std::size_t place = hash & (2 * whole - 1);
  return place < buckets_ ? place : hash & (whole - 1);
}

KeyTable::Spare KeyTable::prepare() const {
  const std::size_t made = made_.load(std::memory_order_relaxed);
  if (size() + 1 < start_of(made)) return {};
  return {made, std::make_unique<Watch*[]>(length_of(made))};
}

bool KeyTable::add(Watch& watch, Spare& spare) {
  const std::size_t made = made_.load(std::memory_order_relaxed);
  if (size() >= buckets_ && buckets_ == start_of(made)) {
    if (spare.buckets == nullptr || spare.segment != made) return false;
    segments_[made] = std::move(spare.buckets);
    made_.store(made + 1, std::memory_order_relaxed);
  }
  if (buckets_ == 0) {
    buckets_ = kFirst;
  } else if (size() >= buckets_) {
    split();
  }
  link(bucket(place_of(watch.hash)), watch);
  size_.store(size() + 1, std::memory_order_relaxed);
  return true;
}

void KeyTable::remove(Watch& watch) {
  unlink(watch);
  size_.store(size() - 1, std::memory_order_relaxed);
}

void KeyTable::split() {
  const std::size_t source = buckets_ - std::bit_floor(buckets_);
  ++buckets_;
  for (Watch* watch = bucket(source); watch != nullptr;) {
    Watch* next = watch->next_;
    if (place_of(watch->hash) != source) {
      unlink(*watch);
      link(bucket(buckets_ - 1), *watch);
    }
    watch = next;
  }
}

void KeyTable::link(Watch*& first, Watch& watch) {
  watch.next_ = first;
  watch.at_ = &first;
  if (first != nullptr) first->at_ = &watch.next_;
  first = &watch;
}

void KeyTable::unlink(Watch& watch) {
  *watch.at_ = watch.next_;
  if (watch.next_ != nullptr) watch.next_->at_ = watch.at_;
}

Watch* KeyTable::find(std::uint64_t hash, Bytes key) const {
  Watch* watch = buckets_ == 0 ? nullptr : bucket(place_of(hash));
  while (watch != nullptr && (watch->hash != hash || !equal(watch->key->bytes(), key))) watch = watch->next_;
  return watch;
}

Watch* KeyTable::next(const Watch& watch) {
  Watch* other = watch.next_;
  while (other != nullptr && (other->hash != watch.hash || !equal(other->key->bytes(), watch.key->bytes())))
    other = other->next_;
  return other;
}

}  // namespace heddle
