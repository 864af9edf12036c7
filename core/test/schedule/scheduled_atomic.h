// heddle::atomic, mutex, park and cpu_relax as the schedule explorer sees them (see heddle/sync/atomic.h).
//
// Every operation first announces itself to the scheduler, which may hand control to another thread there, and then
// runs to the next operation undisturbed. Threads that the scheduler does not know (set-up and final check) pass
// straight through. Memory orders are accepted and ignored: interleavings are sequentially consistent.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace heddle {

namespace schedule {

/// Where in the source an operation stands: std::source_location, which clang 14 lacks.
struct Site {
  const char* file;
  const char* function;
  int line;

  static constexpr Site current(const char* file = __builtin_FILE(), const char* function = __builtin_FUNCTION(),
                                int line = __builtin_LINE()) noexcept {
    return {file, function, line};
  }
};

enum class Operation : uint8_t { kLoad, kStore, kExchange, kCompareExchange, kAdd, kOr, kAnd, kRelax, kPark, kUnpark };

/// A scheduling point before `operation` on the atomic at `address`.
void point(const void* address, Operation operation, Site site) noexcept;
/// Says what the operation just announced did: it read the atomic, and changed its value if `changed`.
void done(bool changed) noexcept;
/// The thread spins: it may run again once another thread has changed an atomic.
void relax(Site site) noexcept;
/// Blocks while `*word == expected`, until wake() of the same word.
void sleep(const std::atomic<uint32_t>* word, uint32_t expected, Site site) noexcept;
/// Wakes one of the threads that sleep on `word` (the explorer tries each), or all of them.
void wake(const std::atomic<uint32_t>* word, bool all, Site site) noexcept;

}  // namespace schedule

template <class T>
class atomic {
  using Site = schedule::Site;
  using Operation = schedule::Operation;
  using Order = std::memory_order;

 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;

  constexpr atomic() noexcept = default;
  constexpr atomic(T value) noexcept : value_(value) {}  // NOLINT(google-explicit-constructor): as in std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(Order = std::memory_order_seq_cst, Site site = Site::current()) const noexcept {
    schedule::point(this, Operation::kLoad, site);
    schedule::done(false);
    return value_.load();
  }

  void store(T value, Order = std::memory_order_seq_cst, Site site = Site::current()) noexcept {
    schedule::point(this, Operation::kStore, site);
    schedule::done(value_.exchange(value) != value);
  }

  T exchange(T value, Order = std::memory_order_seq_cst, Site site = Site::current()) noexcept {
    return modify(Operation::kExchange, site, [value](T) { return value; });
  }

  bool compare_exchange_strong(T& expected, T desired, Order, Order, Site site = Site::current()) noexcept {
    schedule::point(this, Operation::kCompareExchange, site);
    const T wanted = expected;
    const bool exchanged = value_.compare_exchange_strong(expected, desired);
    schedule::done(exchanged && wanted != desired);
    return exchanged;
  }

  bool compare_exchange_strong(T& expected, T desired, Order order = std::memory_order_seq_cst,
                               Site site = Site::current()) noexcept {
    return compare_exchange_strong(expected, desired, order, order, site);
  }

  // Spurious failures are not explored: they only repeat a loop.
  bool compare_exchange_weak(T& expected, T desired, Order success, Order failure,
                             Site site = Site::current()) noexcept {
    return compare_exchange_strong(expected, desired, success, failure, site);
  }

  bool compare_exchange_weak(T& expected, T desired, Order order = std::memory_order_seq_cst,
                             Site site = Site::current()) noexcept {
    return compare_exchange_strong(expected, desired, order, order, site);
  }

  T fetch_add(T operand, Order = std::memory_order_seq_cst,
              Site site = Site::current()) noexcept requires std::integral<T> {
    return modify(Operation::kAdd, site, [operand](T value) { return static_cast<T>(value + operand); });
  }

  T fetch_sub(T operand, Order = std::memory_order_seq_cst,
              Site site = Site::current()) noexcept requires std::integral<T> {
    return modify(Operation::kAdd, site, [operand](T value) { return static_cast<T>(value - operand); });
  }

  T fetch_or(T operand, Order = std::memory_order_seq_cst,
             Site site = Site::current()) noexcept requires std::integral<T> {
    return modify(Operation::kOr, site, [operand](T value) { return static_cast<T>(value | operand); });
  }

  T fetch_and(T operand, Order = std::memory_order_seq_cst,
              Site site = Site::current()) noexcept requires std::integral<T> {
    return modify(Operation::kAnd, site, [operand](T value) { return static_cast<T>(value & operand); });
  }

 private:
  friend void park(atomic<uint32_t>& word, uint32_t expected, schedule::Site site) noexcept;
  friend void unpark_one(atomic<uint32_t>& word, schedule::Site site) noexcept;
  friend void unpark_all(atomic<uint32_t>& word, schedule::Site site) noexcept;

  // Only one thread runs at a time, so load and store need no loop.
  template <class Change>
  T modify(Operation operation, Site site, Change change) noexcept {
    schedule::point(this, operation, site);
    const T before = value_.load();
    const T after = change(before);
    value_.store(after);
    schedule::done(before != after);
    return before;
  }

  std::atomic<T> value_{};
};

inline void cpu_relax(schedule::Site site = schedule::Site::current()) noexcept { schedule::relax(site); }

inline void park(atomic<uint32_t>& word, uint32_t expected, schedule::Site site = schedule::Site::current()) noexcept {
  schedule::sleep(&word.value_, expected, site);
}

inline void unpark_one(atomic<uint32_t>& word, schedule::Site site = schedule::Site::current()) noexcept {
  schedule::wake(&word.value_, false, site);
}

inline void unpark_all(atomic<uint32_t>& word, schedule::Site site = schedule::Site::current()) noexcept {
  schedule::wake(&word.value_, true, site);
}

/// As std::mutex, with a scheduling point at each operation.
class mutex {
 public:
  void lock(schedule::Site site = schedule::Site::current()) noexcept {
    while (held_.exchange(1, std::memory_order_acquire, site) != 0) park(held_, 1, site);
  }
  bool try_lock(schedule::Site site = schedule::Site::current()) noexcept {
    return held_.exchange(1, std::memory_order_acquire, site) == 0;
  }
  void unlock(schedule::Site site = schedule::Site::current()) noexcept {
    held_.store(0, std::memory_order_release, site);
    unpark_one(held_, site);
  }

 private:
  atomic<uint32_t> held_{0};
};

}  // namespace heddle
