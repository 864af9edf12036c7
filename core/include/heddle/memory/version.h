// A version: one immutable value of one record, alive for the commits [begin, end).
//
// Invariants
//  V1. `begin`, `order`, `length`, `kind` and the bytes never change once the version is reachable from a record's
//  head. V2. `end` is kForever until the version that replaces it is about to become the head; it is then that commit's
//      number, stored before the new head. A reader at rv takes a version only if begin <= rv < end: with versions
//      between snapshots pruned, begin alone would hand out a value that was no longer true at rv.
//  V3. `prev` is written inside the section only; readers follow it under an epoch pin.
//  V4. Versions of one membership interval (added once, updated any number of times) share `order`, their place in the
//      insertion order; a removal and a new addition begin another interval.
//  V5. A linked version ends in the ids of the collections that its bytes refer to, and their number (four bytes each);
//      behind its bytes it has the id of the collection that it belongs to. Lifetimes knows of it from `make` to
//      `destroy`.
//  V6. A version that is `outside` has a blob instead of bytes: a large value, or one with pieces.
//  V7. A version is held by the chain or list that it is in, and by the changes that tell of it
//  (heddle/collections/change.h).
//      These begin to hold it only while it is linked, inside the section: one that is not and has one holder gets no
//      more, and the count of one that is and has one holder is the section's.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "heddle/memory/blob.h"
#include "heddle/memory/stock.h"
#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

// How many hold something that goes with the last of them (V7).
class Holders {
 public:
  explicit constexpr Holders(std::uint32_t count = 1) : count_(count) {}

  [[nodiscard]] bool none() const { return count_.load(std::memory_order_relaxed) == 0; }
  // Inside the section. An atomic addition would wait for all that the section has written so far.
  void add() {
    const std::uint32_t count = count_.load(std::memory_order_acquire);
    if (count <= 1) {
      count_.store(count + 1, std::memory_order_relaxed);
    } else {
      count_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  // True for the last one.
  [[nodiscard]] bool let_go() {
    return count_.load(std::memory_order_acquire) == 1 || count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

 private:
  atomic<std::uint32_t> count_;
};

inline constexpr std::uint64_t kNoOrder = std::numeric_limits<std::uint64_t>::max();

struct Version {
  enum class Kind : std::uint8_t { kValue, kTombstone, kState };  // kState: of a list, with what died after it

  Seq begin = 0;
  atomic<Seq> end{kForever};
  atomic<Version*> prev{nullptr};
  std::uint64_t order = kNoOrder;
  std::uint16_t length = 0;  // of the bytes, if they are here: what is longer lies outside
  Kind kind = Kind::kValue;
  bool linked : 1 = false;   // V5
  bool outside : 1 = false;  // V6
  mutable Holders holders;   // V7

  [[nodiscard]] bool is_tombstone() const { return kind == Kind::kTombstone; }
  // What lies behind it: the bytes, or of a version that is outside the blob.
  [[nodiscard]] const std::byte* data() const { return reinterpret_cast<const std::byte*>(this + 1); }
  [[nodiscard]] std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  [[nodiscard]] const BlobPtr& blob() const { return *std::launder(reinterpret_cast<const BlobPtr*>(this + 1)); }
  [[nodiscard]] Bytes bytes() const { return outside ? blob()->bytes() : Bytes{data(), length}; }

  // What it takes itself.
  [[nodiscard]] std::size_t footprint() const {
    return sizeof(Version) + inline_length() + (linked ? sizeof(CollectionId) : 0);
  }
  // What lies outside, and both.
  [[nodiscard]] std::size_t outside_size() const { return outside ? blob()->size() : 0; }
  [[nodiscard]] std::size_t size() const { return footprint() + outside_size(); }

  // Of a linked version: the collection that it belongs to.
  [[nodiscard]] CollectionId owner() const {
    CollectionId id = 0;
    std::memcpy(&id, data() + inline_length(), sizeof(id));
    return id;
  }

  // Copies `bytes` behind a fresh version; nullptr when memory is short. `owner` makes it a linked one.
  static Version* make(Stock& stock, Bytes bytes, Kind kind = Kind::kValue, CollectionId owner = 0) {
    void* memory = stock.allocate(sizeof(Version) + bytes.size() + (owner != 0 ? sizeof(owner) : 0));
    if (memory == nullptr) return nullptr;
    auto* version = new (memory) Version;
    version->length = static_cast<std::uint16_t>(bytes.size());
    version->kind = kind;
    version->linked = owner != 0;
    if (version->linked) std::memcpy(version->data() + bytes.size(), &owner, sizeof(owner));
    constexpr std::size_t kNumber = 16;  // what a number takes: by far the most common size
    if (bytes.size() == kNumber) {
      std::memcpy(version->data(), bytes.data(), kNumber);
    } else if (!bytes.empty()) {
      std::memcpy(version->data(), bytes.data(), bytes.size());
    }
    return version;
  }

  // The same with a blob.
  static Version* make(Stock& stock, BlobPtr blob, CollectionId owner = 0) {
    void* memory = stock.allocate(sizeof(Version) + sizeof(BlobPtr) + (owner != 0 ? sizeof(owner) : 0));
    if (memory == nullptr) return nullptr;
    auto* version = new (memory) Version;
    version->linked = owner != 0;
    version->outside = true;
    new (version->data()) BlobPtr(std::move(blob));
    if (version->linked) std::memcpy(version->data() + sizeof(BlobPtr), &owner, sizeof(owner));
    return version;
  }

  // For its last holder.
  static void destroy(Stock& stock, Version* version) {
    const std::size_t size = version->footprint();
    if (version->outside) std::destroy_at(&version->blob());
    version->~Version();
    stock.give_back(version, size);
  }

 private:
  [[nodiscard]] std::size_t inline_length() const { return outside ? sizeof(BlobPtr) : length; }
};

// How many collections the bytes of a linked value refer to (V5).
inline std::uint32_t link_count(Bytes value) {
  std::uint32_t count = 0;
  std::memcpy(&count, value.data() + value.size() - sizeof(count), sizeof(count));
  return count;
}

// Whether bytes that come from outside can be those of a linked value (V5).
inline bool ends_in_links(Bytes value) {
  constexpr std::size_t kWord = sizeof(std::uint32_t);
  return value.size() >= kWord && link_count(value) < value.size() / kWord;
}

// Calls visit(CollectionId) for each.
template <class Visit>
void for_each_link(Bytes value, Visit&& visit) {
  std::uint32_t count = link_count(value);
  const std::byte* at = value.data() + value.size() - sizeof(count) * (count + 1);
  for (; count > 0; --count, at += sizeof(CollectionId)) {
    CollectionId id = 0;
    std::memcpy(&id, at, sizeof(id));
    visit(id);
  }
}

// An immutable encoded key.
struct Key {
  std::uint32_t length = 0;
  mutable Holders holders;  // as V7

  [[nodiscard]] Bytes bytes() const { return {reinterpret_cast<const std::byte*>(this + 1), length}; }

  static Key* make(Bytes bytes) {
    void* memory = std::malloc(sizeof(Key) + bytes.size());
    if (memory == nullptr) return nullptr;
    auto* key = new (memory) Key;
    key->length = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(reinterpret_cast<std::byte*>(key + 1), bytes.data(), bytes.size());
    return key;
  }

  static void let_go(const Key* key) {
    if (key->holders.let_go()) std::free(const_cast<Key*>(key));
  }
};

inline bool equal(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace heddle
