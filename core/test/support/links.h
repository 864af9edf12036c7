// Values that refer to collections (V5 of heddle/memory/version.h).
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/client.h"

namespace heddle::test {

inline std::string value_with_links(const std::vector<CollectionId>& ids) {
  std::string value = "value";
  const auto put = [&](std::uint32_t word) {
    char bytes[sizeof(word)];
    std::memcpy(bytes, &word, sizeof(word));
    value.append(bytes, sizeof(word));
  };
  for (const CollectionId id : ids) put(id);
  put(static_cast<std::uint32_t>(ids.size()));
  return value;
}

// Sets a value that refers to `targets`.
inline Status set_links(Client& client, CollectionId collection, std::string_view key,
                        std::initializer_list<CollectionId> targets) {
  const std::string value = value_with_links(targets);
  Write write = Client::set_of(collection, key, value);
  write.linked = true;
  return client.commit(write);
}

}  // namespace heddle::test
