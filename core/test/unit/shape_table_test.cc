// Numbers for shapes, the same in all threads.
#include "heddle/shape_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/bytes.h"

namespace heddle {
namespace {

using test::bytes;
using test::text;

TEST(ShapeTable, NumbersFromOneInOrder) {
  ShapeTable shapes;
  EXPECT_EQ(shapes.define(bytes("id,name")), 1U);
  EXPECT_EQ(shapes.define(bytes("id")), 2U);
}

TEST(ShapeTable, TheSameShapeHasOneNumber) {
  ShapeTable shapes;
  const auto number = shapes.define(bytes("id,name"));
  shapes.define(bytes("id"));
  EXPECT_EQ(shapes.define(bytes("id,name")), number);
}

TEST(ShapeTable, BytesStayWhereTheyAre) {
  ShapeTable shapes;
  const Bytes first = shapes.read(shapes.define(bytes("first")));
  for (int i = 0; i < 5000; ++i) shapes.define(bytes(std::to_string(i)));
  EXPECT_EQ(text(first), "first");
  EXPECT_EQ(shapes.read(1).data(), first.data());
}

TEST(ShapeTable, KnowsNoNumberItNeverGave) {
  ShapeTable shapes;
  EXPECT_TRUE(shapes.read(0).empty());
  EXPECT_TRUE(shapes.read(1).empty());
}

TEST(ShapeTable, IsBoundedInNumber) {
  ShapeTable shapes;
  for (std::uint32_t i = 1; i <= ShapeTable::kMaxShapes; ++i) ASSERT_EQ(shapes.define(bytes(std::to_string(i))), i);
  EXPECT_EQ(shapes.define(bytes("one more")), 0U);
  EXPECT_EQ(shapes.define(bytes("17")), 17U) << "known ones are still found";
}

TEST(ShapeTable, IsBoundedInBytes) {
  ShapeTable shapes;
  const std::string large(ShapeTable::kMaxBytes, 'x');
  EXPECT_EQ(shapes.define(bytes(large)), 1U);
  EXPECT_EQ(shapes.define(bytes("one more")), 0U);
}

}  // namespace
}  // namespace heddle
