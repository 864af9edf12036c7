#include "heddle/collections/list_edit.h"

#include <algorithm>
#include <utility>

namespace heddle {

// The children of an inner node with their sizes, to be changed and packed again: two more than fit.
struct List::Edit::Children {
  std::array<Node*, kFan + 2> node;
  std::array<std::uint64_t, kFan + 2> size;
  unsigned count = 0;

  Children(const Node* inner, std::uint64_t total) : count(inner->used.load(std::memory_order_relaxed)) {
    std::uint64_t start = 0;
    for (unsigned i = 0; i < count; ++i) {
      const std::uint64_t stop = i + 1 < count ? end(inner, i) : total;
      node[i] = child(inner, i);
      size[i] = stop - start;
      start = stop;
    }
  }

  void insert(unsigned at, Node* what, std::uint64_t its_size) {
    for (unsigned i = count++; i > at; --i) {
      node[i] = node[i - 1];
      size[i] = size[i - 1];
    }
    node[at] = what;
    size[at] = its_size;
  }

  void erase(unsigned at) {
    --count;
    for (unsigned i = at; i < count; ++i) {
      node[i] = node[i + 1];
      size[i] = size[i + 1];
    }
  }

  [[nodiscard]] std::uint64_t sum(unsigned from, unsigned to) const {
    std::uint64_t total = 0;
    for (unsigned i = from; i < to; ++i) total += size[i];
    return total;
  }

  // Writes [from, to) into a node that nobody reads yet.
  void pack(Node* inner, unsigned from, unsigned to) const {
    std::uint64_t stop = 0;
    for (unsigned i = from; i < to; ++i) {
      stop += size[i];
      inner->words[i - from].store(reinterpret_cast<std::uintptr_t>(node[i]), std::memory_order_relaxed);
      inner->words[kFan + i - from].store(stop, std::memory_order_relaxed);
    }
    inner->used.store(to - from, std::memory_order_relaxed);
  }
};

List::Node* List::Edit::make() {
  Node* node = supply_.back().release();
  supply_.pop_back();
  list_.nodes_.store(list_.nodes_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  node->born = commit_;
  made_ += kNodeBytes;
  return node;
}

// A copy that this commit may change (N1).
List::Node* List::Edit::own(Node* node) {
  if (node->born == commit_) return node;
  Node* copy = make();
  for (std::size_t i = 0; i < node->words.size(); ++i)
    copy->words[i].store(node->words[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
  copy->used.store(node->used.load(std::memory_order_relaxed), std::memory_order_relaxed);
  kill_node(node);
  return copy;
}

void List::Edit::kill(Version* item) {
  item->end.store(commit_, std::memory_order_release);
  dead_.add(item);
}

void List::Edit::kill_node(Node* node) {
  list_.nodes_.store(list_.nodes_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  dead_.add(node);
}

void List::Edit::kill(Node* node, unsigned height) {
  for (unsigned i = 0; i < node->used.load(std::memory_order_relaxed); ++i) {
    if (height == 0) {
      kill(List::item(node, i));
    } else {
      kill(child(node, i), height - 1);
    }
  }
  kill_node(node);
}

List::Node* List::Edit::chain(unsigned height, Version* item) {
  Node* node = make();
  node->words[0].store(reinterpret_cast<std::uintptr_t>(item), std::memory_order_relaxed);
  node->used.store(1, std::memory_order_relaxed);
  for (; height > 0; --height) {
    Node* above = make();
    above->words[0].store(reinterpret_cast<std::uintptr_t>(node), std::memory_order_relaxed);
    above->used.store(1, std::memory_order_relaxed);
    node = above;
  }
  return node;
}

// N2: the slot is empty, and no state that has the node reaches so far.
bool List::Edit::append_in_place(Version* item) {
  Node* roomy = nullptr;  // the lowest inner node with room for a child
  std::uint64_t roomy_size = 0;
  unsigned roomy_height = 0;
  Node* node = root_.node;
  std::uint64_t size = root_.size;
  for (auto height = static_cast<unsigned>(root_.height); height > 0; --height) {
    const unsigned last = node->used.load(std::memory_order_relaxed) - 1;
    if (last + 1 < kFan) {
      roomy = node;
      roomy_size = size;
      roomy_height = height;
    }
    if (last > 0) size -= end(node, last - 1);
    node = child(node, last);
  }
  if (size < kLeafItems) {
    node->words[size].store(reinterpret_cast<std::uintptr_t>(item), std::memory_order_relaxed);
    node->used.store(static_cast<std::uint32_t>(size) + 1, std::memory_order_release);
    return true;
  }
  if (roomy == nullptr) return false;
  const std::uint32_t used = roomy->used.load(std::memory_order_relaxed);
  Node* fresh = chain(roomy_height - 1, item);
  roomy->words[used].store(reinterpret_cast<std::uintptr_t>(fresh), std::memory_order_relaxed);
  roomy->words[kFan + used - 1].store(roomy_size, std::memory_order_relaxed);
  roomy->used.store(used + 1, std::memory_order_release);
  return true;
}

void List::Edit::append(Version* item) {
  if (root_.node == nullptr) {
    root_ = {chain(0, item), 0, 0};
  } else if (!append_in_place(item)) {
    Node* above = make();
    Node* fresh = chain(static_cast<unsigned>(root_.height), item);
    above->words[0].store(reinterpret_cast<std::uintptr_t>(root_.node), std::memory_order_relaxed);
    above->words[1].store(reinterpret_cast<std::uintptr_t>(fresh), std::memory_order_relaxed);
    above->words[kFan].store(root_.size, std::memory_order_relaxed);
    above->used.store(2, std::memory_order_relaxed);
    root_.node = above;
    ++root_.height;
  }
  ++root_.size;
}

void List::Edit::set(std::uint64_t index, Version* item) {
  root_.node = set(root_.node, static_cast<unsigned>(root_.height), index, item);
}

List::Node* List::Edit::set(Node* node, unsigned height, std::uint64_t index, Version* item) {
  Node* copy = own(node);
  if (height == 0) {
    auto& word = copy->words[index];
    kill(reinterpret_cast<Version*>(word.load(std::memory_order_relaxed)));
    word.store(reinterpret_cast<std::uintptr_t>(item), std::memory_order_relaxed);
    return copy;
  }
  std::uint64_t start = 0;
  const unsigned i = child_at(copy, index, start);
  Node* below = set(child(copy, i), height - 1, index - start, item);
  copy->words[i].store(reinterpret_cast<std::uintptr_t>(below), std::memory_order_relaxed);
  return copy;
}

void List::Edit::insert(std::uint64_t index, Version* item) {
  if (index == root_.size) return append(item);
  const Grown grown = insert(root_.node, static_cast<unsigned>(root_.height), root_.size, index, item);
  root_.node = grown.node;
  ++root_.size;
  if (grown.more == nullptr) return;
  Node* above = make();
  above->words[0].store(reinterpret_cast<std::uintptr_t>(grown.node), std::memory_order_relaxed);
  above->words[1].store(reinterpret_cast<std::uintptr_t>(grown.more), std::memory_order_relaxed);
  above->words[kFan].store(root_.size - grown.more_size, std::memory_order_relaxed);
  above->used.store(2, std::memory_order_relaxed);
  root_.node = above;
  ++root_.height;
}

List::Edit::Grown List::Edit::insert(Node* node, unsigned height, std::uint64_t size, std::uint64_t index,
                                     Version* item) {
  if (height == 0) return insert_into_leaf(node, static_cast<unsigned>(index), item);
  Children children(node, size);
  std::uint64_t start = 0;
  const unsigned i = child_at(node, index, start);
  const Grown grown = insert(children.node[i], height - 1, children.size[i], index - start, item);
  children.node[i] = grown.node;
  children.size[i] += 1 - grown.more_size;
  if (grown.more != nullptr) children.insert(i + 1, grown.more, grown.more_size);
  Node* copy = own(node);
  if (children.count <= kFan) {
    children.pack(copy, 0, children.count);
    return {copy};
  }
  const unsigned half = children.count / 2;
  Node* more = make();
  children.pack(copy, 0, half);
  children.pack(more, half, children.count);
  return {copy, more, children.sum(half, children.count)};
}

List::Edit::Grown List::Edit::insert_into_leaf(Node* node, unsigned index, Version* item) {
  Node* copy = own(node);
  std::uint32_t used = copy->used.load(std::memory_order_relaxed);
  const auto move = [](Node* from, unsigned a, Node* to, unsigned b) {
    to->words[b].store(from->words[a].load(std::memory_order_relaxed), std::memory_order_relaxed);
  };
  Grown grown{copy};
  Node* target = copy;
  if (used == kLeafItems) {
    constexpr unsigned kHalf = kLeafItems / 2;
    grown.more = make();
    for (unsigned i = kHalf; i < kLeafItems; ++i) move(copy, i, grown.more, i - kHalf);
    grown.more->used.store(kLeafItems - kHalf, std::memory_order_relaxed);
    copy->used.store(kHalf, std::memory_order_relaxed);
    grown.more_size = kLeafItems - kHalf;
    if (index > kHalf) {
      target = grown.more;
      index -= kHalf;
      ++grown.more_size;
    }
    used = target->used.load(std::memory_order_relaxed);
  }
  for (unsigned i = used; i > index; --i) move(target, i - 1, target, i);
  target->words[index].store(reinterpret_cast<std::uintptr_t>(item), std::memory_order_relaxed);
  target->used.store(used + 1, std::memory_order_relaxed);
  return grown;
}

void List::Edit::remove(std::uint64_t index, std::uint64_t count) {
  if (count == 0) return;
  root_.node = remove(root_.node, static_cast<unsigned>(root_.height), root_.size, index, index + count);
  root_.size -= count;
  if (root_.node == nullptr) root_.height = 0;
  while (root_.height > 0 && root_.node->used.load(std::memory_order_relaxed) == 1) {
    Node* above = root_.node;
    root_.node = child(above, 0);
    --root_.height;
    kill_node(above);
  }
}

// What is left of a node; null if that is nothing.
List::Node* List::Edit::remove(Node* node, unsigned height, std::uint64_t size, std::uint64_t from, std::uint64_t to) {
  if (from == 0 && to == size) {
    kill(node, height);
    return nullptr;
  }
  if (height == 0) return remove_from_leaf(node, from, to);
  Children children(node, size);
  unsigned left = 0;
  std::uint64_t start = 0;
  for (unsigned i = 0; i < children.count && start < to;) {
    const std::uint64_t stop = start + children.size[i];
    if (stop <= from) {
      left = i++;
      start = stop;
      continue;
    }
    const std::uint64_t a = std::max(from, start) - start;
    const std::uint64_t b = std::min(to, stop) - start;
    children.node[i] = remove(children.node[i], height - 1, children.size[i], a, b);
    children.size[i] -= b - a;
    start = stop;
    if (children.node[i] == nullptr) {
      children.erase(i);
    } else {
      ++i;
    }
  }
  // The neighbours of what has gone.
  for (unsigned i = left + 2; i-- > left;) {
    if (i + 1 < children.count) merge(children, i, height - 1);
  }
  Node* copy = own(node);
  children.pack(copy, 0, children.count);
  return copy;
}

List::Node* List::Edit::remove_from_leaf(Node* node, std::uint64_t from, std::uint64_t to) {
  Node* copy = own(node);
  const std::uint64_t used = copy->used.load(std::memory_order_relaxed);
  for (std::uint64_t i = from; i < to; ++i) kill(List::item(copy, static_cast<unsigned>(i)));
  for (std::uint64_t i = to; i < used; ++i)
    copy->words[i - (to - from)].store(copy->words[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
  copy->used.store(static_cast<std::uint32_t>(used - (to - from)), std::memory_order_relaxed);
  return copy;
}

// Two light neighbours become one, so that what removals leave takes no more nodes than it must.
void List::Edit::merge(Children& children, unsigned left, unsigned height) {
  Node* a = children.node[left];
  Node* b = children.node[left + 1];
  const unsigned most = height == 0 ? kLeafItems : kFan;
  const std::uint32_t in_a = a->used.load(std::memory_order_relaxed);
  const std::uint32_t in_b = b->used.load(std::memory_order_relaxed);
  if (in_a + in_b > most / 2) return;
  const std::uint64_t size = children.size[left] + children.size[left + 1];
  Node* both = own(a);
  if (height == 0) {
    for (unsigned i = 0; i < in_b; ++i)
      both->words[in_a + i].store(b->words[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
    both->used.store(in_a + in_b, std::memory_order_relaxed);
  } else {
    Children all(a, children.size[left]);
    const Children more(b, children.size[left + 1]);
    for (unsigned i = 0; i < more.count; ++i) all.insert(all.count, more.node[i], more.size[i]);
    all.pack(both, 0, all.count);
  }
  kill_node(b);
  children.node[left] = both;
  children.size[left] = size;
  children.erase(left + 1);
}

}  // namespace heddle
