// How a thread learns that something waits for it. What ringing means is the called thread's business.
//
// Invariants
//  D1. Nobody rings a closed bell: `close` waits for who is ringing. A thread closes its bell before what it calls
//  goes.
//  D2. A bell that has rung is silent until its thread has `heard` it, so a burst rings once, and a thread that goes on
//      looking is not rung at all. It is heard before what it announced is looked at for the last time, so that nothing
//      which comes later is missed: what is announced is stored, and then `rung_` read; `rung_` is cleared, and then
//      what is announced read (all seq_cst).
//  D3. Bells are never freed before the engine: who rings late rings at nobody, or at the bell's next owner for
//  nothing.
//  D4. Who finds a bell announced leaves the ringing to who takes the announcement off, who does that before he looks
//      whether it has rung: else he might see that it has, before it was heard, and both would leave (all seq_cst, and
//      an exchange, as a store could be seen after the look).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "heddle/sync/atomic.h"

namespace heddle {

class Bell {
 public:
  // The owner's. `call` is called by any thread; it must not block.
  void open(std::function<void()> call) {
    const std::lock_guard guard(mutex_);
    call_ = std::move(call);
    rung_.store(false, std::memory_order_seq_cst);
  }
  void close() {
    const std::lock_guard guard(mutex_);
    call_ = nullptr;
  }
  void heard() { rung_.store(false, std::memory_order_seq_cst); }

  void ring() {
    if (rung_.load(std::memory_order_seq_cst)) return;
    const std::lock_guard guard(mutex_);
    if (call_ && !rung_.exchange(true, std::memory_order_seq_cst)) call_();
  }

 private:
  friend class Bells;

  // Guarded by mutex_.
  mutex mutex_;
  std::function<void()> call_;

  atomic<bool> rung_{false};

  // Of the bells that are to be rung.
  atomic<bool> announced_{false};
  Bell* next_ = nullptr;
};

// The bells of all threads, and those of them that are to be rung as soon as somebody may take his time.
class Bells {
 public:
  Bell& take() {
    const std::lock_guard guard(mutex_);
    if (free_.empty()) {
      free_.reserve(all_.size() + 1);  // so that giving back never allocates
      return *all_.emplace_back(std::make_unique<Bell>());
    }
    Bell& bell = *free_.back();
    free_.pop_back();
    return bell;
  }

  // Closes it.
  void give_back(Bell& bell) {
    bell.close();
    const std::lock_guard guard(mutex_);
    free_.push_back(&bell);
  }

  // Lock-free, and allocates nothing. The caller calls `ring` later.
  void announce(Bell& bell) {
    if (bell.announced_.exchange(true, std::memory_order_seq_cst)) return;
    Bell* first = announced_.load(std::memory_order_relaxed);
    do {
      bell.next_ = first;
    } while (!announced_.compare_exchange_weak(first, &bell, std::memory_order_release, std::memory_order_relaxed));
  }

  // Rings all that were announced, by whomever.
  void ring() {
    if (announced_.load(std::memory_order_relaxed) == nullptr) return;
    Bell* bell = announced_.exchange(nullptr, std::memory_order_acquire);
    while (bell != nullptr) {
      Bell* next = bell->next_;
      bell->announced_.exchange(false, std::memory_order_seq_cst);  // before `rung_` is read: D4
      bell->ring();
      bell = next;
    }
  }

 private:
  // Guarded by mutex_.
  mutex mutex_;
  std::vector<std::unique_ptr<Bell>> all_;
  std::vector<Bell*> free_;

  atomic<Bell*> announced_{nullptr};  // a stack
};

}  // namespace heddle
