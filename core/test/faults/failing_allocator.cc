#include "faults/failing_allocator.h"

#include <sys/mman.h>
#include <sys/types.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <new>

namespace heddle::test {

namespace {

struct Injection {
  bool armed = false;
  bool lasting = false;
  bool failed = false;
  std::size_t number = 0;
  std::size_t count = 0;
};
thread_local Injection injection;

std::atomic<std::int64_t> blocks{0};

bool is_to_fail() {
  if (!injection.armed) return false;
  ++injection.count;
  const bool reached = injection.number != FailingAllocations::kNone && injection.count >= injection.number;
  const bool fails = reached && (injection.lasting || injection.count == injection.number);
  injection.failed = injection.failed || fails;
  return fails;
}

// A segment of a record table is most of what it takes to make an engine. One is kept, so that thousands of engines can
// be made.
struct KeptBlock {
  std::mutex mutex;
  std::atomic<void*> block{nullptr};
  std::size_t size = 0;
  bool is_free = false;

  static constexpr std::size_t kLarge = std::size_t{1} << 20;

  void* allocate(std::size_t alignment, std::size_t wanted) {
    const std::lock_guard guard(mutex);
    if (is_free && size == wanted) {
      is_free = false;
      return block;
    }
    void* fresh = std::aligned_alloc(alignment, wanted);
    if (block == nullptr) {
      block = fresh;
      size = wanted;
    }
    return fresh;
  }

  // False if it is not this one.
  bool free(const void* other) {
    if (other != block) return false;
    const std::lock_guard guard(mutex);
    is_free = true;
    return true;
  }
};
KeptBlock kept;

void* noted(void* block) {
  if (block != nullptr) blocks.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace

FailingAllocations::FailingAllocations(std::size_t number, Shortage shortage) {
  injection = {.armed = true, .lasting = shortage == Shortage::kLasting, .number = number};
}

FailingAllocations::~FailingAllocations() { injection.armed = false; }

bool allocation_failed() { return injection.failed; }
std::int64_t live_blocks() { return blocks.load(std::memory_order_relaxed); }

}  // namespace heddle::test

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
extern "C" {

void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void __real_free(void* block);
void* __real_mmap(void* at, std::size_t length, int access, int flags, int file, off_t offset);
ssize_t __real_pwrite(int file, const void* bytes, std::size_t length, off_t offset);

void* __wrap_malloc(std::size_t size) {
  return heddle::test::is_to_fail() ? nullptr : heddle::test::noted(__real_malloc(size));
}

void* __wrap_calloc(std::size_t count, std::size_t size) {
  return heddle::test::is_to_fail() ? nullptr : heddle::test::noted(__real_calloc(count, size));
}

void __wrap_free(void* block) {
  if (block == nullptr) return;
  heddle::test::blocks.fetch_sub(1, std::memory_order_relaxed);
  if (!heddle::test::kept.free(block)) __real_free(block);
}

void* __wrap_mmap(void* at, std::size_t length, int access, int flags, int file, off_t offset) {
  if (!heddle::test::is_to_fail()) return __real_mmap(at, length, access, flags, file, offset);
  errno = ENOMEM;
  return MAP_FAILED;
}

ssize_t __wrap_pwrite(int file, const void* bytes, std::size_t length, off_t offset) {
  if (!heddle::test::is_to_fail()) return __real_pwrite(file, bytes, length, offset);
  errno = ENOSPC;
  return -1;
}

}  // extern "C"

namespace {

void* allocate_or_null(std::size_t size, std::size_t alignment = 0) {
  if (heddle::test::is_to_fail()) return nullptr;
  if (alignment == 0) return heddle::test::noted(__real_malloc(size == 0 ? 1 : size));
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  return heddle::test::noted(whole < heddle::test::KeptBlock::kLarge ? std::aligned_alloc(alignment, whole)
                                                                     : heddle::test::kept.allocate(alignment, whole));
}

void* allocate(std::size_t size, std::size_t alignment = 0) {
  void* block = allocate_or_null(size, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return allocate_or_null(size); }
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return allocate_or_null(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t& /*tag*/) noexcept {
  return allocate_or_null(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t& /*tag*/) noexcept {
  return allocate_or_null(size, static_cast<std::size_t>(alignment));
}

void operator delete(void* block) noexcept { __wrap_free(block); }
void operator delete[](void* block) noexcept { __wrap_free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { __wrap_free(block); }
void operator delete[](void* block, std::size_t /*size*/) noexcept { __wrap_free(block); }
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept { __wrap_free(block); }
void operator delete[](void* block, std::align_val_t /*alignment*/) noexcept { __wrap_free(block); }
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept { __wrap_free(block); }
void operator delete[](void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  __wrap_free(block);
}
