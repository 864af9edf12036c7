// An item that was handed over to a thread and comes back (W6).
#pragma once

#include "heddle/engine.h"

namespace heddle {

struct Engine::HandedOver {
  CollectionId queue;
  Version* item;
  std::uint64_t number;
};

inline Write return_of(CollectionId queue, Version* item) {
  return {.kind = Write::Kind::kReturn, .collection = queue, .key = {}, .value = {}, .item = item};
}

}  // namespace heddle
