#include "heddle/collections/collection.h"

#include <mutex>
#include <stdexcept>

namespace heddle {

Version* Collection::make_members(Stock& stock, Structure structure) {
  const Members none{};
  const QueueMembers no_items;
  const ListMembers no_elements;
  switch (structure) {
    case Structure::kQueue:
      return Version::make(stock, std::as_bytes(std::span(&no_items, 1)));
    case Structure::kList:
      return Version::make(stock, std::as_bytes(std::span(&no_elements, 1)), Version::Kind::kState);
    default:
      return Version::make(stock, std::as_bytes(std::span(none)));
  }
}

CollectionRegistry::~CollectionRegistry() {
  for (std::size_t i = 0; i < kChunks; ++i) {
    Chunk* chunk = chunks_[i].load(std::memory_order_acquire);
    if (chunk == nullptr) break;
    for (auto& entry : *chunk) {
      Collection* collection = entry.load(std::memory_order_acquire);
      if (collection == nullptr) continue;
      for (Era* era = collection->era.load(std::memory_order_relaxed); era != nullptr;) {
        Era* prev = era->prev.load(std::memory_order_relaxed);
        delete era;
        era = prev;
      }
      delete collection;
    }
    delete chunk;
  }
}

Collection* CollectionRegistry::operator[](CollectionId id) const {
  if (id / kChunk >= kChunks) return nullptr;
  const Chunk* chunk = chunks_[id / kChunk].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : (*chunk)[id % kChunk].load(std::memory_order_acquire);
}

CollectionId CollectionRegistry::next_id() {
  std::lock_guard guard(mutex_);
  if ((last_ + 1) / kChunk >= kChunks) throw std::length_error("too many collections were created");
  ++last_;
  auto& chunk = chunks_[last_ / kChunk];
  if (chunk.load(std::memory_order_relaxed) == nullptr) chunk.store(new Chunk{}, std::memory_order_release);
  return last_;
}

void CollectionRegistry::add(Collection& collection) {
  auto& chunk = *chunks_[collection.id / kChunk].load(std::memory_order_acquire);
  chunk[collection.id % kChunk].store(&collection, std::memory_order_release);
}

bool CollectionRegistry::bind(const std::string& name, Collection& collection) {
  std::lock_guard guard(mutex_);
  if ((*this)[collection.id] == nullptr) return false;  // it has been removed: nobody would free the name
  if (name_at(collection) != names_.end()) return false;
  std::string own = name;  // before the name is taken
  if (!names_.emplace(name, collection.id).second) return false;
  collection.name.swap(own);
  return true;
}

std::string CollectionRegistry::name_of(const Collection& collection) const {
  std::lock_guard guard(mutex_);
  return collection.name;
}

Collection* CollectionRegistry::find(const std::string& name) const {
  std::lock_guard guard(mutex_);
  const auto found = names_.find(name);
  if (found == names_.end()) return nullptr;
  Collection* collection = (*this)[found->second];
  return collection != nullptr && collection->destroyed.load(std::memory_order_acquire) ? nullptr : collection;
}

bool CollectionRegistry::remove(Collection& collection) {
  std::lock_guard guard(mutex_);
  auto& entry = (*chunks_[collection.id / kChunk].load(std::memory_order_acquire))[collection.id % kChunk];
  if (entry.load(std::memory_order_relaxed) == nullptr) return false;
  entry.store(nullptr, std::memory_order_release);
  const auto named = name_at(collection);
  if (named != names_.end()) names_.erase(named);
  return true;
}

CollectionRegistry::Names::const_iterator CollectionRegistry::name_at(const Collection& collection) const {
  const auto named = names_.find(collection.name);
  return named != names_.end() && named->second == collection.id ? named : names_.end();
}

}  // namespace heddle
