// A JavaScript thread of an input: the addon, loaded into an environment of its own, and what it has been given.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "environment.h"
#include "frame.h"

namespace heddle::fuzz {

// The functions that speak through the frame.
inline constexpr const char* kHot[] = {
    "load",  "commit",   "extend", "wait",    "snapshotOpen", "snapshotClose", "scan",
    "lease", "leaseEnd", "pause",  "take",    "receive",      "shapeDefine",   "shapeRead",
    "peek",  "walk",     "watch",  "tidings", "taskSubmit",   "taskNext",      "taskAnswers",
};

class Caller {
 public:
  // `maps`: its runtime shows native memory as buffers.
  explicit Caller(bool maps);

  // Registers a buffer of that size; what is in it is given by how it begins.
  void use_frame(std::size_t size) { frame_ = use("setFrame", size); }
  void use_arena(std::size_t size) { arena_ = use("setArena", size); }
  void use_inbox(std::size_t size) { inbox_ = use("setInbox", size); }
  // Has its bell call a function.
  void hear_bells();
  // Another buffer has been registered, by an ordinary call.
  void note(const std::string& function, napi_value buffer);

  napi_env__ environment;
  std::vector<std::string> cold;  // its other functions

  napi_value call(const std::string& function, std::vector<napi_value> arguments = {}) {
    return environment.call(exports_.at(function), std::move(arguments));
  }
  [[nodiscard]] bool has_words(std::size_t count) const { return frame_->size / sizeof(std::int32_t) >= count; }
  [[nodiscard]] bool usable() const { return has_words(binding::Frame::kLists); }
  // Of a usable frame.
  [[nodiscard]] std::int32_t word(std::size_t at) const { return at_words<std::int32_t>(at); }
  [[nodiscard]] double number(std::size_t at) const { return at_words<double>(2 * at); }
  void put_word(std::size_t at, std::int32_t value) { put(frame_, 4 * at, &value, sizeof(value)); }
  void put_number(std::size_t at, double value) { put(frame_, 8 * at, &value, sizeof(value)); }
  void put_arena(std::size_t at, const void* bytes, std::size_t size) { put(arena_, at, bytes, size); }
  [[nodiscard]] binding::Buffer inbox() const { return {inbox_->data, inbox_->size}; }
  // Empty for what does not lie in the arena.
  [[nodiscard]] std::string_view arena_text(std::int32_t at, std::int32_t length) const {
    if (!binding::Buffer{arena_->data, arena_->size}.holds(at, length)) return {};
    return {reinterpret_cast<const char*>(arena_->data) + at, static_cast<std::size_t>(length)};
  }

 private:
  napi_value use(const char* function, std::size_t size);
  // As JavaScript does: beyond its end nothing is written.
  static void put(napi_value buffer, std::size_t at, const void* bytes, std::size_t size) {
    if (at + size <= buffer->size && size > 0) std::memcpy(buffer->data + at, bytes, size);
  }
  template <class T>
  [[nodiscard]] T at_words(std::size_t at) const {
    T value{};
    std::memcpy(&value, frame_->data + at * sizeof(std::int32_t), sizeof(value));
    return value;
  }

  std::map<std::string, napi_value> exports_;
  // That the addon has, or an empty one.
  napi_value__ none_;
  napi_value frame_ = &none_;
  napi_value arena_ = &none_;
  napi_value inbox_ = &none_;
};

}  // namespace heddle::fuzz
