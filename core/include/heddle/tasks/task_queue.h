// Tasks that wait, the oldest of the highest priority first.
//
// A lock for each queue, and lists behind it: a task may be removed from the middle, and half of a queue may go to
// another one. The lock is, but for thieves, one thread's own, and little beside what it takes to call a function in
// another thread.
#pragma once

#include <array>
#include <limits>
#include <mutex>

#include "heddle/tasks/task.h"

namespace heddle {

class TaskQueue {
 public:
  static constexpr std::int32_t kMostPriority = 10;  // and the least is its opposite
  static constexpr std::int32_t kNothing = std::numeric_limits<std::int32_t>::min();

  // A list of tasks that are in no queue.
  struct Chain {
    Task* first = nullptr;
    Task* last = nullptr;
    std::size_t length = 0;
  };

  TaskQueue() = default;
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  mutex lock;

  // Hints, without the lock; exact with it. What is pushed is seen by who looks later (seq_cst).
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_seq_cst); }
  // The priority of the task that is next, or kNothing.
  [[nodiscard]] std::int32_t top() const { return top_.load(std::memory_order_seq_cst); }

  // All with the lock. O(1) for each task.
  void push(Task& task);
  // Null if there is none.
  Task* pop();
  void remove(Task& task);
  // Up to so many, from the front.
  Chain take(std::size_t most);

 private:
  static constexpr std::size_t kLevels = 2 * kMostPriority + 1;

  struct Level {
    Task* first = nullptr;
    Task* last = nullptr;
  };

  static std::size_t level_of(const Task& task) {
    return static_cast<std::size_t>(std::int64_t{task.priority} + kMostPriority);
  }
  void unlink(Task& task);
  void publish();
  // The task that is next; null if there is none.
  [[nodiscard]] Task* first() const;

  // Guarded by lock.
  std::array<Level, kLevels> levels_;
  std::uint32_t filled_ = 0;  // a bit for each level that has tasks
  std::size_t count_ = 0;

  atomic<std::size_t> size_{0};
  atomic<std::int32_t> top_{kNothing};
};

}  // namespace heddle
