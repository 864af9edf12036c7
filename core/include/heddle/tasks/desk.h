// Where a thread gets its answers: those of tasks that it has submitted, and calls of pools that it has to do with.
//
// Invariants
//  Q1. Whatever is put here is there before the bell rings, and the bell is rung unless the thread has yet to look
//      (D2): the tickets of a burst are called once. So is an answer that comes before its thread has said how.
//      Calling allocates nothing: whoever is to be called has made room for his ticket (`expect`).
//  Q2. A closed desk takes nothing and rings nobody. It is closed by its thread, and lives as long as tasks know
//      it.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "heddle/collections/waits.h"
#include "heddle/sync/bell.h"
#include "heddle/tasks/task.h"

namespace heddle {

class Desk {
 public:
  explicit Desk(Bell& bell) : bell_(bell) { called_.reserve(expected_); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // Any thread. The ticket is among those that the thread finds called, once for all calls until then.
  void call(WaitTicket ticket);
  // Another ticket may be called, besides those for answers and for work: as a host, or once. May throw std::bad_alloc.
  void expect();
  // No more, or it has been.
  void forgo();
  // A settled task; false if nobody waits for it any more.
  bool put(Task& task);

  // The desk's thread from here on.
  // Which ticket is called when there are answers, and at once if there are: a task may be done before its thread asks.
  void answers_by(WaitTicket ticket);
  // Appends them, and leaves as much room behind them as there was. May throw std::bad_alloc, with none taken.
  void take_called(std::vector<WaitTicket>& tickets);
  // A number for a task, until `release`. May throw std::bad_alloc.
  TaskTicket add(Task& task);
  [[nodiscard]] Task* find(TaskTicket ticket) const { return ticket < tasks_.size() ? tasks_[ticket] : nullptr; }
  // The number is free again.
  void release(TaskTicket ticket);
  // The first answer that has not been given out, which stays; null if there is none.
  Task* first_answer();
  void pop_answer();
  // Calls visit(Task&) for what has not been released.
  template <class Visit>
  void close(Visit&& visit) {
    {
      const std::lock_guard guard(lock_);
      closed_ = true;
      first_ = last_ = nullptr;
    }
    for (Task* task : tasks_)
      if (task != nullptr) visit(*task);
    tasks_.clear();
  }

  // That the thread is a worker of, if any.
  std::shared_ptr<Pool> pool;
  PoolWorker* worker = nullptr;

 private:
  void call_locked(WaitTicket ticket);

  Bell& bell_;
  atomic<bool> any_{false};  // something is called; a hint

  // Guarded by lock_.
  mutex lock_;
  bool closed_ = false;
  std::size_t expected_ = 3;        // tickets: an answer may come before it is said how
  std::vector<WaitTicket> called_;  // has room for what is in it, and for those that are expected
  Task* first_ = nullptr;           // answers
  Task* last_ = nullptr;
  WaitTicket answers_ = 0;

  // Its thread's.
  Task* taken_ = nullptr;  // answers that are being given out
  std::vector<Task*> tasks_;
  std::vector<TaskTicket> free_;
};

}  // namespace heddle
