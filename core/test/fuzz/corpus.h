// A target of libFuzzer as a test without it: every committed input, and inputs that are made of them at random.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "support/stress.h"
#include "target.h"

namespace heddle::fuzz {

using Bytestring = std::vector<std::byte>;

inline std::vector<Bytestring> corpus_of(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<Bytestring> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const Bytes bytes = std::as_bytes(std::span(content));
    inputs.emplace_back(bytes.begin(), bytes.end());
  }
  return inputs;
}

// The beginning of one input and the end of another, with some bytes changed.
inline Bytestring cross(const std::vector<Bytestring>& inputs, std::mt19937_64& random) {
  const auto below = [&](std::size_t count) {
    return static_cast<std::ptrdiff_t>(random() % std::max<std::size_t>(count, 1));
  };
  const Bytestring& head = inputs[static_cast<std::size_t>(below(inputs.size()))];
  const Bytestring& tail = inputs[static_cast<std::size_t>(below(inputs.size()))];
  Bytestring made(head.begin(), head.begin() + below(head.size() + 1));
  made.insert(made.end(), tail.begin() + below(tail.size()), tail.end());
  if (made.empty()) made.emplace_back();
  for (std::ptrdiff_t n = below(8); n > 0; --n)
    made[static_cast<std::size_t>(below(made.size()))] = static_cast<std::byte>(random());
  return made;
}

// `corpus` has a directory of the target's name.
inline void run_corpus(const std::filesystem::path& corpus, const std::string& name) {
  Target& target = Registered::all().at(name);
  const std::vector<Bytestring> inputs = corpus_of(corpus / name);
  ASSERT_FALSE(inputs.empty());
  for (const Bytestring& input : inputs) target.run(Input(input));
  constexpr int kMade = 400;
  std::mt19937_64 random = test::random_of(0);
  const int made = test::loops(kMade);
  for (int i = 0; i < made; ++i) target.run(Input(cross(inputs, random)));
  std::cout << name << ": " << inputs.size() << " committed inputs, " << made << " made of them\n";
  for (const auto& [event, count] : target.happened) test::expect_happened(event, count);
}

}  // namespace heddle::fuzz
