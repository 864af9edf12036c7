// Who is told of what happens to arrays.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/watches_fixture.h"

namespace heddle {
namespace {

using test::Client;
using test::WatchesTest;
using test::Watching;

class ListWatches : public WatchesTest {
 protected:
  static Write write(Write::Kind kind, std::uint64_t index, std::string_view value = {}, std::uint64_t count = 0) {
    return {.kind = kind, .key = {}, .value = test::bytes(value), .count = count, .index = index};
  }
  Status change(std::vector<Write> writes) {
    for (Write& each : writes) each.collection = list.id;
    return a.commit(writes);
  }
  using K = Write::Kind;
  const CollectionInfo list =
      a.engine.open(a.thread, {.kind = 3, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
};

TEST_F(ListWatches, WhatLiesTogetherIsOneChange) {
  Watching all(b, test::watch_all(list.id));
  change({write(K::kAppend, 0, "a"), write(K::kAppend, 0, "b"), write(K::kAppend, 0, "c")});
  EXPECT_EQ(all.tell(), "0:->a,b,c");
  change(
      {write(K::kRemove, 1, {}, 1), write(K::kInsert, 1, "x"), write(K::kInsert, 2, "y"), write(K::kAppend, 0, "z")});
  EXPECT_EQ(all.tell(), "1:b>x,y 4:->z");  // a x y c z
  change({write(K::kInsert, 1, "1"), write(K::kInsert, 2, "2"), write(K::kRemove, 3, {}, 2)});
  EXPECT_EQ(all.tell(), "1:x,y>1,2");  // a 1 2 c z
  change({write(K::kSet, 0, "A"), write(K::kSet, 4, "Z"), write(K::kSet, 5, "end")});
  EXPECT_EQ(all.tell(), "0:a>A 4:z>Z 5:->end");
  commit(
      {Client::clear_of(list.id), {.kind = K::kAppend, .collection = list.id, .key = {}, .value = test::bytes("n")}});
  EXPECT_EQ(all.tell(), "clear 0:->n");
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(ListWatches, APlaceIsToldOfWhateverMovesIntoIt) {
  Watching first(b, test::watch_place(list.id, 0));
  Watching second(b, test::watch_place(list.id, 1), {}, true);
  change({write(K::kAppend, 0, "a"), write(K::kAppend, 0, "b")});
  change({write(K::kInsert, 0, "0")});
  change({write(K::kAppend, 0, "c")});
  change({write(K::kRemove, 0, {}, 3)});
  EXPECT_EQ(first.tell(), "0:->a 0:a>0 0:0>c");
  EXPECT_EQ(second.tell(), "1:->- 1:->b 1:b>a 1:a>-");
  commit({Client::clear_of(list.id)});
  EXPECT_EQ(first.tell(), "0:c>-");
  EXPECT_EQ(second.tell(), "");
}

TEST_F(ListWatches, WhatIsRemovedOutlivesTheArray) {  // F1
  Watching all(b, test::watch_all(list.id));
  for (int i = 0; i < 300; ++i) change({write(K::kAppend, 0, std::to_string(i))});
  all.tell();
  change({write(K::kRemove, 10, {}, 200)});
  commit({Client::clear_of(list.id)});
  tend();
  engine.tidy(a.thread);
  EXPECT_EQ(engine.recount(a.thread), engine.stats().memory);
  const std::string told = all.tell();
  EXPECT_TRUE(told.starts_with("10:10,11,12,")) << told;
  EXPECT_TRUE(told.ends_with(",209>- clear")) << told;
}

TEST_F(ListWatches, ChangesOfArraysAreNotMerged) {  // F4
  Watching all(b, test::watch_all(list.id, 2, Overflow::kCoalesce));
  for (int i = 0; i < 3; ++i) change({write(K::kAppend, 0, std::to_string(i))});
  EXPECT_EQ(all.tell(), "lost");
  EXPECT_EQ(told_bytes(), 0);
}

TEST_F(ListWatches, WritesToOtherCollectionsAreNotToldOfAsItsOwn) {
  const CollectionInfo second =
      engine.open(a.thread, {.kind = 3, .name = {}, .structure = Structure::kList, .limits = {}, .options = {}});
  Watching all(b, test::watch_all(list.id));
  Watching beside(b, test::watch_all(second.id));
  const auto append = [](CollectionId id, std::string_view value) {
    return Write{.kind = K::kAppend, .collection = id, .key = {}, .value = test::bytes(value)};
  };
  commit({append(list.id, "0"), append(second.id, "a"), append(list.id, "1"), Client::set_of(map.id, "k", "v")});
  EXPECT_EQ(all.tell(), "0:->0,1");
  EXPECT_EQ(beside.tell(), "0:->a");
  commit({Client::clear_of(list.id), Client::clear_of(second.id), append(second.id, "b")});
  EXPECT_EQ(all.tell(), "clear");
  EXPECT_EQ(beside.tell(), "clear 0:->b");
}

}  // namespace
}  // namespace heddle
