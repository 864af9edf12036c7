// What a thread asks of the engine, and what it gets back.
#pragma once

#include <functional>
#include <vector>

#include "heddle/collections/collection.h"

namespace heddle {

// Snapshot number of a read that is a transaction of its own.
inline constexpr Seq kLatest = kForever;

struct LoadRequest {
  CollectionId collection = 0;
  bool members = false;  // the collection's members record: its value is two doubles, size and end of the order log
  RecordIndex record = kNoRecord;  // where it was before; kNoRecord: find `key`
  Incarnation incarnation = 0;
  Bytes key;
  Seq snapshot = kLatest;
  bool registered = false;  // the caller owns a snapshot slot at `snapshot`: this one, to learn that it was revoked
  SnapshotSlot slot = kNoSlot;
  std::span<std::byte> out;  // takes the value
};

struct LoadResult {
  Status status = Status::kOk;
  bool absent = true;
  bool linked = false;  // the value refers to collections, which the thread holds now
  RecordIndex record = kNoRecord;
  Incarnation incarnation = 0;
  Stamp stamp = kStaleStamp;             // odd: the value must not be cached, and a commit that read it cannot succeed
  Stamp collection_stamp = kStaleStamp;  // K under which the answer holds
  Seq version = 0;                       // commit that wrote the value
  Seq snapshot = 0;                      // at which it was read
  std::size_t length = 0;                // of the value, also if `out` was too small
  BlobPtr blob;                          // of a value that lies outside of its version: `out` gets nothing
};

// "This record had this stamp when I read it." K and members stamps are read like any other.
struct ReadEntry {
  RecordIndex record;
  Stamp stamp;
};

struct Predicate {
  enum class Kind : std::int32_t { kAbsent = 1, kSize = 2, kChanges = 3, kElement = 4 };
  Kind kind = Kind::kAbsent;
  CollectionId collection = 0;
  Bytes key;                   // kAbsent: no entry of that key
  std::uint64_t expected = 0;  // kSize: that many entries; kChanges: as many (see Members); kElement: serial number
  std::uint64_t index = 0;     // kElement
};

// Bytes that an item takes in a list of them: its length, and its value up to the next multiple of 8.
inline std::size_t item_room(const Version& item) {
  constexpr std::size_t kWord = 8;
  return kWord + (item.outside ? kWord : (item.length + kWord - 1) / kWord * kWord);
}

// What items take in all.
struct ItemNeeds {
  std::size_t bytes = 0;
  std::size_t links = 0;
  void add(const Version& item) {
    bytes += item_room(item);
    if (item.linked) links += link_count(item.bytes());
  }
};

// What a take outside of transactions asks for, and what it got.
struct Takings {
  std::size_t most = 1;                       // items
  std::size_t room = 0;                       // bytes that they may take
  std::size_t links = 0;                      // collections that they may refer to: the engine makes room to hold them
  std::function<void(const Version&)> visit;  // called for each, while it is there
  std::size_t needed = 0;                     // out, kTooLarge: room for the first one
  std::size_t needed_links = 0;               // likewise
  std::vector<const Version*> items;          // the commit's

  [[nodiscard]] bool fit(const ItemNeeds& all) const { return all.bytes <= room && all.links <= links; }
  Status refuse(const ItemNeeds& first) {
    needed = first.bytes;
    needed_links = first.links;
    return Status::kTooLarge;
  }
};

struct Write {
  // Of queues: kAppend; kTake the first `count` items, of which predicates say which they are, or `takings`; kReturn
  // to the front an item that had been taken, or handed over; kClose. Of arrays, in this order: kSet elements as they
  // were at `index`; kInsert and kRemove (`count` elements) from front to back, at `index` of what has become of the
  // array by then; kAppend.
  enum class Kind : std::int32_t {
    kSet = 1,
    kDelete = 2,
    kClear = 3,
    kAppend = 4,
    kTake = 5,
    kClose = 6,
    kReturn = 7,
    kInsert = 8,
    kRemove = 9
  };
  Kind kind = Kind::kSet;
  bool linked = false;  // kSet: the value ends in the collections that it refers to (V5)
  bool move = false;    // kSet: the key was deleted in the same transaction, so it goes to the end of the order
  CollectionId collection = 0;
  RecordIndex record = kNoRecord;  // in: where the key was before; out: where it is
  Incarnation incarnation = 0;     // in, out; out of an array: its length from then on
  Bytes key;                       // empty: not sent
  Bytes value;
  const BlobPtr* blob = nullptr;  // kSet: what has been made of the value already; `value` is its bytes
  Stamp stamp = kStaleStamp;      // out: of the version this commit installed
  bool existed = false;           // out: the key had a value before this commit
  std::uint64_t count = 0;        // kTake, kRemove
  std::uint64_t index = 0;        // of arrays
  Version* item = nullptr;        // kReturn: what had been handed over, the commit's if it succeeds; else `value` is it

  // It brings a value.
  [[nodiscard]] bool has_value() const {
    return kind == Kind::kSet || kind == Kind::kAppend || kind == Kind::kInsert ||
           (kind == Kind::kReturn && item == nullptr);
  }

  // The value lies outside of its version (V6).
  [[nodiscard]] bool is_large() const { return blob != nullptr || value.size() >= Blob::kLarge; }
};

struct CommitRequest {
  std::span<const ReadEntry> reads;
  std::span<const Predicate> predicates;
  std::span<Write> writes;     // each key once per collection; a clear before the other writes to its collection
  bool evicts = false;         // it makes room in a cache
  Takings* takings = nullptr;  // the only write is a kTake outside of transactions
  Seq commit = 0;              // out
  std::size_t failed =
      0;  // out: position of what failed in reads, then predicates; in writes for kStaleId and the limits
};

// What a queue or an array has in one place at a snapshot.
struct PeekRequest {
  CollectionId collection = 0;
  std::uint64_t index = 0;  // from the front
  Seq snapshot = kLatest;
  bool registered = false;
  SnapshotSlot slot = kNoSlot;
  std::span<std::byte> out;  // takes the value
};

struct PeekResult {
  Status status = Status::kOk;
  bool absent = true;
  bool linked = false;
  bool old = false;  // not the latest state
  bool closed = false;
  std::uint64_t size = 0;
  std::uint64_t changes = 0;
  std::uint64_t serial = 0;   // of an array's element
  Stamp stamp = kStaleStamp;  // of the members record: as long as it has that, nothing has changed
  Stamp collection_stamp = kStaleStamp;
  RecordIndex members = kNoRecord;
  Seq version = 0;  // commit of the state
  Seq snapshot = 0;
  std::size_t length = 0;
  BlobPtr blob;
};

// A part of an array.
struct WalkRequest {
  CollectionId collection = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  Seq snapshot = 0;  // must be registered
  SnapshotSlot slot = kNoSlot;
};

struct WalkResult {
  Status status = Status::kOk;
  bool old = false;
  std::uint64_t size = 0;
  std::uint64_t changes = 0;
};

// What a watch is to be, and how it begins.
struct WatchRequest {
  Watch::Description what;
  Bytes key;              // kKey
  bool initial = false;   // kKey, kPlace: it begins with what is there
  bool snapshot = false;  // wanted of the state that it begins with
};

struct WatchStart {
  Seq since = 0;  // commits after this one are told of
  SnapshotSlot slot = kNoSlot;
};

struct TidingsRequest {
  WatchTicket ticket = 0;
  bool wait = false;      // for what comes after
  bool snapshot = false;  // wanted of the state that is told from, if the watch has lost track
};

struct Tidings {
  Status status = Status::kOk;
  Watches::Taken taken;
  WatchStart start;  // after it has lost track
  bool more = false;
};

struct ScanRequest {
  CollectionId collection = 0;
  Seq snapshot = 0;             // must be registered
  SnapshotSlot slot = kNoSlot;  // as above
  std::uint64_t cursor = 0;
};

struct ScanEntry {
  RecordIndex record;
  Incarnation incarnation;
  Stamp stamp;
  Seq version;
  Bytes key;
  Bytes value;
  bool linked;
  const BlobPtr* blob;  // of a value that lies outside of its version, else null; to be copied under the epoch pin
};

struct ScanResult {
  Status status = Status::kOk;
  bool done = true;
  std::uint64_t cursor = 0;  // where to go on
  Stamp collection_stamp = kStaleStamp;
  RecordIndex members = kNoRecord;
  Stamp members_stamp = kStaleStamp;
};

}  // namespace heddle
