// Readable keys and values for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heddle/types.h"

namespace heddle::test {

inline Bytes bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

inline std::string text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace heddle::test
