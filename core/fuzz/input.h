// The bytes that a fuzzer has made, as choices: any bytes are some program.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "heddle/types.h"

namespace heddle::fuzz {

inline std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

class Input {
 public:
  explicit Input(Bytes bytes) : rest_(bytes) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  // Beyond the end everything is 0.
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    return first;
  }
  // One of 0 … count - 1, of at most 256.
  unsigned below(unsigned count) { return byte() % count; }
  bool one_in(unsigned count) { return below(count) == count - 1; }
  template <class T>
  T number() {
    T value{};
    const Bytes taken = bytes(sizeof(T));
    if (!taken.empty()) std::memcpy(&value, taken.data(), taken.size());
    return value;
  }
  // As many as there are, up to `most`.
  Bytes bytes(std::size_t most) {
    const Bytes taken = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes rest_;
};

}  // namespace heddle::fuzz
