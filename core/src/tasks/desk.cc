#include "heddle/tasks/desk.h"

#include <algorithm>
#include <utility>

namespace heddle {

void Desk::call_locked(WaitTicket ticket) {
  if (std::ranges::find(called_, ticket) == called_.end()) called_.push_back(ticket);
  any_.store(true, std::memory_order_seq_cst);
}

void Desk::call(WaitTicket ticket) {
  const std::lock_guard guard(lock_);
  if (closed_) return;
  call_locked(ticket);
  bell_.ring();
}

void Desk::expect() {
  const std::lock_guard guard(lock_);
  const std::size_t room = called_.size() + expected_ + 1;
  if (called_.capacity() < room) called_.reserve(2 * room);
  ++expected_;
}

void Desk::forgo() {
  const std::lock_guard guard(lock_);
  --expected_;
}

void Desk::answers_by(WaitTicket ticket) {
  const std::lock_guard guard(lock_);
  answers_ = ticket;
  if (last_ == nullptr) return;
  call_locked(answers_);
  bell_.ring();
}

bool Desk::put(Task& task) {
  const std::lock_guard guard(lock_);
  if (closed_) return false;
  task.next_answer = nullptr;
  (last_ == nullptr ? first_ : last_->next_answer) = &task;
  const bool was_empty = last_ == nullptr;
  last_ = &task;
  if (was_empty) {
    call_locked(answers_);
    bell_.ring();
  }
  return true;
}

void Desk::take_called(std::vector<WaitTicket>& tickets) {
  if (!any_.load(std::memory_order_seq_cst)) return;
  const std::lock_guard guard(lock_);
  tickets.reserve(tickets.capacity() + called_.size());
  any_.store(false, std::memory_order_seq_cst);
  tickets.insert(tickets.end(), called_.begin(), called_.end());
  called_.clear();
}

TaskTicket Desk::add(Task& task) {
  if (free_.empty()) {
    free_.reserve(tasks_.size() + 1);  // so that `release` cannot fail
    tasks_.push_back(&task);
    return static_cast<TaskTicket>(tasks_.size() - 1);
  }
  const TaskTicket ticket = free_.back();
  free_.pop_back();
  tasks_[ticket] = &task;
  return ticket;
}

void Desk::release(TaskTicket ticket) {
  tasks_[ticket] = nullptr;
  free_.push_back(ticket);
}

Task* Desk::first_answer() {
  if (taken_ == nullptr) {
    const std::lock_guard guard(lock_);
    taken_ = std::exchange(first_, nullptr);
    last_ = nullptr;
  }
  return taken_;
}

void Desk::pop_answer() { taken_ = taken_->next_answer; }

}  // namespace heddle
