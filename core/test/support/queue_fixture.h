// A queue of two threads, of which `b` stands in line.
#pragma once

#include <string>
#include <vector>

#include "support/engine_fixture.h"
#include "support/queues.h"

namespace heddle::test {

class QueueTest : public EngineTest {
 protected:
  QueueTest() {
    b.thread.waiter.bell.open([this] { ++rung; });
  }

  // `b` stands in line.
  void wait(WaitTicket ticket) { ASSERT_EQ(take(b, queue.id, 1, ticket), kNothing); }
  std::vector<WaitTicket> ended() { return engine.ended_waits(b.thread); }
  void fill(int from, int to) {
    for (int i = from; i < to; ++i) ASSERT_EQ(enqueue(a, queue.id, std::to_string(i)), Status::kOk);
  }
  void expect_accounts() {
    EXPECT_EQ(engine.memory(a.thread, queue.id), engine.recount(a.thread, queue.id));
    EXPECT_EQ(engine.stats().memory, engine.recount(a.thread));
  }

  const CollectionInfo queue = open_queue(a, "queue");
  int rung = 0;
};

}  // namespace heddle::test
