// Words that every part of the engine shares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace heddle {

using Seq = std::uint64_t;   // number of a commit; `seq` is that of the last published one
using Stamp = std::int32_t;  // sequence lock of a record: odd = being written or dead, compared for equality only
using RecordIndex = std::uint32_t;  // slot in the record table
using Incarnation = std::uint64_t;  // which life of that slot
using CollectionId = std::uint32_t;
using ThreadId = std::uint32_t;
using Bytes = std::span<const std::byte>;

inline constexpr RecordIndex kNoRecord = std::numeric_limits<RecordIndex>::max();
using SnapshotSlot = std::int32_t;  // of an open snapshot

inline constexpr SnapshotSlot kNoSlot = -1;
inline constexpr Seq kForever = std::numeric_limits<Seq>::max();

// A stamp that never validates and must not be cached.
inline constexpr Stamp kStaleStamp = -1;

// The answers of the engine; docs/internals/wire.md gives their numbers a meaning for JavaScript.
enum class Status : std::int32_t {
  kOk = 0,
  kGap = 1,
  kNewer = 2,
  kStaleId = 3,
  kConflict = 4,
  kDestroyed = 5,
  kTooLarge = 6,
  kMemoryLimit = 7,
  kEntriesLimit = 8,
  kOutOfMemory = 9,
  kBadRequest = 10,
  kShapesFull = 11,
  kNameTaken = 12,
  kProcessLimit = 13,
  kExpired = 14,
  kEmpty = 15,
  kClosed = 16,
  kQueueFull = 17,
  kOutOfRange = 18,
};

}  // namespace heddle
