// The most common commit by itself: new values for a few entries that are there, named by their ids. It takes the steps
// of Commit under the same invariants, with less to foresee and to look at, in half of the time.
#pragma once

#include <array>
#include <optional>

#include "heddle/thread.h"
#include "heddle/txn/request.h"
#include "heddle/txn/store.h"

namespace heddle {

// Lives for one call, under an epoch pin.
class Update {
 public:
  static constexpr std::size_t kMostWrites = 8;

  Update(Store& store, Thread& thread, CommitRequest& request) : store_(store), thread_(thread), request_(request) {}
  ~Update();
  Update(const Update&) = delete;
  Update& operator=(const Update&) = delete;

  // As Commit::run. None if this is not such a commit after all: nothing has happened then.
  std::optional<Status> run();

 private:
  struct Target {
    Collection* collection;
    Record* record;
    atomic<Stamp>* stamp;
    Version* version;  // owned until installed
    Watched* watched;  // if anybody watches
    Watches::Hearers hearers;
  };

  bool find_targets();
  bool make_versions();
  [[nodiscard]] bool is_update(const Write& write, const Target& target) const;
  [[nodiscard]] bool all_are_updates() const;
  bool can_tell();
  void install();
  void count_commit(std::size_t count, Seq commit);
  void tidy();

  Store& store_;
  Thread& thread_;
  CommitRequest& request_;
  std::size_t made_ = 0;    // versions
  std::int64_t bytes_ = 0;  // that they take
  std::size_t budget_ = 0;
  bool tells_ = false;
  ChangeSupply::Need to_tell_;
  double time_ = 0;                          // if anybody is told
  std::array<Target, kMostWrites> targets_;  // of the writes, in their order
};

}  // namespace heddle
