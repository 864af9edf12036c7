// Keys from outside that are chosen to meet in one place of the table: each process hashes with a seed of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "heddle/txn/store.h"
#include "support/bytes.h"

namespace heddle {
namespace {

constexpr std::size_t kKeys = 1'000'000;
constexpr std::size_t kPlaces = 4096;

// A place of a table, by the bits that choose one in a small table and in a large one.
std::size_t low_place(std::uint64_t hash) { return hash % kPlaces; }
std::size_t high_place(std::uint64_t hash) { return hash >> 52; }

// The most keys in one place, as a multiple of the mean.
double crowding(const Store& store, std::size_t keys, const std::function<std::string(std::size_t)>& key) {
  std::vector<std::array<std::size_t, 2>> counts(kPlaces);
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string text = key(i);
    const std::uint64_t hash = store.hash(test::bytes(text));
    ++counts[low_place(hash)][0];
    ++counts[high_place(hash)][1];
  }
  std::size_t most = 0;
  for (const auto& [low, high] : counts) most = std::max({most, low, high});
  return static_cast<double>(most * kPlaces) / static_cast<double>(keys);
}

std::string as_bytes(std::uint64_t word) {
  std::string text(sizeof(word), '\0');
  std::memcpy(text.data(), &word, sizeof(word));
  return text;
}

TEST(HashFlooding, KeysOfEveryPatternSpreadOut) {
  constexpr std::size_t kEach = 200'000;
  const Store store(false);
  const std::string prefix(300, 'a');
  EXPECT_LT(crowding(store, kEach, [](std::size_t i) { return as_bytes(i); }), 2);
  EXPECT_LT(crowding(store, kEach, [](std::size_t i) { return as_bytes(i << 44); }), 2);
  EXPECT_LT(crowding(store, kEach, [](std::size_t i) { return std::to_string(i); }), 2);
  EXPECT_LT(crowding(store, kEach, [&](std::size_t i) { return prefix + std::to_string(i); }), 2);
  EXPECT_LT(crowding(store, kEach, [&](std::size_t i) { return std::to_string(i) + prefix; }), 2);
}

// Those that all meet under another seed: who does not know this process's cannot choose them.
TEST(HashFlooding, AMillionKeysThatCollideUnderAnotherSeedDoNotUnderThisOne) {
  Store theirs(false);
  Store ours(false);
  theirs.hash_seed = 1;
  ours.hash_seed = 2;
  constexpr std::size_t kTheirs = 16;  // one in so many: the share of a table in which they meet
  std::vector<std::uint64_t> chosen;
  chosen.reserve(kKeys);
  for (std::uint64_t word = 0; chosen.size() < kKeys; ++word) {
    const std::uint64_t hash = theirs.hash({reinterpret_cast<const std::byte*>(&word), sizeof(word)});
    if (hash % kTheirs == 0) chosen.push_back(word);
  }
  const auto key = [&](std::size_t i) { return as_bytes(chosen[i]); };
  EXPECT_GT(crowding(theirs, kKeys, key), kTheirs / 2.0);
  EXPECT_LT(crowding(ours, kKeys, key), 2);
}

}  // namespace
}  // namespace heddle
