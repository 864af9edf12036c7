#include "heddle/collections/list.h"

#include <algorithm>
#include <utility>

namespace heddle {

void List::Dead::add(Version* item) {
  bytes += kSlotBytes + static_cast<std::int64_t>(item->footprint());
  linked += item->linked ? 1 : 0;
  item->prev.store(items, std::memory_order_relaxed);
  items = item;
}

void List::Dead::add(Node* node) {
  bytes += kNodeBytes;
  node->next_dead = nodes;
  nodes = node;
}

void List::Dead::split(Seq since, Dead& older) {
  Dead all = *this;
  *this = {};
  while (all.items != nullptr) {
    Version* item = all.items;
    all.items = item->prev.load(std::memory_order_relaxed);
    (item->begin > since ? *this : older).add(item);
  }
  while (all.nodes != nullptr) {
    Node* node = all.nodes;
    all.nodes = node->next_dead;
    (node->born > since ? *this : older).add(node);
  }
}

List::~List() {
  Stock stock;
  while (Node* leaf = take_leaf()) {
    free_leaf(leaf, [&](Version* item) { Version::destroy(stock, item); });
  }
}

const Version* List::at(Root root, std::uint64_t index) {
  if (index >= root.size) return nullptr;
  const Node* node = root.node;
  for (std::uint64_t height = root.height; height > 0; --height) {
    if (node->used.load(std::memory_order_acquire) == 0) return nullptr;
    std::uint64_t start = 0;
    node = child(node, child_at(node, index, start));
    index -= start;
  }
  return index < node->used.load(std::memory_order_acquire) ? item(node, static_cast<unsigned>(index)) : nullptr;
}

// A node is copied once: those on the way to what is set; at a place those on the way to both ends of what is removed,
// with the neighbours that may be merged with them, or a path with all its nodes split. A run of insertions splits a
// leaf for each half of one, and so on upwards. Appending fills nodes, and begins others.
std::size_t List::need(std::size_t set, std::size_t places, std::size_t inserted, std::size_t appended) const {
  std::size_t levels = static_cast<std::size_t>(height_.load(std::memory_order_relaxed)) + 2;
  for (std::size_t reach = kLeafItems / 2; reach < inserted + appended; reach *= kFan / 2) ++levels;
  const std::size_t copies = std::min(set * levels, nodes_.load(std::memory_order_relaxed));
  const std::size_t run = inserted == 0 ? 0 : inserted / (kLeafItems / 4) * 2 + 1;
  const std::size_t leaves = appended / kLeafItems + 1;
  return copies + places * (6 * levels + 2) + run + levels + leaves + leaves / (kFan / 2) * 2;
}

// Leaves come off from the right; a node that has none left goes with the last of them.
List::Node* List::take_leaf() {
  while (root_.node != nullptr) {
    if (root_.height == 0) return std::exchange(root_.node, nullptr);
    Node* node = root_.node;
    Node* above = nullptr;
    for (std::uint64_t height = root_.height; height > 1 && node->used.load(std::memory_order_relaxed) > 0; --height) {
      above = node;
      node = child(node, node->used.load(std::memory_order_relaxed) - 1);
    }
    const std::uint32_t used = node->used.load(std::memory_order_relaxed);
    if (used > 0) {
      node->used.store(used - 1, std::memory_order_release);
      return child(node, used - 1);
    }
    // An empty inner node: an emptied leaf as far as its owner is concerned.
    if (above == nullptr) {
      root_.height = 0;
      continue;
    }
    above->used.store(above->used.load(std::memory_order_relaxed) - 1, std::memory_order_release);
    return node;
  }
  return nullptr;
}

}  // namespace heddle
