// What threads tell of their long transactions.
#include "heddle/open_calls.h"

#include <gtest/gtest.h>

#include <string>

#include "support/engine_fixture.h"

namespace heddle {
namespace {

std::string texts(const OpenCalls& calls) {
  std::string all;
  for (const OpenCalls::Call& call : calls.all()) all += (all.empty() ? "" : " ") + call.text;
  return all;
}

TEST(OpenCallsTest, AreKnownUntilTheyEnd) {
  OpenCalls calls;
  calls.note({1, 1, 10, "a"});
  calls.note({1, 2, 20, "b"});
  calls.note({2, 1, 30, "c"});
  EXPECT_EQ(texts(calls), "a b c");
  calls.note({1, 2, 20, "later b"});
  EXPECT_EQ(texts(calls), "a later b c");
  EXPECT_EQ(calls.all()[1].since, 20);
  calls.forget(1, 1);
  calls.forget(1, 7);  // of which nobody has told
  EXPECT_EQ(texts(calls), "later b c");
}

using OpenCallsOfThreads = test::EngineTest;

TEST_F(OpenCallsOfThreads, GoWithTheirThread) {
  engine.open_calls().note({a.thread.id, 1, 10, "a"});
  {
    test::Client brief(engine);
    engine.open_calls().note({brief.thread.id, 1, 20, "brief"});
    EXPECT_EQ(texts(engine.open_calls()), "a brief");
  }
  EXPECT_EQ(texts(engine.open_calls()), "a");
}

}  // namespace
}  // namespace heddle
