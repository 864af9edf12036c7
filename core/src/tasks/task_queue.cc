#include "heddle/tasks/task_queue.h"

#include <bit>

namespace heddle {

Task* TaskQueue::first() const {
  return filled_ == 0 ? nullptr : levels_[static_cast<std::size_t>(std::bit_width(filled_)) - 1].first;
}

void TaskQueue::publish() {
  const Task* next = first();
  top_.store(next == nullptr ? kNothing : next->priority, std::memory_order_seq_cst);
  size_.store(count_, std::memory_order_seq_cst);
}

void TaskQueue::push(Task& task) {
  Level& level = levels_[level_of(task)];
  task.previous = level.last;
  task.next = nullptr;
  (level.last == nullptr ? level.first : level.last->next) = &task;
  level.last = &task;
  filled_ |= 1U << level_of(task);
  task.queue.store(this, std::memory_order_seq_cst);
  ++count_;
  publish();
}

void TaskQueue::unlink(Task& task) {
  Level& level = levels_[level_of(task)];
  (task.previous == nullptr ? level.first : task.previous->next) = task.next;
  (task.next == nullptr ? level.last : task.next->previous) = task.previous;
  if (level.first == nullptr) filled_ &= ~(1U << level_of(task));
  task.queue.store(nullptr, std::memory_order_seq_cst);
  --count_;
}

Task* TaskQueue::pop() {
  Task* task = first();
  if (task == nullptr) return nullptr;
  unlink(*task);
  publish();
  return task;
}

void TaskQueue::remove(Task& task) {
  unlink(task);
  publish();
}

TaskQueue::Chain TaskQueue::take(std::size_t most) {
  Chain chain;
  while (chain.length < most) {
    Task* task = first();
    if (task == nullptr) break;
    unlink(*task);
    task->next = nullptr;
    (chain.last == nullptr ? chain.first : chain.last->next) = task;
    chain.last = task;
    ++chain.length;
  }
  publish();
  return chain;
}

}  // namespace heddle
