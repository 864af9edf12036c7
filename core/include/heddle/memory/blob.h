// The bytes of a large value: outside of its version, so that readers may keep them for longer than an epoch.
//
//   Blob ──▶ Extent          the value; parts of it are shared with the values that it was patched from:
//     │         ▲
//     │      Overlay         pages that differ, in a copy-on-write mapping of that extent
//     └──▶ Extent, Extent…   its pieces: binary of its own, which each reader maps for itself
//
// Invariants
//  G1. Nothing of a blob changes once it is made; whoever holds it may read it, in any thread.
//  G2. Pages of an overlay are counted when they were written to: by this blob or one that it was patched from.
#pragma once

#include <array>
#include <vector>

#include "heddle/memory/page_store.h"

namespace heddle {

using Piece = std::shared_ptr<const Extent>;

// What a patched value has in other bytes than the one that it comes from.
struct Patch {
  std::uint32_t at;      // from the value's start
  std::uint32_t length;  // at most 8
  std::array<std::byte, 8> bytes;
};

class Blob {
 public:
  // Values from this length on lie outside of their versions.
  static constexpr std::size_t kLarge = std::size_t{64} * 1024;

  // Null when memory is short.
  static std::shared_ptr<const Blob> make(PageStore& store, Bytes value, std::vector<Piece> pieces = {});
  // The value of `base` with these patches and, from the next multiple of 8 on, what is appended. Shares the pages that
  // do not change, unless they are few. Null when memory is short.
  static std::shared_ptr<const Blob> patched(PageStore& store, const Blob& base, std::span<const Patch> patches,
                                             Bytes appended);

  ~Blob();
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;

  // Readable up to the next multiple of 8.
  [[nodiscard]] Bytes bytes() const { return {data_, length_}; }
  [[nodiscard]] std::span<const Piece> pieces() const { return pieces_; }
  // Of the value and its pieces, shared or not.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  Blob(PageStore& store, std::shared_ptr<const Extent> extent, std::vector<Piece> pieces, std::size_t length);
  [[nodiscard]] bool overlay(const Blob& base, std::span<const Patch> patches, Bytes appended);

  PageStore& store_;
  const std::shared_ptr<const Extent> extent_;
  const std::vector<Piece> pieces_;
  const std::size_t length_;
  std::size_t size_ = 0;
  const std::byte* data_ = nullptr;

  std::byte* mapping_ = nullptr;      // null: no overlay
  std::vector<std::size_t> changed_;  // pages of it, in ascending order (G2)
};

using BlobPtr = std::shared_ptr<const Blob>;

}  // namespace heddle
