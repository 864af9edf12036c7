// A record table with keys but no engine: what an index needs.
#pragma once

#include <string_view>
#include <vector>

#include "heddle/memory/record_table.h"
#include "support/bytes.h"

namespace heddle::test {

class KeyedRecords {
 public:
  /// A record with a key; the table frees both.
  RecordIndex add(std::uint64_t hash, std::string_view key) {
    std::vector<RecordIndex> one;
    table.reserve(1, one);
    table[one[0]].in_use = true;
    table[one[0]].hash = hash;
    table[one[0]].key.store(Key::make(bytes(key)));
    return one[0];
  }

  RecordTable table;
};

}  // namespace heddle::test
