// The commits that most uses of a queue are: one item enqueued, or items taken outside of transactions. They take the
// steps of Commit under the same invariants, with less to foresee and to look at, in less than half of the time.
#pragma once

#include <optional>

#include "heddle/thread.h"
#include "heddle/txn/request.h"
#include "heddle/txn/store.h"

namespace heddle {

// Lives for one call, under an epoch pin.
class QueueCommit {
 public:
  QueueCommit(Store& store, Thread& thread, CommitRequest& request)
      : store_(store), thread_(thread), request_(request), write_(request.writes.front()) {}
  ~QueueCommit();
  QueueCommit(const QueueCommit&) = delete;
  QueueCommit& operator=(const QueueCommit&) = delete;

  // Whether it may be such a commit.
  [[nodiscard]] static bool suits(const CommitRequest& request) {
    return request.writes.size() == 1 && request.writes.front().kind > Write::Kind::kClear && request.reads.empty() &&
           request.predicates.empty();
  }
  // As Commit::run. None if this is not such a commit after all: nothing has happened then.
  std::optional<Status> run();

 private:
  bool prepare();
  std::optional<Status> enqueue();
  std::optional<Status> take();
  std::optional<Status> choose();
  [[nodiscard]] bool may_change_members() const;
  void turn_members_odd();
  void finish(Seq commit, std::int64_t size_delta, std::int64_t memory_delta, bool members_change, QueueTotals told);

  Store& store_;
  Thread& thread_;
  CommitRequest& request_;
  Write& write_;
  Collection* collection_ = nullptr;
  Deque* deque_ = nullptr;
  Era* era_ = nullptr;
  Version* item_ = nullptr;     // owned until installed
  Version* members_ = nullptr;  // likewise
  std::size_t budget_ = 0;
};

}  // namespace heddle
