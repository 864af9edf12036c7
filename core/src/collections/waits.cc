#include "heddle/collections/waits.h"

#include <algorithm>

namespace heddle {

Wait& Waiter::add(WaitTicket ticket, std::size_t topics) {
  return *(waits_[ticket] = std::make_unique<Wait>(*this, ticket, topics));
}

Wait* Waiter::find(WaitTicket ticket) const {
  const auto found = waits_.find(ticket);
  return found == waits_.end() ? nullptr : found->second.get();
}

void Waiter::take_ended(std::vector<WaitTicket>& tickets) {
  const std::size_t before = tickets.size();
  for (Wait* wait = ended_.exchange(nullptr, std::memory_order_seq_cst); wait != nullptr;) {
    Wait* next = wait->next_ended_;
    tickets.push_back(wait->ticket_);
    wait->is_known = true;
    if (wait->outcome.status == Status::kEmpty) waits_.erase(wait->ticket_);
    wait = next;
  }
  std::reverse(tickets.begin() + static_cast<std::ptrdiff_t>(before), tickets.end());
}

void Waits::add(Wait& wait) {
  for (Wait::Note& note : wait.notes_) {
    Wait::Note*& first = bucket_of(note.topic);
    note.next = first;
    note.at = &first;
    if (first != nullptr) first->at = &note.next;
    first = &note;
  }
  wait.registered_ = true;
  ++count_;
}

void Line::join(Wait& wait) {
  wait.line_ = this;
  wait.before_ = last_;
  (last_ == nullptr ? first_ : last_->behind_) = &wait;
  last_ = &wait;
  wait.registered_ = true;
  ++length_;
}

void Line::leave(Wait& wait) {
  (wait.before_ == nullptr ? first_ : wait.before_->behind_) = wait.behind_;
  (wait.behind_ == nullptr ? last_ : wait.behind_->before_) = wait.before_;
  wait.line_ = nullptr;
  wait.registered_ = false;
  --length_;
}

void Waits::remove(Wait& wait) {
  if (wait.line_ != nullptr) return wait.line_->leave(wait);
  for (Wait::Note& note : wait.notes_) {
    *note.at = note.next;
    if (note.next != nullptr) note.next->at = note.at;
  }
  wait.registered_ = false;
  --count_;
}

void Waits::end_all(Topic topic) {
  Wait::Note** at = &bucket_of(topic);
  while (Wait::Note* note = *at) {
    if (note->topic != topic) {
      at = &note->next;
      continue;
    }
    Wait& wait = *note->wait;
    remove(wait);
    // Other notes of the wait may have been in this list, before this one or behind.
    at = &bucket_of(topic);
    end(wait);
  }
}

void Waits::end(Line& line, Wait::Outcome outcome) {
  Wait& wait = *line.first_;
  line.leave(wait);
  wait.outcome = outcome;
  end(wait);
}

void Waits::end(Wait& wait) {
  Waiter& waiter = wait.waiter_;
  Wait* first = waiter.ended_.load(std::memory_order_relaxed);
  do {
    wait.next_ended_ = first;
  } while (!waiter.ended_.compare_exchange_weak(first, &wait, std::memory_order_seq_cst, std::memory_order_relaxed));
  bells_.announce(waiter.bell);
}

}  // namespace heddle
