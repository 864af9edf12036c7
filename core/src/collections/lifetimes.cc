#include "heddle/collections/lifetimes.h"

#include <algorithm>
#include <new>
#include <utility>

namespace heddle {

Lifetimes::Node* Lifetimes::find(CollectionId id) {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

void Lifetimes::add(CollectionId id, bool permanent) {
  const std::lock_guard guard(mutex_);
  const std::size_t room = garbage_.size() + nodes_.size() + 1;
  if (garbage_.capacity() < room) garbage_.reserve(std::max(room, 2 * garbage_.capacity()));
  Node& node = nodes_.try_emplace(id, id).first->second;
  node.permanent = permanent;
  node.holders = 1;
}

void Lifetimes::make_permanent(CollectionId id) {
  const std::lock_guard guard(mutex_);
  if (Node* node = find(id)) node->permanent = true;
}

void Lifetimes::end(CollectionId id) {
  const std::lock_guard guard(mutex_);
  Node* node = find(id);
  if (node == nullptr) return;
  forget(*node);
  judge();
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
  if (node == nullptr || --node->holders > 0) return;
  suspect(*node);
  judge();
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
  suspect(*to);
  judge();
}

std::optional<Lifetimes::Token> Lifetimes::send(CollectionId id, std::int64_t now) {
  const std::lock_guard guard(mutex_);
  Node* node = find(id);
  if (node == nullptr) return std::nullopt;
  const bool flies = !node->flights.empty();
  node->flights.push_back({last_token_ + 1, now + kFlight});
  if (!flies) {
    try {
      flying_.push_back(id);
    } catch (const std::bad_alloc&) {
      node->flights.pop_back();
      throw;
    }
  }
  due_.store(std::min(due_.load(std::memory_order_relaxed), now + kFlight), std::memory_order_relaxed);
  return ++last_token_;
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
  std::erase_if(flying_, [&](CollectionId id) {
    Node* node = find(id);
    if (node == nullptr) return true;
    std::erase_if(node->flights, [now](const Flight& flight) { return flight.until <= now; });
    if (node->flights.empty()) {
      suspect(*node);
      return true;
    }
    due = std::min(due, node->flights.front().until);
    return false;
  });
  judge();
  due_.store(due, std::memory_order_relaxed);
}

void Lifetimes::suspect(Node& node) {
  if (node.suspect_at != nullptr) return;
  node.next_suspect = suspects_;
  node.suspect_at = &suspects_;
  if (suspects_ != nullptr) suspects_->suspect_at = &node.next_suspect;
  suspects_ = &node;
}

void Lifetimes::acquit(Node& node) {
  if (node.suspect_at == nullptr) return;
  *node.suspect_at = node.next_suspect;
  if (node.next_suspect != nullptr) node.next_suspect->suspect_at = node.suspect_at;
  node.suspect_at = nullptr;
}

// A3. At most O(collections that refer to a suspect, directly or not) for each; it stops at the first root.
void Lifetimes::judge() {
  while (Node* next = suspects_) {
    acquit(*next);
    bool rooted = false;
    for (Node* reached = reach(*next, rooted); reached != nullptr;) {
      Node* after = reached->next_reached;
      reached->reached = false;
      if (!rooted) {
        garbage_.push_back(reached->id);
        forget(*reached);
      }
      reached = after;
    }
  }
  waiting_.store(garbage_.size(), std::memory_order_relaxed);
}

// A list of the node and those that refer to it, up to the first root.
Lifetimes::Node* Lifetimes::reach(Node& from, bool& rooted) {
  from.reached = true;
  from.next_reached = nullptr;
  Node* last = &from;
  for (Node* open = &from; open != nullptr && !rooted; open = open->next_reached) {
    rooted = open->is_root();
    for (auto owner = open->from.begin(); owner != open->from.end() && !rooted; ++owner) {
      Node& node = *find(owner->first);
      rooted = node.is_root();
      if (std::exchange(node.reached, true)) continue;
      node.next_reached = nullptr;
      last = last->next_reached = &node;
    }
  }
  return &from;
}

// Takes the node out of the graph; what it referred to is suspected.
void Lifetimes::forget(Node& node) {
  const CollectionId id = node.id;
  acquit(node);
  for (const CollectionId target : node.to) {
    Node* to = find(target);
    if (to == nullptr || to == &node) continue;
    to->from.erase(id);
    if (!to->reached) suspect(*to);  // else it goes as well
  }
  for (const auto& [owner, count] : node.from) {
    if (Node* from = find(owner); from != nullptr && from != &node) from->to.erase(id);
  }
  nodes_.erase(id);
}

std::optional<CollectionId> Lifetimes::take_garbage() {
  const std::lock_guard guard(mutex_);
  if (garbage_.empty()) return std::nullopt;
  const CollectionId id = garbage_.back();
  garbage_.pop_back();
  waiting_.store(garbage_.size(), std::memory_order_relaxed);
  return id;
}

}  // namespace heddle
