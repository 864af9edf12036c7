#include "heddle/sync/epoch.h"

#include <new>

namespace heddle {

namespace {

constexpr std::uint64_t kGrace = 3;  // E2
void free_due(Stock& stock, GarbageQueue& queue, std::uint64_t due) {
  Garbage oldest;
  while (queue.pop_until(due, oldest)) oldest.reclaim(stock, oldest.owner, oldest.what);
}

}  // namespace

Epochs::~Epochs() {
  Stock stock;
  for (Participant* p = first(); p != nullptr;) {
    Participant* next = p->next_;
    free_due(stock, p->garbage_, ~std::uint64_t{0});
    delete p;
    p = next;
  }
}

// E5.
bool Epochs::claim(Participant& unused) {
  bool expected = false;
  if (unused.used_.load(std::memory_order_relaxed) ||
      !unused.used_.compare_exchange_strong(expected, true, std::memory_order_acq_rel)) {
    return false;
  }
  if (unused.garbage_.size() > 0) abandoned_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

void Epochs::abandon(Participant& participant) {
  if (participant.garbage_.size() > 0) abandoned_.fetch_add(1, std::memory_order_relaxed);
  participant.used_.store(false, std::memory_order_release);
}

// An unused node without garbage: what is in the others would wait for their new holder alone.
Epochs::Participant* Epochs::claim_empty() {
  for (Participant* p = first(); p != nullptr; p = p->next_) {
    if (p->garbage_.size() > 0 || !claim(*p)) continue;
    if (p->garbage_.size() == 0) return p;
    abandon(*p);
  }
  return nullptr;
}

void Epochs::link(Participant& fresh) {
  fresh.next_ = first();
  while (!participants_.compare_exchange_weak(fresh.next_, &fresh, std::memory_order_seq_cst)) {
  }
}

Epochs::Participant& Epochs::join() {
  if (Participant* unused = claim_empty()) return *unused;
  auto* fresh = new Participant(depot_);
  link(*fresh);
  return *fresh;
}

void Epochs::leave(Participant& participant) {
  participant.stock.clear();
  abandon(participant);
}

void Epochs::pin(Participant& participant) {
  std::uint64_t epoch = global_.load(std::memory_order_seq_cst);
  for (;;) {
    participant.epoch_.store(epoch, std::memory_order_seq_cst);
    const std::uint64_t now = global_.load(std::memory_order_seq_cst);
    if (now == epoch) return;
    epoch = now;
  }
}

void Epochs::unpin(Participant& participant) {
  participant.epoch_.store(Participant::kUnpinned, std::memory_order_release);
}

void Epochs::reserve(Participant& participant, std::size_t count) { participant.garbage_.reserve(count); }

void Epochs::advance() {
  std::uint64_t epoch = global_.load(std::memory_order_seq_cst);
  for (const Participant* p = first(); p != nullptr; p = p->next_) {
    const std::uint64_t pinned = p->epoch_.load(std::memory_order_seq_cst);
    if (pinned != Participant::kUnpinned && pinned != epoch) return;
  }
  global_.compare_exchange_strong(epoch, epoch + 1, std::memory_order_seq_cst);
}

// Moves all garbage to a node that nobody uses, where every thread's `collect` finds it.
void Epochs::hand_over(Participant& participant) {
  Participant* heir = claim_empty();
  if (heir == nullptr) {
    heir = new (std::nothrow) Participant(depot_);
    if (heir == nullptr) return;
    link(*heir);
  }
  heir->garbage_.swap(participant.garbage_);
  abandon(*heir);
}

void Epochs::free_abandoned(Stock& stock, std::uint64_t due) {
  for (Participant* p = first(); p != nullptr; p = p->next_) {
    if (p->garbage_.size() == 0 || !claim(*p)) continue;
    free_due(stock, p->garbage_, due);
    abandon(*p);
  }
}

void Epochs::collect_now(Participant& participant) {
  participant.since_collect_ = 0;
  advance();
  const std::uint64_t epoch = global_.load(std::memory_order_seq_cst);
  const std::uint64_t due = epoch - kGrace;
  free_due(participant.stock, participant.garbage_, due);
  if (abandoned_.load(std::memory_order_relaxed) > 0) free_abandoned(participant.stock, due);
  if (participant.garbage_.size() >= kMuch) hand_over(participant);
}

bool Epochs::flush(Participant& participant) {
  constexpr int kTurns = 4;  // E2, and one for who has just left
  const auto is_left = [&] {
    return participant.garbage_.size() > 0 || abandoned_.load(std::memory_order_relaxed) > 0;
  };
  for (int turn = 0; turn < kTurns && is_left(); ++turn) collect_now(participant);
  return participant.garbage_.size() > 0;
}

std::size_t Epochs::pinned() const {
  std::size_t count = 0;
  for (const Participant* p = first(); p != nullptr; p = p->next_) {
    if (p->epoch_.load(std::memory_order_relaxed) != Participant::kUnpinned) ++count;
  }
  return count;
}

std::size_t Epochs::pending() const {
  std::size_t sum = 0;
  for (const Participant* p = first(); p != nullptr; p = p->next_) sum += p->garbage_.size();
  return sum;
}

}  // namespace heddle
