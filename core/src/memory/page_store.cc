#include "heddle/memory/page_store.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>

#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "heddle/memory/machine.h"
#endif

namespace heddle {

#ifdef __linux__

namespace {

// Addresses, not memory: what is free is reused, so a few times the machine's memory is more than can be in use.
std::uint64_t reservation() {
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 36;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 43;
  const std::uint64_t wanted = std::clamp(4 * machine_memory().value_or(0), kLeast, kMost);
  rlimit limit{};
  // A file beyond the limit would not be refused: a signal would end the process.
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < wanted) return 0;
  return wanted / PageStore::page_size() * PageStore::page_size();
}

}  // namespace

PageStore::PageStore(Budget& budget, bool mapped) : budget(budget) {
  const std::uint64_t size = mapped ? reservation() : 0;
  if (size == 0) return;
  file_ = memfd_create("heddle", MFD_CLOEXEC);
  if (file_ < 0) return;
  void* base = MAP_FAILED;
  if (ftruncate(file_, static_cast<off_t>(size)) == 0)
    base = mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_NORESERVE, file_, 0);
  if (base == MAP_FAILED) {
    close(file_);
    file_ = -1;
    return;
  }
  madvise(base, size, MADV_DONTDUMP);
  base_ = static_cast<std::byte*>(base);
  size_ = size;
  free_.emplace(0, size);
}

PageStore::~PageStore() {
  if (!mapped()) return;
  munmap(base_, size_);
  close(file_);
}

std::size_t PageStore::page_size() {
  static const auto kSize = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return kSize;
}

std::uint64_t PageStore::allocate(std::size_t bytes) {
  const std::uint64_t wanted = round_up(bytes);
  const std::lock_guard guard(mutex_);
  const auto run = std::ranges::find_if(free_, [&](const auto& each) { return each.second >= wanted; });
  if (run == free_.end()) return kNone;
  const auto [at, length] = *run;
  // The new run first, as it may throw.
  if (length > wanted) free_.emplace(at + wanted, length - wanted);
  free_.erase(run);
  return at;
}

void PageStore::free(std::uint64_t at, std::size_t bytes) {
  std::uint64_t length = round_up(bytes);
  // While nobody can be given the pages.
  fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at), static_cast<off_t>(length));
  const std::lock_guard guard(mutex_);
  auto next = free_.lower_bound(at);
  if (next != free_.end() && next->first == at + length) {
    length += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin() && std::prev(next)->first + std::prev(next)->second == at) {
    std::prev(next)->second += length;
    return;
  }
  try {
    free_.emplace_hint(next, at, length);
  } catch (const std::bad_alloc&) {
    // The addresses are lost; their memory is not.
  }
}

bool PageStore::write(std::uint64_t at, Bytes bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return true;
}

void PageStore::populate([[maybe_unused]] std::uint64_t at, [[maybe_unused]] std::size_t bytes) const {
#ifdef MADV_POPULATE_READ
  madvise(base_ + at, round_up(bytes), MADV_POPULATE_READ);  // a kernel that does not know it changes nothing
#endif
}

std::byte* PageStore::map_private(std::uint64_t at, std::size_t bytes, std::size_t total) const {
  constexpr int kAccess = PROT_READ | PROT_WRITE;
  constexpr int kKind = MAP_PRIVATE | MAP_NORESERVE;
  const std::size_t shown = round_up(bytes);
  if (total <= shown) {
    void* mapping = mmap(nullptr, shown, kAccess, kKind, file_, static_cast<off_t>(at));
    return mapping == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapping);
  }
  void* mapping = mmap(nullptr, round_up(total), kAccess, kKind | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  if (mmap(mapping, shown, kAccess, kKind | MAP_FIXED, file_, static_cast<off_t>(at)) == MAP_FAILED) {
    munmap(mapping, round_up(total));
    return nullptr;
  }
  return static_cast<std::byte*>(mapping);
}

void PageStore::unmap(std::byte* mapping, std::size_t total) { munmap(mapping, round_up(total)); }

#else

PageStore::PageStore(Budget& budget, bool /*mapped*/) : budget(budget) {}
PageStore::~PageStore() = default;
std::size_t PageStore::page_size() { return 4096; }
std::uint64_t PageStore::allocate(std::size_t /*bytes*/) { return kNone; }
void PageStore::free(std::uint64_t /*at*/, std::size_t /*bytes*/) {}
bool PageStore::write(std::uint64_t /*at*/, Bytes /*bytes*/) const { return false; }
std::byte* PageStore::map_private(std::uint64_t /*at*/, std::size_t /*bytes*/, std::size_t /*total*/) const {
  return nullptr;
}
void PageStore::populate(std::uint64_t /*at*/, std::size_t /*bytes*/) const {}
void PageStore::unmap(std::byte* /*mapping*/, std::size_t /*total*/) {}

#endif

std::shared_ptr<const Extent> Extent::make(PageStore& store, std::size_t length, std::span<const Part> parts) {
  std::shared_ptr<Extent> extent(new Extent(store, length));
  const bool filled = store.mapped() && length >= kPaged && extent->fill_pages(parts);
  return filled || extent->fill_memory(parts) ? extent : nullptr;
}

bool Extent::fill_pages(std::span<const Part> parts) {
  const std::uint64_t at = store_.allocate(length_);
  if (at == PageStore::kNone) return false;
  if (!std::ranges::all_of(parts, [&](const Part& part) { return store_.write(at + part.at, part.bytes); })) {
    store_.free(at, length_);
    return false;
  }
  at_ = at;
  data_ = store_.address(at);
  store_.budget.add_outside(static_cast<std::int64_t>(footprint()));
  return true;
}

bool Extent::fill_memory(std::span<const Part> parts) {
  constexpr std::size_t kWord = 8;
  auto* memory = static_cast<std::byte*>(std::calloc(length_ / kWord + 1, kWord));
  if (memory == nullptr) return false;
  for (const Part& part : parts) {
    if (!part.bytes.empty()) std::memcpy(memory + part.at, part.bytes.data(), part.bytes.size());
  }
  data_ = memory;
  store_.budget.add_outside(static_cast<std::int64_t>(footprint()));
  return true;
}

Extent::~Extent() {
  if (data_ == nullptr) return;
  store_.budget.add_outside(-static_cast<std::int64_t>(footprint()));
  if (paged()) {
    store_.free(at_, length_);
  } else {
    std::free(const_cast<std::byte*>(data_));
  }
}

std::byte* Extent::map_private(std::size_t total) const {
  return paged() ? store_.map_private(at_, length_, total) : nullptr;
}

}  // namespace heddle
