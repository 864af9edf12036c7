// A collection as the engine sees it: keyed records in insertion order, or the items of a queue, with a size.
//
// `clear` does not touch the records: it starts a new era. Snapshots from before go on reading the old one, which is
// swept when none of them is left.
//
// Invariants
//  C1. Eras form a chain, newest first; at rv the visible one has begin <= rv < end. Eras that no snapshot needs are
//      unlinked like versions, so a reader may meet a gap, and `begin` alone does not tell (V2).
//  C2. The collection stamp K is odd while a clear installs, even afterwards, odd for ever once destroyed. Whoever
//  trusts
//      a cached record also checks K, because clear leaves the record stamps alone.
//  C3. `reclaim_floor` is raised before a record is unlinked. "No record" means "absent at rv" only if rv >= the floor,
//      loaded after the search; else it is a gap.
//  C4. The members record is one more record, without a key: its versions hold the size and the end of the order log.
//  Its
//      stamp changes with additions and removals, not with updates.
//  C5. Ids are never reused; a collection is retired only after its id resolves to nothing.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "heddle/collections/deque.h"
#include "heddle/collections/hash_index.h"
#include "heddle/collections/list.h"
#include "heddle/collections/order_log.h"
#include "heddle/collections/waits.h"
#include "heddle/collections/watches.h"
#include "heddle/memory/record_table.h"

namespace heddle {

enum class Structure : std::uint8_t { kKeyed, kQueue, kList };

class Era {
 public:
  Era(const RecordTable& records, Seq begin_at, Structure structure)
      : begin(begin_at),
        index(records),
        deque(structure == Structure::kQueue ? std::make_unique<Deque>() : nullptr),
        list(structure == Structure::kList ? std::make_unique<List>() : nullptr) {}

  Seq begin;  // constant once linked
  atomic<Seq> end{kForever};
  atomic<Era*> prev{nullptr};
  atomic<Seq> reclaim_floor{0};  // C3
  HashIndex index;
  OrderLog log;
  const std::unique_ptr<Deque> deque;  // of a queue, whose index and log are empty
  const std::unique_ptr<List> list;    // of an array, likewise

  // Guarded by the sequencer; the janitor's.
  Era* newer = nullptr;
  Era* next_old = nullptr;
  Era* next_keeping = nullptr;
  bool abandoned = false;   // its collection is destroyed: no snapshot needs it
  bool dying = false;       // unlinked: its records go as soon as anybody comes across them
  std::size_t records = 0;  // that belong to it; it lives until there are none
  std::uint64_t swept = 0;  // how far the sweep has come in the order log

  atomic<std::uint64_t> hand{0};  // where eviction goes on in the order log; a hint
};

// What an era takes that has no entries.
inline constexpr std::int64_t kEraBytes = sizeof(Era) + HashIndex::kEmptyBytes + OrderLog::kEmptyBytes;

struct Limits {
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_memory = kNone;
  std::uint64_t max_entries = kNone;
  bool lru = false;  // past a limit the least recently used entries go, instead of the write being refused
  std::uint64_t capacity = kNone;  // of a queue
};

// A members record's value: the number of entries, and the end of the order log or how often a queue's first item, or
// something of an array, has changed. Of all kinds that is what is shown to the outside.
using Members = std::array<double, 2>;

// The same of a queue.
struct QueueMembers {
  Members members{};
  double front = static_cast<double>(Deque::kOrigin);  // position of the first item
  double closed = 0;
};

// The same of an array: a state of its list. `dead` is the janitor's, the rest never changes.
struct ListMembers {
  Members members{};
  List::Root root;
  List::Dead dead;  // what the state after this one has not
};

inline ListMembers& state_of(Version& members) { return *std::launder(reinterpret_cast<ListMembers*>(members.data())); }
inline const ListMembers& state_of(const Version& members) {
  return *std::launder(reinterpret_cast<const ListMembers*>(members.data()));
}

// What a queue is besides its items. Guarded by the sequencer.
struct Queue {
  Line line;  // W5
  bool closed = false;
};

class Collection {
 public:
  // What one entry costs beside its key and value: record, stamp, index cells, order entry.
  static constexpr std::uint64_t kEntryOverhead =
      sizeof(Record) + sizeof(Stamp) + 2 * sizeof(std::uint64_t) + sizeof(RecordIndex);

  Collection(CollectionId id, std::int32_t kind, std::string options, Limits limits, RecordIndex stamp,
             RecordIndex members, Era* era)
      : id(id),
        kind(kind),
        options(std::move(options)),
        limits(limits),
        stamp(stamp),
        queue(era->deque ? std::make_unique<Queue>() : nullptr),
        is_list(era->list != nullptr),
        members(members),
        era(era) {}

  ~Collection() { delete watched.load(std::memory_order_relaxed); }
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  // Its watches, if it has any.
  [[nodiscard]] Watched* who_watches() const {
    Watched* found = watched.load(std::memory_order_acquire);
    return found == nullptr || found->empty() ? nullptr : found;
  }

  // The era that rv sees, or null: gap (C1).
  [[nodiscard]] Era* era_at(Seq rv) const {
    Era* found = era.load(std::memory_order_acquire);
    while (found != nullptr && found->begin > rv) found = found->prev.load(std::memory_order_acquire);
    return found == nullptr || found->end.load(std::memory_order_acquire) <= rv ? nullptr : found;
  }

  // Constant.
  const CollectionId id;
  const std::int32_t kind;  // the language layer's business
  const std::string options;
  const Limits limits;
  const RecordIndex stamp;             // K
  const std::unique_ptr<Queue> queue;  // null: a keyed one

  const bool is_list;

  [[nodiscard]] Structure structure() const {
    return queue ? Structure::kQueue : is_list ? Structure::kList : Structure::kKeyed;
  }
  // Of this structure, before it is filled; null when memory is short.
  [[nodiscard]] static Version* make_members(Stock& stock, Structure structure);

  atomic<RecordIndex> members;  // C4
  atomic<Era*> era;
  atomic<bool> destroyed{false};

  std::string name;  // guarded by the registry's mutex; empty: anonymous

  // What commits write, inside the section: in as few cache lines as can be, which go from thread to thread.
  alignas(64) atomic<std::int64_t> memory{0};  // live bytes as of the last commit
  atomic<std::uint64_t> commits{0};
  // Guarded by the sequencer.
  std::uint64_t size = 0;
  std::uint64_t changes = 0;  // of a queue's first item, of an array
  std::uint64_t serials = 0;  // of an array's elements (N5)
  // Null until somebody watches for the first time; what it points to is for the section, but for the numbers.
  atomic<Watched*> watched{nullptr};

  // For the statistics.
  atomic<std::uint64_t> evictions{0};
  atomic<std::uint64_t> conflicts{0};
  atomic<std::uint64_t> refusals{0};
  // Threads that read must not wait for each other's cache line.
  struct alignas(64) Shard {
    atomic<std::uint64_t> count{0};
  };
  std::array<Shard, 4> loads;
};

// Bytes that an entry costs beside its value.
inline std::int64_t entry_cost(const Key& key) {
  return static_cast<std::int64_t>(Collection::kEntryOverhead + sizeof(Key) + key.length);
}

// Bytes that an item of a queue or an array costs.
static_assert(Deque::kSlotBytes == List::kSlotBytes);
inline std::int64_t item_cost(const Version& item) {
  return Deque::kSlotBytes + static_cast<std::int64_t>(item.size());
}

// Ids and names of all collections.
class CollectionRegistry {
 public:
  CollectionRegistry() = default;
  ~CollectionRegistry();
  CollectionRegistry(const CollectionRegistry&) = delete;
  CollectionRegistry& operator=(const CollectionRegistry&) = delete;

  // Null for an id that never was, or is destroyed. Lock-free; the answer holds for the length of an epoch pin.
  [[nodiscard]] Collection* operator[](CollectionId id) const;

  // The following lock.
  CollectionId next_id();
  void add(Collection& collection);
  // Publishes it under `name`; false if the name is taken, or it has one already: `remove` frees one.
  bool bind(const std::string& name, Collection& collection);
  [[nodiscard]] std::string name_of(const Collection& collection) const;
  // Null also for one that is destroyed and whose name is not free yet.
  [[nodiscard]] Collection* find(const std::string& name) const;
  // Forgets its id and name; false if somebody did so before.
  bool remove(Collection& collection);
  // Calls visit(Collection&) for all that have not been removed.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < kChunks; ++i) {
      const Chunk* chunk = chunks_[i].load(std::memory_order_acquire);
      if (chunk == nullptr) return;
      for (const auto& entry : *chunk) {
        if (Collection* collection = entry.load(std::memory_order_acquire)) visit(*collection);
      }
    }
  }

 private:
  static constexpr std::size_t kChunk = kExplored ? 64 : 1024;
  static constexpr std::size_t kChunks = kExplored ? 64 : 8192;  // JavaScript has 23 bits for an id

  using Chunk = std::array<atomic<Collection*>, kChunk>;
  std::unique_ptr<atomic<Chunk*>[]> chunks_ = std::make_unique<atomic<Chunk*>[]>(kChunks);

  // Guarded by mutex_.
  mutable mutex mutex_;
  using Names = std::unordered_map<std::string, CollectionId>;
  Names names_;
  CollectionId last_ = 0;
  // Where the collection's name is; the end if it has none.
  [[nodiscard]] Names::const_iterator name_at(const Collection& collection) const;
};

}  // namespace heddle
