// Where the watches of a key are found.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "support/watching.h"

namespace heddle {
namespace {

// Which no test can bring about by keys.
TEST(KeyTableTest, KeysOfTheSameHashAreToldApart) {
  Bell bell;
  Watcher watcher(bell);
  KeyTable table;
  const auto add = [&](WatchTicket ticket, std::string_view key, std::uint64_t hash) -> Watch& {
    Watch& watch = watcher.add(ticket, test::watch_key(1));
    watch.key = Key::make(test::bytes(key));
    watch.hash = hash;
    KeyTable::Spare spare = table.prepare();
    EXPECT_TRUE(table.add(watch, spare));
    return watch;
  };
  Watch& first = add(1, "a", 7);
  Watch& beside = add(2, "b", 7);
  Watch& second = add(3, "a", 7);
  Watch& elsewhere = add(4, "a", 8);
  const auto all = [&](std::string_view key, std::uint64_t hash) {
    std::vector<const Watch*> found;
    for (const Watch* each = table.find(hash, test::bytes(key)); each != nullptr; each = KeyTable::next(*each))
      found.push_back(each);
    std::ranges::sort(found);
    return found;
  };
  std::vector<const Watch*> both{&first, &second};
  std::ranges::sort(both);
  EXPECT_EQ(all("a", 7), both);
  EXPECT_EQ(all("b", 7), std::vector<const Watch*>{&beside});
  EXPECT_EQ(all("a", 8), std::vector<const Watch*>{&elsewhere});
  EXPECT_EQ(all("c", 7), std::vector<const Watch*>{});
  for (Watch* watch : {&first, &beside, &second, &elsewhere}) {
    table.remove(*watch);
    Key::let_go(watch->key);
  }
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace heddle
