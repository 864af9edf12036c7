// How functions of pools and tasks find their pool, and the values that they are given.
#pragma once

#include "arguments.h"
#include "calls.h"

namespace heddle::binding {

// Null if there is no such pool.
inline Pool* pool_of(ThreadState& state, CollectionId id) {
  const auto known = state.pools.find(id);
  if (known != state.pools.end()) return known->second.get();
  std::shared_ptr<Pool> found = engine().pools().find(id);
  return found == nullptr ? nullptr : (state.pools[id] = std::move(found)).get();
}

inline Pool* pool_of(ThreadState& state) {
  return pool_of(state, static_cast<CollectionId>(state.frame[Frame::kCollection]));
}

// The pool that the first argument names.
template <std::size_t Count>
Pool* pool_of(const Arguments<Count>& arguments) {
  return pool_of(arguments.state(), arguments.template integer<CollectionId>(0));
}

// What the frame says of a value that was encoded. False if it lies outside, or has no links where it should.
struct Encoded {
  Bytes bytes;
  const BlobPtr* blob = nullptr;
  bool linked = false;

  bool parse(ThreadState& state) {
    Frame& frame = state.frame;
    linked = frame.has(Frame::kTaskLinked);
    if (frame[Frame::kStagedValue] != 0) {
      blob = state.large.values.find(frame[Frame::kStagedValue]);
      return blob != nullptr && (!linked || ends_in_links((*blob)->bytes()));
    }
    const std::int32_t offset = frame[Frame::kBytesOffset];
    const std::int32_t length = frame[Frame::kBytesLength];
    if (!state.arena.holds(offset, length)) return false;
    bytes = state.arena.slice(offset, length);
    return !linked || ends_in_links(bytes);
  }
};

// The bytes that two arguments name.
template <std::size_t Count>
Bytes arena_slice(const Arguments<Count>& arguments, std::size_t at) {
  const auto offset = arguments.template integer<std::int32_t>(at);
  const auto length = arguments.template integer<std::int32_t>(at + 1);
  const Buffer& arena = arguments.state().arena;
  return arena.holds(offset, length) ? arena.slice(offset, length) : Bytes{};
}

}  // namespace heddle::binding
