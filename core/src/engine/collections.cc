// The engine's collections: opening, naming, keeping alive, ending.
#include <algorithm>
#include <array>

#include "heddle/engine.h"

namespace heddle {

CollectionInfo Engine::describe(const Collection& collection, bool created) const {
  return {collection.id,
          collection.kind,
          store_.collections.name_of(collection),
          collection.stamp,
          collection.members.load(std::memory_order_acquire),
          collection.options,
          created};
}

Collection& Engine::create(Thread& thread, const OpenRequest& request) {
  const CollectionId id = store_.collections.next_id();
  auto era = std::make_unique<Era>(store_.records, 0, request.structure);
  // Two of the thread's reserve; they stay there until nothing can fail any more.
  if (thread.slots.size() < 2 && !store_.records.reserve(2, thread.slots)) throw std::bad_alloc();
  const RecordIndex stamp = thread.slots[thread.slots.size() - 2];
  const RecordIndex members = thread.slots.back();
  auto collection =
      std::make_unique<Collection>(id, request.kind, request.options, request.limits, stamp, members, era.get());
  Version* none = Collection::make_members(thread.epoch.stock, request.structure);
  if (none == nullptr) throw std::bad_alloc();

  // Whatever may fail comes before the collection is anywhere; that includes what takes it away again.
  Epochs::reserve(thread.epoch, 1);
  try {
    thread.held.insert(id);
    store_.lifetimes.add(id, request.name && request.permanent);
  } catch (const std::bad_alloc&) {
    thread.held.erase(id);
    Version::destroy(thread.epoch.stock, none);
    throw;
  }

  static_cast<void>(era.release());  // the collection has it
  thread.slots.resize(thread.slots.size() - 2);
  store_.records[members].born = 0;
  store_.records[members].head.store(none, std::memory_order_release);
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    store_.janitor.adopt(members, nullptr);
    store_.budget.add(kEraBytes + static_cast<std::int64_t>(none->footprint()));
  }
  for (const RecordIndex index : {stamp, members}) {
    auto& word = store_.records.stamp(index);
    word.store(word.load(std::memory_order_relaxed) + 1, std::memory_order_release);  // even: readable
  }
  store_.collections.add(*collection);
  return *collection.release();
}

CollectionInfo Engine::open(Thread& thread, const OpenRequest& request) {
  EpochPin pin(store_.epochs, thread.epoch);
  Collection* made = nullptr;
  const auto discard = [&] {
    if (made == nullptr) return;
    destroy_pinned(thread, made->id);
    thread.held.erase(made->id);
  };
  try {
    for (;; cpu_relax()) {
      const Collection* found = request.name ? store_.collections.find(*request.name) : nullptr;
      if (found != nullptr) {
        CollectionInfo info = describe(*found, false);
        // One that has ended, or is about to, has its name for a moment longer.
        if (hold(thread, found->id)) {
          discard();
          return info;
        }
      }
      if (made == nullptr) made = &create(thread, request);
      CollectionInfo info = describe(*made, true);
      if (request.name) info.name = *request.name;
      if (!request.name || store_.collections.bind(*request.name, *made)) return info;
    }
  } catch (const std::bad_alloc&) {
    discard();
    throw;
  }
}

std::optional<CollectionInfo> Engine::open_existing(Thread& thread, const std::string& name) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* found = store_.collections.find(name);
  if (found == nullptr) return std::nullopt;
  CollectionInfo info = describe(*found, false);
  if (!hold(thread, found->id)) return std::nullopt;
  return info;
}

std::optional<CollectionInfo> Engine::find(Thread& thread, const std::string& name) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* found = store_.collections.find(name);
  if (found == nullptr) return std::nullopt;
  return describe(*found, false);
}

std::optional<CollectionInfo> Engine::find(Thread& thread, CollectionId id) {
  EpochPin pin(store_.epochs, thread.epoch);
  const Collection* found = store_.collections[id];
  if (found == nullptr || found->destroyed.load(std::memory_order_acquire)) return std::nullopt;
  return describe(*found, false);
}

std::vector<CollectionInfo> Engine::collections(Thread& thread) {
  EpochPin pin(store_.epochs, thread.epoch);
  std::vector<CollectionInfo> all;
  store_.collections.for_each([&](const Collection& collection) {
    if (!collection.destroyed.load(std::memory_order_acquire)) all.push_back(describe(collection, false));
  });
  return all;
}

bool Engine::publish(Thread& thread, CollectionId id, const std::string& name, bool permanent) {
  EpochPin pin(store_.epochs, thread.epoch);
  Collection* collection = store_.collections[id];
  if (collection == nullptr || !store_.collections.bind(name, *collection)) return false;
  if (permanent) store_.lifetimes.make_permanent(id);
  return true;
}

// Under an epoch pin.
bool Engine::hold(Thread& thread, CollectionId id) {
  if (thread.held.contains(id)) {
    const Collection* collection = store_.collections[id];
    return collection != nullptr && !collection->destroyed.load(std::memory_order_acquire);
  }
  thread.held.insert(id);
  if (store_.lifetimes.hold(id)) return true;
  thread.held.erase(id);
  return false;
}

// So that `hold_links` of so many cannot fail.
void Engine::make_room_to_hold(Thread& thread, std::size_t more) {
  const std::size_t all = thread.held.size() + more;
  if (static_cast<float>(all) > static_cast<float>(thread.held.bucket_count()) * thread.held.max_load_factor()) {
    thread.held.reserve(2 * all);
  }
  thread.spare_holds.reserve(more);
  std::unordered_set<CollectionId> one;
  while (thread.spare_holds.size() < more) {
    one.insert(0);
    thread.spare_holds.push_back(one.extract(one.begin()));
  }
}

void Engine::hold_links(Thread& thread, Bytes value, std::vector<CollectionId>* fresh) {
  std::size_t more = 0;
  for_each_link(value, [&](CollectionId target) { more += thread.held.contains(target) ? 0 : 1; });
  if (more == 0) return;
  if (fresh != nullptr) fresh->reserve(fresh->size() + more);
  make_room_to_hold(thread, more);
  for_each_link(value, [&](CollectionId target) {
    if (thread.held.contains(target) || !store_.lifetimes.hold(target)) return;
    thread.spare_holds.back().value() = target;
    thread.held.insert(std::move(thread.spare_holds.back()));
    thread.spare_holds.pop_back();
    if (fresh != nullptr) fresh->push_back(target);
  });
}

void Engine::release(Thread& thread, CollectionId id) {
  if (thread.held.erase(id) == 0) return;
  store_.lifetimes.release(id);
  bury_garbage(thread);
}

std::optional<Lifetimes::Token> Engine::send(Thread& thread, CollectionId id) {
  const auto token = store_.lifetimes.send(id, coarse_ms());
  bury_garbage(thread);
  return token;
}

bool Engine::land(Thread& thread, CollectionId id, Lifetimes::Token token) {
  const EpochPin pin(store_.epochs, thread.epoch);
  return hold(thread, id) && store_.lifetimes.land(id, token);
}

// Destroys what nothing keeps alive any more. Unpinned.
void Engine::bury_garbage(Thread& thread) {
  if (!store_.lifetimes.has_garbage()) return;
  try {
    for (;;) {
      Epochs::reserve(thread.epoch, 1);  // before: what is taken from there must be destroyed
      const std::optional<CollectionId> id = store_.lifetimes.take_garbage();
      if (!id) break;
      destroy_one(thread, *id);
    }
  } catch (const std::bad_alloc&) {
    // The rest stays garbage, for `tidy`.
  }
  store_.bells.ring();
}

bool Engine::destroy(Thread& thread, CollectionId id) {
  const bool destroyed = destroy_one(thread, id);
  bury_garbage(thread);
  store_.bells.ring();
  return destroyed;
}

bool Engine::destroy_one(Thread& thread, CollectionId id) {
  EpochPin pin(store_.epochs, thread.epoch);
  return destroy_pinned(thread, id);
}

bool Engine::destroy_pinned(Thread& thread, CollectionId id) {
  Collection* collection = store_.collections[id];
  if (collection == nullptr) return false;
  Epochs::reserve(thread.epoch, 1);  // nothing can fail from here on
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    if (collection->destroyed.load(std::memory_order_relaxed)) return false;
    collection->destroyed.store(true, std::memory_order_release);
    auto& stamp = store_.records.stamp(collection->stamp);
    stamp.store(stamp.load(std::memory_order_relaxed) | 1, std::memory_order_release);  // C2: odd for ever
    store_.waits.changed(topic_of(collection->stamp));
    if (Watched* watched = collection->who_watches()) store_.watches.end(*watched);
    if (collection->queue) store_.waits.dismiss(collection->queue->line, Status::kDestroyed);
    store_.janitor.condemn(collection->members.load(std::memory_order_relaxed));
    Era* const era = collection->era.load(std::memory_order_relaxed);
    store_.janitor.bury(*era);
    for (Era* e = era; e != nullptr; e = e->prev.load(std::memory_order_relaxed)) e->abandoned = true;
  }
  pools_.end(thread, id);
  store_.lifetimes.end(id);
  store_.collections.remove(*collection);
  store_.epochs.retire(
      thread.epoch, nullptr, reinterpret_cast<std::uintptr_t>(collection),
      [](Stock& /*stock*/, void* /*owner*/, std::uintptr_t what) { delete reinterpret_cast<Collection*>(what); });
  return true;
}

}  // namespace heddle
