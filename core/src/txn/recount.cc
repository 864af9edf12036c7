#include "heddle/txn/recount.h"

#include "heddle/txn/store.h"

namespace heddle {

namespace {

std::int64_t history_of(const Record& record) {
  std::int64_t bytes = 0;
  for (const Version* v = record.head.load(std::memory_order_relaxed); v != nullptr;
       v = v->prev.load(std::memory_order_relaxed)) {
    bytes += static_cast<std::int64_t>(v->footprint());
    if (v->kind == Version::Kind::kState) bytes += state_of(*v).dead.bytes;
  }
  return bytes;
}

// What an era holds that is not in records.
std::int64_t size_of(const Era& era) {
  std::int64_t bytes = kEraBytes;
  if (era.deque) {
    era.deque->walk(0, era.deque->back(), [&](const Version* item) {
      bytes += Deque::kSlotBytes + static_cast<std::int64_t>(item->footprint());
      return true;
    });
  }
  if (era.list) {
    era.list->for_each_node([&](const List::Node& node, unsigned height) {
      bytes += List::kNodeBytes;
      for (unsigned i = 0; height == 0 && i < node.used.load(std::memory_order_relaxed); ++i)
        bytes += List::kSlotBytes + static_cast<std::int64_t>(List::item(&node, i)->footprint());
    });
  }
  return bytes;
}

}  // namespace

std::int64_t recount_live(const Store& store, const Collection& collection) {
  const Era* era = collection.era.load(std::memory_order_relaxed);
  std::int64_t bytes = 0;
  if (era->deque) {
    for (auto at = era->deque->front(); at < era->deque->back(); ++at) bytes += item_cost(*era->deque->at(at));
    return bytes;
  }
  if (era->list) {
    List::walk(era->list->root(), 0, era->list->size(), [&](const Version& item) {
      bytes += item_cost(item);
      return true;
    });
    return bytes;
  }
  store.records.for_each([&](const Record& record) {
    if (!record.in_use || record.era.load(std::memory_order_relaxed) != era) return;
    const Version& head = *record.head.load(std::memory_order_relaxed);
    if (head.is_tombstone()) return;
    bytes += entry_cost(*record.key.load(std::memory_order_relaxed)) + static_cast<std::int64_t>(head.size());
  });
  return bytes;
}

std::int64_t recount_held(const Store& store) {
  std::int64_t bytes = 0;
  store.records.for_each([&](const Record& record) {
    if (!record.in_use) return;
    bytes += history_of(record);
    if (const Key* key = record.key.load(std::memory_order_relaxed)) bytes += entry_cost(*key);
  });
  store.janitor.for_each_unlinked([&](const Era& era) { bytes += size_of(era); });
  store.collections.for_each([&](const Collection& collection) {
    if (collection.destroyed.load(std::memory_order_relaxed)) return;  // the janitor has its eras
    for (const Era* e = collection.era.load(std::memory_order_relaxed); e != nullptr;
         e = e->prev.load(std::memory_order_relaxed)) {
      bytes += size_of(*e);
    }
  });
  return bytes + store.budget.outside() + store.budget.told().inside + store.budget.tasks();
}

}  // namespace heddle
