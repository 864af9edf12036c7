// Blobs and what is patched from them.
#include "heddle/memory/blob.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "support/bytes.h"

namespace heddle {
namespace {

class BlobTest : public testing::TestWithParam<bool> {
 protected:
  static Patch patch_of(std::uint32_t at, std::string_view text) {
    Patch patch{at, static_cast<std::uint32_t>(text.size()), {}};
    std::memcpy(patch.bytes.data(), text.data(), text.size());
    return patch;
  }

  std::int64_t pages(std::int64_t count) const { return count * static_cast<std::int64_t>(PageStore::page_size()); }

  Budget budget;
  PageStore store{budget, GetParam()};
  const std::string text = std::string(1'000'003, 'x');
};

INSTANTIATE_TEST_SUITE_P(, BlobTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Mapped" : "Copied"; });

TEST_P(BlobTest, APatchedBlobDiffersWhereItWasPatched) {
  const BlobPtr base = Blob::make(store, test::bytes(text));
  const Patch patches[] = {patch_of(0, "first"), patch_of(500'000, "8 bytes!"), patch_of(1'000'002, "z")};
  const BlobPtr patched = Blob::patched(store, *base, patches, {});
  std::string expected = text;
  expected.replace(0, 5, "first").replace(500'000, 8, "8 bytes!").replace(1'000'002, 1, "z");
  EXPECT_EQ(test::text(patched->bytes()), expected);
  EXPECT_EQ(test::text(base->bytes()), text) << "G1";
}

TEST_P(BlobTest, WhatIsAppendedStartsAtAMultipleOfEight) {
  const BlobPtr base = Blob::make(store, test::bytes(text));
  const BlobPtr patched = Blob::patched(store, *base, {}, test::bytes("tail"));
  EXPECT_EQ(test::text(patched->bytes()), text + std::string(5, '\0') + "tail");
}

TEST_P(BlobTest, WhatDoesNotChangeIsShared) {
  const BlobPtr base = Blob::make(store, test::bytes(text));
  const std::int64_t before = budget.held();
  const Patch patch = patch_of(10, "x");
  const BlobPtr patched = Blob::patched(store, *base, {&patch, 1}, {});
  EXPECT_EQ(budget.held() - before, GetParam() ? pages(1) : 1'000'003);
}

TEST_P(BlobTest, APatchedBlobOutlivesItsBase) {
  BlobPtr base = Blob::make(store, test::bytes(text));
  const Patch patch = patch_of(3, "abc");
  const BlobPtr patched = Blob::patched(store, *base, {&patch, 1}, {});
  base.reset();
  std::string expected = text;
  EXPECT_EQ(test::text(patched->bytes()), expected.replace(3, 3, "abc"));
}

TEST_P(BlobTest, PiecesGoOnToWhatIsPatched) {
  const Extent::Part whole{0, test::bytes(text)};
  const Piece piece = Extent::make(store, text.size(), {&whole, 1});
  const BlobPtr base = Blob::make(store, test::bytes("small"), {piece});
  EXPECT_EQ(base->size(), 5 + text.size());
  const BlobPtr patched = Blob::patched(store, *base, {}, test::bytes("!"));
  ASSERT_EQ(patched->pieces().size(), 1U);
  EXPECT_EQ(patched->pieces()[0].get(), piece.get());
}

// A long chain of patches gives the same bytes as one string that is edited, takes pages in proportion to what changed,
// and gives everything back.
TEST_P(BlobTest, AChainOfPatchesIsWhatTheEditsSay) {
  std::minstd_rand random(3);
  std::string expected = text;
  BlobPtr blob = Blob::make(store, test::bytes(text));
  int shared = 0;
  for (int turn = 0; turn < 100; ++turn) {
    std::vector<Patch> patches;
    for (unsigned i = random() % 3; i > 0; --i) {
      const auto at = static_cast<std::uint32_t>(random() % (expected.size() - 8));
      const std::string edit(1 + random() % 8, static_cast<char>('a' + random() % 26));
      patches.push_back(patch_of(at, edit));
      expected.replace(at, edit.size(), edit);
    }
    const std::string appended(random() % 2 == 0 ? 0 : random() % 5000, 'y');
    const std::int64_t before = budget.held();
    const BlobPtr next = Blob::patched(store, *blob, patches, test::bytes(appended));
    if (budget.held() - before < 600'000) ++shared;
    if (!appended.empty()) expected.append((8 - expected.size() % 8) % 8, '\0').append(appended);
    blob = next;
    ASSERT_EQ(test::text(blob->bytes()), expected) << "turn " << turn;
  }
  EXPECT_EQ(shared > 50, GetParam()) << shared;
  blob.reset();
  EXPECT_EQ(budget.held(), 0);
}

}  // namespace
}  // namespace heddle
