// heddle::atomic in builds with HEDDLE_UNLUCKY: a thread may lose the processor before any operation, and a weak
// exchange fails more often than a processor would have it.
#pragma once

#include <atomic>

#include "heddle/sync/luck.h"

namespace heddle {

template <class T>
class atomic : public std::atomic<T> {
  using Base = std::atomic<T>;
  using Order = std::memory_order;

 public:
  using Base::Base;
  using Base::operator=;

  T load(Order order = std::memory_order_seq_cst) const noexcept {
    stumble();
    return Base::load(order);
  }
  void store(T value, Order order = std::memory_order_seq_cst) noexcept {
    stumble();
    Base::store(value, order);
  }
  T exchange(T value, Order order = std::memory_order_seq_cst) noexcept {
    stumble();
    return Base::exchange(value, order);
  }
  template <class... Orders>
  bool compare_exchange_strong(T& expected, T desired, Orders... orders) noexcept {
    stumble();
    return Base::compare_exchange_strong(expected, desired, orders...);
  }
  template <class... Orders>
  bool compare_exchange_weak(T& expected, T desired, Orders... orders) noexcept {
    stumble();
    if (!unlucky(BadLuck::kExchange)) return Base::compare_exchange_weak(expected, desired, orders...);
    expected = Base::load(std::memory_order_seq_cst);
    return false;
  }
  template <class Number>
  T fetch_add(Number number, Order order = std::memory_order_seq_cst) noexcept {
    stumble();
    return Base::fetch_add(number, order);
  }
  template <class Number>
  T fetch_sub(Number number, Order order = std::memory_order_seq_cst) noexcept {
    stumble();
    return Base::fetch_sub(number, order);
  }
};

}  // namespace heddle
