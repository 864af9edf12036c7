// Pages and extents: what they hold, who has them, and that all of it comes back. Every test runs with the mapping and
// without it.
#include "heddle/memory/page_store.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/bytes.h"

namespace heddle {
namespace {

class PageStoreTest : public testing::TestWithParam<bool> {
 protected:
  std::shared_ptr<const Extent> make(std::string_view text) {
    const Extent::Part whole{0, test::bytes(text)};
    return Extent::make(store, text.size(), {&whole, 1});
  }

  static std::string_view read(const Extent& extent) {
    return {reinterpret_cast<const char*>(extent.data()), extent.length()};
  }

  Budget budget;
  PageStore store{budget, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, PageStoreTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Mapped" : "Copied"; });

TEST_P(PageStoreTest, AnExtentHoldsItsBytesAndIsCounted) {
  const std::string text(100'000, 'x');
  const auto extent = make(text);
  ASSERT_NE(extent, nullptr);
  EXPECT_EQ(extent->paged(), GetParam());
  EXPECT_EQ(read(*extent), text);
  EXPECT_GE(budget.held(), 100'000);
  EXPECT_LT(budget.held(), 100'000 + static_cast<std::int64_t>(PageStore::page_size()));
}

TEST_P(PageStoreTest, NothingIsLeftOfAnExtentThatGoes) {
  make(std::string(300'000, 'x'));
  EXPECT_EQ(budget.held(), 0);
  const auto next = Extent::make(store, 300'000, {});
  EXPECT_EQ(read(*next), std::string(300'000, '\0')) << "pages come back as zeros";
}

TEST_P(PageStoreTest, LaterPartsLieOverEarlierOnes) {
  const Extent::Part parts[] = {{0, test::bytes("abcdef")}, {70'000, test::bytes("end")}, {2, test::bytes("XY")}};
  const auto extent = Extent::make(store, 70'003, parts);
  EXPECT_EQ(read(*extent).substr(0, 8), std::string("abXYef\0\0", 8));
  EXPECT_EQ(read(*extent).substr(70'000), "end");
}

TEST_P(PageStoreTest, APrivateMappingIsItsReadersOwn) {
  const std::string text(100'000, 'x');
  const auto extent = make(text);
  std::byte* first = extent->map_private(extent->length());
  if (!GetParam()) {
    EXPECT_EQ(first, nullptr);
    return;
  }
  std::byte* second = extent->map_private(extent->length());
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  first[50'000] = std::byte{'y'};
  EXPECT_EQ(second[50'000], std::byte{'x'});
  EXPECT_EQ(read(*extent), text);
  PageStore::unmap(first, extent->length());
  PageStore::unmap(second, extent->length());
}

// Runs of all sizes come and go; none overlaps another, and in the end everything is one run again.
TEST_P(PageStoreTest, AnyHistoryOfExtentsKeepsEachWhole) {
  std::minstd_rand random(7);
  std::vector<std::pair<std::shared_ptr<const Extent>, char>> live;
  std::size_t freed = 0;
  for (int turn = 0; turn < 400; ++turn) {
    if (live.size() > 12 || (!live.empty() && random() % 3 == 0)) {
      const std::size_t i = random() % live.size();
      ASSERT_EQ(read(*live[i].first), std::string(live[i].first->length(), live[i].second));
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(i));
      ++freed;
    } else {
      const char letter = static_cast<char>('a' + random() % 26);
      live.emplace_back(make(std::string(1 + random() % 200'000, letter)), letter);
    }
  }
  for (const auto& [extent, letter] : live) ASSERT_EQ(read(*extent), std::string(extent->length(), letter));
  live.clear();
  EXPECT_GT(freed, 50U);
  EXPECT_EQ(budget.held(), 0);
  if (GetParam()) {
    const std::uint64_t first = store.allocate(1);
    EXPECT_EQ(first, 0U);
    store.free(first, 1);
  }
}

}  // namespace
}  // namespace heddle
