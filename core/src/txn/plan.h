// What a commit has worked out: one Plan per write, one Touched per collection.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "heddle/txn/commit.h"

namespace heddle {

// Small, and cheap to make: most commits update entries of one or two collections and need none of the spares.
struct Commit::Touched {
  // Memory for everything but an update.
  struct Spares {
    std::unique_ptr<Era> fresh;  // for a clear
    Version* members = nullptr;
    std::optional<HashIndex::Spare> index;
    std::unique_ptr<OrderLog::Spare> log;
    std::unique_ptr<Deque::Spare> deque;
  };

  Collection* collection = nullptr;
  Era* era = nullptr;  // that the writes go to, as of prepare or, inside the section, as of now

  // From prepare: what may be needed.
  std::unique_ptr<Spares> spares;
  std::size_t may_insert = 0;
  std::size_t may_append = 0;
  std::size_t may_set = 0;     // elements of an array
  std::size_t may_change = 0;  // places of it
  std::size_t may_return = 0;  // of a queue; what may be enqueued is in may_append
  bool clear = false;
  bool members_may_change = false;
  bool tells = false;  // of an array: changes have been made that can tell what happens to it

  // From resolve: what is needed.
  Watched* watched = nullptr;  // if anybody watches
  bool changes = false;        // anything
  bool members_change = false;
  std::size_t inserts = 0;
  std::size_t appends = 0;
  std::size_t returns = 0;
  std::size_t returned = 0;
  std::size_t in_line = 0;  // who gets what comes
  bool closes = false;
  bool takes = false;
  std::uint64_t added = 0;  // to a queue, and taken from it
  std::uint64_t taken = 0;
  std::uint64_t length = 0;    // of an array, as changed so far
  std::uint64_t next_set = 0;  // elements are set from front to back
  std::uint64_t settled = 0;   // up to where it does not change any more
  std::uint64_t inserted = 0;  // elements, and those removed, before that
  std::uint64_t removed = 0;
  List::Dead dead;
  std::int64_t size_delta = 0;
  std::int64_t memory_delta = 0;
  RecordIndex members_moves_to = kNoRecord;  // R3
  Era* replaced = nullptr;                   // by the clear, once installed
  List::Root before;                         // of an array

  // Looks up what `era` is now.
  void find_era();
  void forget_resolution();
};

struct Commit::Plan {
  enum class Effect : std::uint8_t { kNothing, kInsert, kRevive, kUpdate, kRemove, kQueue, kHandOver, kList };

  // Whether a record gets another version.
  [[nodiscard]] bool changes_record() const { return effect >= Effect::kInsert && effect <= Effect::kRemove; }

  // From prepare.
  std::uint32_t touched = 0;
  Version* version = nullptr;  // owned until installed
  bool lent = false;           // but not this one
  Key* key = nullptr;          // likewise; for a new record
  Change* change = nullptr;    // likewise; to tell what happens to an array from this write on
  std::uint64_t hash = 0;

  // From resolve.
  Effect effect = Effect::kNothing;
  RecordIndex target = kNoRecord;
  RecordIndex moved_from = kNoRecord;  // the slot that the record leaves (R3)
  Record* record = nullptr;            // the target, and its stamp; null for none
  atomic<Stamp>* stamp = nullptr;
  Deque::Position first = 0;  // of what is taken
  std::uint64_t length = 0;   // of the array from then on
  Watches::Hearers hearers;   // of the key
};

struct Commit::Buffers : ThreadScratch {
  std::vector<Plan> plans;  // the first ones are in use; the others wait for larger commits
  std::vector<Touched> touched;

  // Fresh plans for so many writes.
  std::span<Plan> take_plans(std::size_t count);
};

}  // namespace heddle
