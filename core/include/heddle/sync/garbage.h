// What a thread has retired and not freed yet.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <utility>

#include "heddle/memory/stock.h"
#include "heddle/sync/atomic.h"

namespace heddle {

struct Garbage {
  using Reclaim = void (*)(Stock& stock, void* owner, std::uintptr_t what);

  std::uint64_t epoch;  // when it was retired
  void* owner;
  std::uintptr_t what;
  Reclaim reclaim;
};

// A FIFO in a ring, for one thread; others may ask for its size.
class GarbageQueue {
 public:
  // Approximate while the owner works.
  [[nodiscard]] std::size_t size() const {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    return tail > head ? tail - head : 0;  // others may see them out of step
  }

  // Makes room for `count` more. May throw std::bad_alloc, having changed nothing.
  void reserve(std::size_t count) {
    if (capacity_ - size() < count) grow(size() + count);
  }

  // Does not allocate if `reserve` made room.
  void push(const Garbage& garbage) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (size() == capacity_) grow(capacity_ + 1);
    ring_[tail & (capacity_ - 1)] = garbage;
    tail_.store(tail + 1, std::memory_order_relaxed);
  }

  // Takes the oldest one if it was retired at `epoch` or before.
  bool pop_until(std::uint64_t epoch, Garbage& oldest) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (size() == 0 || ring_[head & (capacity_ - 1)].epoch > epoch) return false;
    oldest = ring_[head & (capacity_ - 1)];
    head_.store(head + 1, std::memory_order_relaxed);
    return true;
  }

  // Exchanges contents with a queue that no thread works on at the moment.
  void swap(GarbageQueue& other) noexcept {
    std::swap(ring_, other.ring_);
    std::swap(capacity_, other.capacity_);
    swap(head_, other.head_);
    swap(tail_, other.tail_);
  }

 private:
  static void swap(atomic<std::size_t>& a, atomic<std::size_t>& b) {
    const std::size_t value = a.load(std::memory_order_relaxed);
    a.store(b.load(std::memory_order_relaxed), std::memory_order_relaxed);
    b.store(value, std::memory_order_relaxed);
  }

  void grow(std::size_t least) {
    constexpr std::size_t kSmallest = 64;
    const std::size_t capacity = std::bit_ceil(least < kSmallest ? kSmallest : least);
    auto ring = std::make_unique_for_overwrite<Garbage[]>(capacity);
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    for (std::size_t i = head; i != tail; ++i) ring[i & (capacity - 1)] = ring_[i & (capacity_ - 1)];
    ring_ = std::move(ring);
    capacity_ = capacity;
  }

  std::unique_ptr<Garbage[]> ring_;
  std::size_t capacity_ = 0;  // a power of two, or 0
  atomic<std::size_t> head_{0};
  atomic<std::size_t> tail_{0};
};

}  // namespace heddle
