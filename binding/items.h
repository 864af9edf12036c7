// Values in a list of them: a length, and from the next multiple of 8 on the bytes.
#pragma once

#include <cstring>

#include "thread_state.h"

namespace heddle::binding {

// Writes one that takes `item_room`. Of a large value it has the number under which it is leased, and its length.
inline void put_item(ThreadState& state, const Version& item, std::byte* at) {
  const Bytes value = item.bytes();
  const std::uint64_t length = value.size();
  const auto word = item.outside ? Frame::outside(state.large.answers.size()) : static_cast<std::int32_t>(length);
  std::memcpy(at, &word, sizeof(word));
  at += sizeof(std::uint64_t);
  if (item.outside) {
    std::memcpy(at, &length, sizeof(length));
    state.large.answers.push_back(item.blob());
  } else if (!value.empty()) {
    std::memcpy(at, value.data(), value.size());
  }
}

}  // namespace heddle::binding
