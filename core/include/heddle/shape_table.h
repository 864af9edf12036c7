// Numbers for the shapes of values (lists of property names, opaque bytes here), given once per process. Threads ask
// once per shape and remember, so a lock is cheap enough. Bounded: an object used as a dictionary must not fill the
// process.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "heddle/sync/atomic.h"
#include "heddle/types.h"

namespace heddle {

class ShapeTable {
 public:
  static constexpr std::uint32_t kMaxShapes = 1U << 14;
  static constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

  // The number of the shape, from 1; the same bytes have one number in all threads. 0 when the table is full.
  std::uint32_t define(Bytes shape);
  // Its bytes; they stay valid. Empty for a number that was never given.
  [[nodiscard]] Bytes read(std::uint32_t number) const;

 private:
  mutable mutex mutex_;
  std::deque<std::string> shapes_;  // at number - 1; a deque keeps the strings in place
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::size_t bytes_ = 0;
};

}  // namespace heddle
