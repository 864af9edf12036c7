// Key -> record of one era: an open-addressing table with one writer at a time (the section) and lock-free readers.
//
// A cell holds the upper half of the hash and the record's index; the record holds the key. Growth allocates outside
// the section and moves a few cells per insertion, so that no commit pays for a whole table.
//
// Invariants
//  H1. Readers load one `Tables` object, then search its young table, then its old one. The pair is immutable, and the
//  old
//      table loses no live cell while it is reachable from it: a cell that a reader misses in the young table because
//      it has not moved yet is still in the old one. (Two separate pointers would let a reader miss it in both.)
//  H2. A reader whose snapshot includes the insertion's commit has loaded `seq` after that commit was published, hence
//      sees the cell, and the tables it is in.
//  H3. A cell is stored (release) after its record's key, era and head.
//  H4. An erased cell becomes kErased, never empty again: probe sequences stay whole. Tables and pairs are retired, not
//  freed.
#pragma once

#include <memory>
#include <optional>

#include "heddle/memory/record_table.h"
#include "heddle/sync/epoch.h"

namespace heddle {

class HashIndex {
 public:
  // Cells of a new index, and what they take.
  static constexpr std::size_t kSmallest = 16;
  static constexpr std::size_t kEmptyBytes = kSmallest * sizeof(std::uint64_t);

  explicit HashIndex(const RecordTable& records);
  ~HashIndex();
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;

  // The record of `key`, or kNoRecord. Lock-free; needs an epoch pin or the section. Expected O(1).
  [[nodiscard]] RecordIndex find(std::uint64_t hash, Bytes key) const;

  class Table;
  struct Tables {
    Table* young;
    Table* old;  // being emptied into young, or null
  };

  // Memory for a growth, made outside the section.
  struct Spare {
    std::unique_ptr<Table> table;
    std::unique_ptr<Tables> growing;
    std::unique_ptr<Tables> grown;
    Spare();
    Spare(Spare&&) noexcept;
    Spare& operator=(Spare&&) noexcept;
    ~Spare();
  };

  // Outside the section: a spare if `count` more insertions want a larger table, else nothing. Racy by nature; `fits`
  // decides.
  [[nodiscard]] std::optional<Spare> prepare(std::size_t count) const;

  // Inside the section from here on.

  // True if `count` insertions fit, with `spare` if there is one.
  [[nodiscard]] bool fits(std::size_t count, const Spare* spare) const;
  // Begins to grow if `count` insertions make the table crowded, using up `spare`.
  void grow_for(Epochs& epochs, Epochs::Participant& participant, std::size_t count, Spare& spare);
  // The key must be absent; grow_for must have made room.
  void insert(Epochs& epochs, Epochs::Participant& participant, std::uint64_t hash, RecordIndex record);
  void erase(std::uint64_t hash, RecordIndex record);
  // A record moved to another slot (R3).
  void replace(std::uint64_t hash, RecordIndex from, RecordIndex to);

  // Moves up to `cells` cells of the old table; true when none is left. For bulk insertions that cannot wait for it.
  bool migrate(Epochs& epochs, Epochs::Participant& participant, std::size_t cells);
  [[nodiscard]] bool migrating() const { return tables_.load(std::memory_order_relaxed)->old != nullptr; }

 private:
  static constexpr std::size_t kCellsPerInsert = 8;

  const RecordTable& records_;
  atomic<const Tables*> tables_;  // H1

  // Guarded by the sequencer.
  atomic<std::size_t> live_{0};    // read by prepare as a hint
  std::size_t migrated_ = 0;       // cells of the old table done
  std::size_t pending_ = 0;        // live cells of the old table still to move
  std::unique_ptr<Tables> grown_;  // the pair that ends the growth under way
};

}  // namespace heddle
