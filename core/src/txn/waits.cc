#include "heddle/txn/waits.h"

#include <algorithm>

namespace heddle {

Wait& Waiter::add(WaitTicket ticket, std::size_t topics) {
  return *(waits_[ticket] = std::make_unique<Wait>(*this, ticket, topics));
}

Wait* Waiter::find(WaitTicket ticket) const {
  const auto found = waits_.find(ticket);
  return found == waits_.end() ? nullptr : found->second.get();
}

std::vector<WaitTicket> Waiter::take_ended() {
  std::vector<WaitTicket> tickets;
  for (const Wait* wait = ended_.exchange(nullptr, std::memory_order_acquire); wait != nullptr;) {
    const Wait* next = wait->next_ended_;
    tickets.push_back(wait->ticket_);
    waits_.erase(wait->ticket_);
    wait = next;
  }
  std::ranges::reverse(tickets);
  return tickets;
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

void Waits::remove(Wait& wait) {
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
    Waiter& waiter = wait.waiter_;
    Wait* first = waiter.ended_.load(std::memory_order_relaxed);
    do {
      wait.next_ended_ = first;
    } while (!waiter.ended_.compare_exchange_weak(first, &wait, std::memory_order_release, std::memory_order_relaxed));
    bells_.announce(waiter.bell);
  }
}

}  // namespace heddle
