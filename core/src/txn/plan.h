// What a commit has worked out: one Plan per write, one Touched per collection.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "heddle/txn/commit.h"

namespace heddle {

struct Commit::Touched {
  Collection* collection = nullptr;

  // From prepare: what may be needed.
  bool clear = false;
  bool members_may_change = false;
  std::size_t may_insert = 0;
  std::size_t may_append = 0;
  std::unique_ptr<Era> fresh;  // for a clear
  Version* members = nullptr;
  std::optional<HashIndex::Spare> index_spare;
  std::unique_ptr<OrderLog::Spare> log_spare;

  // From resolve: what is needed.
  std::size_t inserts = 0;
  std::size_t appends = 0;
  bool members_change = false;
  std::int64_t size_delta = 0;
  std::int64_t memory_delta = 0;
  RecordIndex members_moves_to = kNoRecord;  // R3
  Era* replaced = nullptr;                   // by the clear, once installed

  [[nodiscard]] Era& era() const { return fresh ? *fresh : *collection->era.load(std::memory_order_acquire); }
  void forget_resolution();
};

struct Commit::Plan {
  enum class Effect : std::uint8_t { kNothing, kInsert, kRevive, kUpdate, kRemove };

  std::size_t touched = 0;
  std::uint64_t hash = 0;
  Version* version = nullptr;  // owned until installed
  Key* key = nullptr;          // likewise; for a new record

  // From resolve.
  Effect effect = Effect::kNothing;
  RecordIndex target = kNoRecord;
  RecordIndex moved_from = kNoRecord;  // the slot that the record leaves (R3)
};

struct Commit::Buffers : ThreadScratch {
  std::vector<Plan> plans;
  std::vector<Touched> touched;
};

}  // namespace heddle
