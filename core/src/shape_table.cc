#include "heddle/shape_table.h"

#include <mutex>
#include <new>

namespace heddle {

std::uint32_t ShapeTable::define(Bytes shape) {
  const std::string_view key(reinterpret_cast<const char*>(shape.data()), shape.size());
  std::lock_guard guard(mutex_);
  const auto found = numbers_.find(key);
  if (found != numbers_.end()) return found->second;
  if (shapes_.size() == kMaxShapes || bytes_ + key.size() > kMaxBytes) return 0;
  const std::string& stored = shapes_.emplace_back(key);
  const auto number = static_cast<std::uint32_t>(shapes_.size());
  try {
    numbers_.emplace(stored, number);
  } catch (const std::bad_alloc&) {
    shapes_.pop_back();
    throw;
  }
  bytes_ += key.size();
  return number;
}

Bytes ShapeTable::read(std::uint32_t number) const {
  std::lock_guard guard(mutex_);
  if (number == 0 || number > shapes_.size()) return {};
  return std::as_bytes(std::span(shapes_[number - 1]));
}

}  // namespace heddle
