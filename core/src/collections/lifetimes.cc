#include "heddle/collections/lifetimes.h"

#include <algorithm>
#include <utility>

namespace heddle {

Lifetimes::Node* Lifetimes::find(CollectionId id) {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

void Lifetimes::add(CollectionId id, bool permanent) {
  const std::lock_guard guard(mutex_);
  Node& node = nodes_[id];
  node.permanent = permanent;
  node.holders = 1;
}

void Lifetimes::make_permanent(CollectionId id) {
  const std::lock_guard guard(mutex_);
  if (Node* node = find(id)) node->permanent = true;
}

void Lifetimes::end(CollectionId id) {
  const std::lock_guard guard(mutex_);
  if (find(id) == nullptr) return;
  std::vector<CollectionId> suspects;
  forget(id, suspects);
  for (const CollectionId suspect : suspects) judge(suspect);
}

bool Lifetimes::hold(CollectionId id) {
  const std::lock_guard guard(mutex_);
  Node* node = find(id);
  if (node == nullptr) return false;
  ++node->holders;
  return true;
}

void Lifetimes::release(CollectionId id) {
  const std::lock_guard guard(mutex_);
  Node* node = find(id);
  if (node != nullptr && --node->holders == 0) judge(id);
}

void Lifetimes::link(CollectionId owner, CollectionId target) {
  const std::lock_guard guard(mutex_);
  Node* from = find(owner);
  Node* to = find(target);
  if (from == nullptr || to == nullptr) return;  // nor will it be unlinked: ids do not come back
  from->to.insert(target);                       // first: should memory end between the two, this one does no harm
  ++to->from[owner];
}

void Lifetimes::unlink(CollectionId owner, CollectionId target) {
  const std::lock_guard guard(mutex_);
  Node* from = find(owner);
  Node* to = find(target);
  if (from == nullptr || to == nullptr) return;
  const auto count = to->from.find(owner);
  if (count == to->from.end()) return;
  if (--count->second > 0) return;
  to->from.erase(count);
  from->to.erase(target);
  judge(target);
}

std::optional<Lifetimes::Token> Lifetimes::send(CollectionId id, std::int64_t now) {
  const std::lock_guard guard(mutex_);
  Node* node = find(id);
  if (node == nullptr) return std::nullopt;
  if (node->flights.empty()) flying_.push_back(id);
  due_.store(std::min(due_.load(std::memory_order_relaxed), now + kFlight), std::memory_order_relaxed);
  node->flights.push_back({++last_token_, now + kFlight});
  return last_token_;
}

bool Lifetimes::land(CollectionId id, Token token) {
  const std::lock_guard guard(mutex_);
  Node* node = find(id);
  if (node == nullptr) return false;
  std::erase_if(node->flights, [token](const Flight& flight) { return flight.token == token; });
  return true;
}

void Lifetimes::expire(std::int64_t now) {
  if (now < due_.load(std::memory_order_relaxed)) return;
  const std::lock_guard guard(mutex_);
  std::int64_t due = kNever;
  for (const CollectionId id : std::exchange(flying_, {})) {
    Node* node = find(id);
    if (node == nullptr) continue;
    std::erase_if(node->flights, [now](const Flight& flight) { return flight.until <= now; });
    if (node->flights.empty()) {
      judge(id);
    } else {
      flying_.push_back(id);
      due = std::min(due, node->flights.front().until);
    }
  }
  due_.store(due, std::memory_order_relaxed);
}

// A3. At most O(collections that refer to `suspect`, directly or not); it stops at the first root.
void Lifetimes::judge(CollectionId suspect) {
  std::vector<CollectionId> suspects{suspect};
  while (!suspects.empty()) {
    const CollectionId next = suspects.back();
    suspects.pop_back();
    if (find(next) == nullptr) continue;
    std::unordered_set<CollectionId> reached{next};
    std::vector<CollectionId> open{next};
    bool rooted = false;
    while (!open.empty() && !rooted) {
      const Node& node = *find(open.back());
      open.pop_back();
      rooted = node.is_root();
      for (auto owner = node.from.begin(); owner != node.from.end() && !rooted; ++owner) {
        rooted = find(owner->first)->is_root();
        if (reached.insert(owner->first).second) open.push_back(owner->first);
      }
    }
    if (rooted) continue;
    for (const CollectionId id : reached) {
      forget(id, suspects);
      garbage_.push_back(id);
    }
  }
  waiting_.store(garbage_.size(), std::memory_order_relaxed);
}

// Takes the node out of the graph; what it referred to is suspected.
void Lifetimes::forget(CollectionId id, std::vector<CollectionId>& suspects) {
  const auto found = nodes_.find(id);
  const Node node = std::move(found->second);
  nodes_.erase(found);
  for (const CollectionId target : node.to) {
    if (Node* to = find(target)) {
      to->from.erase(id);
      suspects.push_back(target);
    }
  }
  for (const auto& [owner, count] : node.from) {
    if (Node* from = find(owner)) from->to.erase(id);
  }
}

std::vector<CollectionId> Lifetimes::take_garbage() {
  const std::lock_guard guard(mutex_);
  waiting_.store(0, std::memory_order_relaxed);
  return std::exchange(garbage_, {});
}

}  // namespace heddle
