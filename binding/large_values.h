// Large values on their way between JavaScript and the engine: what is staged waits for its commit, what is leased is
// being read.
#pragma once

#include <node_api.h>

#include <vector>

#include "heddle/memory/blob.h"

namespace heddle::binding {

// Things under small numbers, from 1 on.
template <class T>
class Numbered {
 public:
  std::uint32_t add(T thing) {
    if (free_.empty()) {
      free_.reserve(things_.size() + 1);  // so that `remove` cannot fail
      things_.push_back(std::move(thing));
      return static_cast<std::uint32_t>(things_.size());
    }
    const std::uint32_t number = free_.back();
    free_.pop_back();
    things_[number - 1] = std::move(thing);
    return number;
  }
  // Null for a number that has nothing.
  [[nodiscard]] const T* find(double number) const {
    const auto i = number >= 1 && number <= static_cast<double>(things_.size()) ? static_cast<std::size_t>(number) : 0;
    return i == 0 || things_[i - 1] == nullptr ? nullptr : &things_[i - 1];
  }
  void remove(double number) {
    if (find(number) == nullptr) return;
    const auto i = static_cast<std::uint32_t>(number);
    things_[i - 1] = nullptr;
    free_.push_back(i);
  }

 private:
  std::vector<T> things_;
  std::vector<std::uint32_t> free_;
};

// What a thread has of them.
struct LargeValues {
  Numbered<Piece> pieces;        // staged
  Numbered<BlobPtr> values;      // staged
  std::vector<BlobPtr> answers;  // to the last load or scan, until JavaScript takes them
};

}  // namespace heddle::binding
