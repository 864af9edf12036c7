// The parts of the engine that a transaction works on.
#pragma once

#include "heddle/collections/collection.h"
#include "heddle/collections/lifetimes.h"
#include "heddle/collections/waits.h"
#include "heddle/collections/watches.h"
#include "heddle/memory/budget.h"
#include "heddle/sync/sequencer.h"
#include "heddle/txn/janitor.h"
#include "heddle/txn/request.h"
#include "heddle/txn/snapshots.h"

namespace heddle {

struct Store {
  explicit Store(bool mapped) : pages(budget, mapped) {}

  Sequencer sequencer;
  Snapshots snapshots{sequencer};
  Budget budget;
  PageStore pages;
  RecordTable records;
  CollectionRegistry collections;
  Lifetimes lifetimes;
  Bells bells;
  Waits waits{bells};
  Watches watches{bells, budget, lifetimes};
  Epochs epochs;  // after what its garbage refers to
  Janitor janitor{records, epochs, snapshots, budget, lifetimes, waits};
  std::uint64_t hash_seed = 0;

  [[nodiscard]] std::uint64_t hash(Bytes key) const;
  // Copies what is written; nullptr when memory is short. Links it (A1): `unlink_and_destroy` is its end.
  Version* make_version(Stock& stock, const Write& write);
  Version* make_value(Stock& stock, const Write& write, CollectionId owner);
  [[nodiscard]] RecordIndex find(const Era& era, Bytes key) const { return era.index.find(hash(key), key); }
};

}  // namespace heddle
