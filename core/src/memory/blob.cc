#include "heddle/memory/blob.h"

#include <algorithm>
#include <cstring>

namespace heddle {

namespace {

constexpr std::size_t align(std::size_t length) { return (length + 7) & ~std::size_t{7}; }

std::shared_ptr<const Extent> copy_patched(PageStore& store, Bytes base, std::span<const Patch> patches, Bytes appended,
                                           std::size_t length) {
  std::vector<Extent::Part> parts{{0, base}};
  for (const Patch& patch : patches) parts.push_back({patch.at, Bytes(patch.bytes).first(patch.length)});
  if (!appended.empty()) parts.push_back({align(base.size()), appended});
  return Extent::make(store, length, parts);
}

}  // namespace

Blob::Blob(PageStore& store, std::shared_ptr<const Extent> extent, std::vector<Piece> pieces, std::size_t length)
    : store_(store),
      extent_(std::move(extent)),
      pieces_(std::move(pieces)),
      length_(length),
      size_(length),
      data_(extent_->data()) {
  for (const Piece& piece : pieces_) size_ += piece->length();
}

Blob::~Blob() {
  if (mapping_ == nullptr) return;
  PageStore::unmap(mapping_, length_);
  store_.budget.add_outside(-static_cast<std::int64_t>(changed_.size() * PageStore::page_size()));
}

std::shared_ptr<const Blob> Blob::make(PageStore& store, Bytes value, std::vector<Piece> pieces) {
  const Extent::Part whole{0, value};
  auto extent = Extent::make(store, value.size(), {&whole, 1});
  if (!extent) return nullptr;
  extent->populate();
  return std::shared_ptr<const Blob>(new Blob(store, std::move(extent), std::move(pieces), value.size()));
}

std::shared_ptr<const Blob> Blob::patched(PageStore& store, const Blob& base, std::span<const Patch> patches,
                                          Bytes appended) {
  const std::size_t length = appended.empty() ? base.length_ : align(base.length_) + appended.size();
  std::shared_ptr<Blob> blob(new Blob(store, base.extent_, base.pieces_, length));
  if (blob->overlay(base, patches, appended)) return blob;
  auto extent = copy_patched(store, base.bytes(), patches, appended, length);
  if (!extent) return nullptr;
  return std::shared_ptr<const Blob>(new Blob(store, std::move(extent), base.pieces_, length));
}

// False if sharing does not pay or cannot be had; nothing is changed then.
bool Blob::overlay(const Blob& base, std::span<const Patch> patches, Bytes appended) {
  const std::size_t page = PageStore::page_size();
  std::vector<std::size_t> changed = base.changed_;
  const auto note = [&](std::size_t at, std::size_t length) {
    for (std::size_t i = at / page; i * page < at + length; ++i) changed.push_back(i);
  };
  for (const Patch& patch : patches) note(patch.at, patch.length);
  if (!appended.empty()) note(align(base.length_), appended.size());
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  constexpr std::size_t kShared = 8;  // at least so many pages of the extent for each one that differs
  if (changed.size() * page * kShared > extent_->length()) return false;
  std::byte* mapping = extent_->map_private(length_);
  if (mapping == nullptr) return false;

  for (const std::size_t i : base.changed_) {
    const std::size_t at = i * page;
    std::memcpy(mapping + at, base.data_ + at, std::min(page, align(base.length_) - at));
  }
  if (!appended.empty()) std::memcpy(mapping + align(base.length_), appended.data(), appended.size());
  for (const Patch& patch : patches) std::memcpy(mapping + patch.at, patch.bytes.data(), patch.length);
  mapping_ = mapping;
  data_ = mapping;
  changed_ = std::move(changed);
  store_.budget.add_outside(static_cast<std::int64_t>(changed_.size() * page));
  return true;
}

}  // namespace heddle
