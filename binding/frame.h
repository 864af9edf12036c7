// The frame of a thread: the engine's side of docs/internals/wire.md. src/runtime/frame.ts is the other one; change
// both together.
#pragma once

#include <cstdint>
#include <cstring>

#include "heddle/engine.h"

namespace heddle::binding {

// Offsets and lengths cross as signed words.
inline constexpr std::size_t kMostBytes = std::numeric_limits<std::int32_t>::max();

// Encoded values start at multiples of 8.
constexpr std::size_t align(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

// A buffer that JavaScript owns and keeps alive as long as it is registered.
struct Buffer {
  std::byte* data = nullptr;
  std::size_t size = 0;

  // The part [offset, offset + length), or nothing if it is not inside.
  [[nodiscard]] bool holds(std::int64_t offset, std::int64_t length) const {
    return offset >= 0 && length >= 0 &&
           static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(length) <= size;
  }
  [[nodiscard]] Bytes slice(std::int32_t offset, std::int32_t length) const {
    return {data + offset, static_cast<std::size_t>(length)};
  }
};

class Frame {
 public:
  enum Word : std::size_t {
    kStatus = 0,
    kCollection = 1,
    kRecord = 2,
    kStamp = 3,
    kKeyOffset = 10,
    kKeyLength = 11,
    kValueLength = 12,
    kCollectionStamp = 13,
    kFlags = 14,
    kSlot = 15,
    kCount = 18,
    kReads = 20,
    kPredicates = 21,
    kWrites = 22,
    kFailed = 23,
    kOpenBodies = 24,
    kUntidy = 25,
    kTimed = 28,
    kTicket = 29,
    kFunction = 40,
    kLane = 41,
    kTaskFlags = 42,
    kPriority = 43,
    kOutcome = 44,
    kStagedValue = 45,
    kBytesOffset = 46,
    kBytesLength = 47,
    kLists = 64,
  };
  enum Double : std::size_t {
    kIncarnation = 2,
    kSnapshot = 3,
    kVersion = 4,
    kCursor = 8,
    kNanoseconds = 13,
    kChanges = 15,
    kSize = 16,
    kEnd = 17,
    kDeadline = 24
  };
  // Bits 8 to 10 are the kind of a watch.
  enum Flag : std::int32_t {
    kRegistered = 1,
    kKeysOnly = 2,
    kOpen = 4,
    kAlike = 8,
    kCoalesce = 16,
    kInitial = 32,
    kWait = 64,
    kLost = 128,
    kEnded = 1 << 11,
    kMore = 1 << 12,
    kTaskLinked = 1 << 7,  // as kLost, which no task has
    kOnly = 1 << 13,
    kAgain = 1 << 14,
    kQuiet = 1 << 15,
    kFurther = 1 << 16
  };
  static constexpr std::int32_t kWatchKind = 0x700;
  static constexpr unsigned kWatchKindShift = 8;
  // The first word of a write; the collection's id is above these bits.
  enum WriteBits : std::uint32_t {
    kKindMask = 15,
    kInline = 1 << 4,
    kReadded = 1 << 5,
    kKeyed = 1 << 6,
    kLinked = 1 << 7,
    kStaged = 1 << 8
  };
  static constexpr unsigned kCollectionShift = 9;
  // A value that lies outside: below VALUE_LENGTH of one that is absent.
  static std::int32_t outside(std::size_t what) { return -2 - static_cast<std::int32_t>(what); }
  enum WriteAnswer : std::int32_t { kExisted = 1, kChangedId = 2 };

  static constexpr std::size_t kReadWords = 2;
  static constexpr std::size_t kPredicateWords = 6;
  static constexpr std::size_t kWriteWords = 10;

  Frame() = default;
  explicit Frame(Buffer buffer)
      : words_(reinterpret_cast<std::int32_t*>(buffer.data)), size_(buffer.size / sizeof(std::int32_t)) {}

  [[nodiscard]] bool usable() const { return size_ >= kLists; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::int32_t* words(std::size_t at) { return words_ + at; }
  [[nodiscard]] std::int32_t& operator[](std::size_t word) { return words_[word]; }
  [[nodiscard]] bool has(Flag flag) const { return (words_[kFlags] & flag) != 0; }

  [[nodiscard]] double number(Double at) const { return double_at(words_ + 2 * at); }
  void set_number(Double at, double value) { std::memcpy(words_ + 2 * at, &value, sizeof(value)); }

  void answer(Status status) { words_[kStatus] = static_cast<std::int32_t>(status); }

  static double double_at(const std::int32_t* words) {
    double value = 0;
    std::memcpy(&value, words, sizeof(value));
    return value;
  }
  // An integer that crossed as a double; 0 for anything that is none.
  static std::uint64_t integer_at(const std::int32_t* words) { return to_integer(double_at(words)); }
  static std::uint64_t to_integer(double value) {
    constexpr double kLimit = 9007199254740992.0;  // 2^53
    return value >= 0 && value <= kLimit ? static_cast<std::uint64_t>(value) : 0;
  }

 private:
  std::int32_t* words_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace heddle::binding
