// Large values come and go under readers that keep them.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "support/client.h"
#include "support/stress.h"

namespace heddle {
namespace {

using test::Client;
using test::expect_happened;
using test::loops;
using test::run_together;

// One thread sets, patches and deletes values of one letter each; another one holds some of them and looks again later.
TEST(LargeStress, WhatIsHeldStaysWhole) {
  Engine engine{1};
  std::atomic<std::uint64_t> outlived{0};
  std::atomic<std::uint64_t> patched{0};
  {
    Client setup(engine);
    const CollectionInfo map = setup.open("map");
    constexpr std::size_t kLength = 100'000;
    std::atomic<bool> done{false};
    const auto writer = [&] {
      Client self(engine);
      auto random = test::random_of(1);
      for (int turn = 0; turn < loops(1000); ++turn) {
        const std::string key = std::to_string(random() % 4);
        if (random() % 8 == 0) {
          self.remove(map.id, key);
          continue;
        }
        const std::string value(kLength, static_cast<char>('a' + random() % 26));
        BlobPtr blob = Blob::make(engine.pages(), test::bytes(value));
        if (random() % 2 == 0) {
          // A patch that writes what is there: the pages differ, the letters do not.
          Patch patch{static_cast<std::uint32_t>(random() % kLength), 1, {std::byte(value[0])}};
          blob = Blob::patched(engine.pages(), *blob, {&patch, 1}, {});
          ++patched;
        }
        Write write = Client::set_of(map.id, key, {});
        write.value = blob->bytes();
        write.blob = &blob;
        ASSERT_EQ(self.commit(write), Status::kOk);
      }
      done = true;
    };
    const auto reader = [&] {
      Client self(engine);
      auto random = test::random_of(2);
      std::array<BlobPtr, 3> held;
      while (!done) {
        const std::string key = std::to_string(random() % 4);
        BlobPtr& place = held[random() % held.size()];
        if (place) {
          const std::string value = test::text(place->bytes());
          ASSERT_EQ(value, std::string(kLength, value[0]));
          const auto now = self.load(map.id, key);
          if (now.blob != place) ++outlived;
          place = now.blob;
        } else {
          place = self.load(map.id, key).blob;
        }
      }
    };
    run_together(writer, reader);
    engine.destroy(setup.thread, map.id);
    while (engine.tidy(setup.thread)) {
    }
    engine.tidy(setup.thread);
  }
  Client last(engine);
  for (int turn = 0; turn < 8; ++turn) engine.tidy(last.thread);
  EXPECT_EQ(engine.stats().outside, 0);
  EXPECT_EQ(engine.stats().memory, engine.recount(last.thread));
  expect_happened("values held for longer than they were current", outlived);
  expect_happened("patched values", patched);
}

}  // namespace
}  // namespace heddle
