#include "heddle/sync/epoch.h"

#include <algorithm>

namespace heddle {

namespace {
constexpr std::uint64_t kGrace = 3;  // E2
constexpr std::size_t kCollectInterval =
    kExplored ? 4 : 128;  // retired objects between two looks at the other participants
}  // namespace

Epochs::~Epochs() {
  Stock stock;
  for (Participant* p = participants_.load(std::memory_order_acquire); p != nullptr;) {
    Participant* next = p->next_;
    for (std::size_t i = p->first_; i < p->garbage_.size(); ++i) {
      p->garbage_[i].reclaim(stock, p->garbage_[i].owner, p->garbage_[i].what);
    }
    delete p;
    p = next;
  }
  for (const Garbage& g : orphans_) g.reclaim(stock, g.owner, g.what);
}

Epochs::Participant& Epochs::join() {
  for (Participant* p = participants_.load(std::memory_order_acquire); p != nullptr; p = p->next_) {
    bool expected = false;
    if (p->used_.compare_exchange_strong(expected, true, std::memory_order_acq_rel)) return *p;
  }
  auto* fresh = new Participant;
  fresh->next_ = participants_.load(std::memory_order_acquire);
  while (!participants_.compare_exchange_weak(fresh->next_, fresh, std::memory_order_acq_rel)) {
  }
  return *fresh;
}

void Epochs::leave(Participant& participant) {
  {
    std::lock_guard guard(orphans_mutex_);
    orphans_.insert(orphans_.end(), participant.garbage_.begin() + static_cast<std::ptrdiff_t>(participant.first_),
                    participant.garbage_.end());
    orphan_count_.store(orphans_.size(), std::memory_order_release);
  }
  participant.garbage_ = {};
  participant.waiting_.store(0, std::memory_order_relaxed);
  participant.first_ = 0;
  participant.stock.clear();
  participant.used_.store(false, std::memory_order_release);
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

void Epochs::reserve(Participant& participant, std::size_t count) {
  auto& garbage = participant.garbage_;
  if (garbage.capacity() - garbage.size() >= count) return;
  garbage.erase(garbage.begin(), garbage.begin() + static_cast<std::ptrdiff_t>(participant.first_));
  participant.first_ = 0;
  if (garbage.capacity() - garbage.size() < count) {
    garbage.reserve(std::max(garbage.size() + count, garbage.capacity() * 2));
  }
}

void Epochs::retire(Participant& participant, void* owner, std::uintptr_t what, Reclaim reclaim) {
  participant.garbage_.push_back({global_.load(std::memory_order_seq_cst), owner, what, reclaim});
  participant.waiting_.store(participant.garbage_.size() - participant.first_, std::memory_order_relaxed);
  ++participant.since_collect_;
}

void Epochs::advance() {
  std::uint64_t epoch = global_.load(std::memory_order_seq_cst);
  for (Participant* p = participants_.load(std::memory_order_acquire); p != nullptr; p = p->next_) {
    const std::uint64_t pinned = p->epoch_.load(std::memory_order_seq_cst);
    if (pinned != Participant::kUnpinned && pinned != epoch) return;
  }
  global_.compare_exchange_strong(epoch, epoch + 1, std::memory_order_seq_cst);
}

std::size_t Epochs::free_due(Stock& stock, std::vector<Garbage>& garbage, std::size_t first, std::uint64_t epoch) {
  while (first < garbage.size() && garbage[first].epoch + kGrace <= epoch) {
    garbage[first].reclaim(stock, garbage[first].owner, garbage[first].what);
    ++first;
  }
  return first;
}

void Epochs::collect(Participant& participant) {
  if (participant.since_collect_ < kCollectInterval) return;
  participant.since_collect_ = 0;
  advance();
  const std::uint64_t epoch = global_.load(std::memory_order_seq_cst);
  participant.first_ = free_due(participant.stock, participant.garbage_, participant.first_, epoch);
  if (participant.first_ == participant.garbage_.size()) {
    participant.garbage_.clear();
    participant.first_ = 0;
  }
  participant.waiting_.store(participant.garbage_.size() - participant.first_, std::memory_order_relaxed);
  if (orphan_count_.load(std::memory_order_acquire) == 0) return;
  std::lock_guard guard(orphans_mutex_);
  const std::size_t due = free_due(participant.stock, orphans_, 0, epoch);
  orphans_.erase(orphans_.begin(), orphans_.begin() + static_cast<std::ptrdiff_t>(due));
  orphan_count_.store(orphans_.size(), std::memory_order_release);
}

std::size_t Epochs::pending() const {
  std::size_t sum = orphan_count_.load(std::memory_order_relaxed);
  for (const Participant* p = participants_.load(std::memory_order_acquire); p != nullptr; p = p->next_) {
    sum += p->waiting_.load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace heddle
