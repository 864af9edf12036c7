// One write commit: prepare in parallel, sequence serially.
//
//   prepare   hash, look up, copy values, allocate everything that any outcome can need     (no lock)
//   validate  every read still has its stamp, every predicate still holds                   (section)
//   resolve   which record each write goes to, sizes, limits; nothing is changed yet        (section)
//   install   stamps odd → versions, index, order → `seq` → stamps even                     (section)
//   tend      prune what was replaced, a bounded piece of the janitor's backlog             (section)
//
// Invariants
//  T1. Nothing shared changes before the whole write set is fixed and every check has passed.
//  T2. All stamps are odd before the first head is stored (release); all are even only after `seq` (release). A reader
//  that
//      loads a new head (acquire) therefore finds an odd or a newer stamp when it looks again.
//  T3. The section allocates nothing and throws nothing: what `prepare` did not foresee sends it back (kAgain).
//  T4. Record indices from outside are checked against incarnation and era inside the section, for blind writes as for
//  reads.
#pragma once

#include <memory>
#include <span>

#include "heddle/collections/list_edit.h"
#include "heddle/thread.h"
#include "heddle/txn/request.h"
#include "heddle/txn/store.h"

namespace heddle {

// What a collection has too much of.
struct Shortage {
  CollectionId collection = 0;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

// Lives for one call, under an epoch pin.
class Commit {
 public:
  Commit(Store& store, Thread& thread, CommitRequest& request);
  ~Commit();
  Commit(const Commit&) = delete;
  Commit& operator=(const Commit&) = delete;

  // kOk, kConflict, kStaleId, kDestroyed, kExpired, a limit, kBadRequest; of queues kEmpty, kTooLarge, kClosed.
  // Anything but kOk leaves the shared state as it was.
  Status run();

  // After kOk: whether it left gaps in an order log.
  [[nodiscard]] bool left_gaps() const { return left_gaps_; }
  // After kOk: records of the backlog that the caller still has to take away, because this commit added to it.
  [[nodiscard]] std::size_t owed() const { return owed_; }
  // After a limit of a collection that evicts: what must go before this commit fits. No entries and no bytes if nothing
  // would help.
  [[nodiscard]] const Shortage& shortage() const { return shortage_; }

 private:
  struct Touched;
  struct Plan;

  void prefetch() const;
  Status prepare();
  Status prepare_write(Write& write, Plan& plan);
  Status prepare_list_write(Write& write, Plan& plan, Touched& touched);
  void replace_element(Touched& touched, const Version& element);
  void take_set_elements_for_old(Touched& touched, const Write& removal, std::uint64_t from, std::uint64_t to);
  [[nodiscard]] bool continues(const Write& write) const;
  Status prepare_queue_write(Write& write, Plan& plan, Touched& touched);
  Status prepare_collection(Touched& touched);
  Touched* touch(CollectionId id);
  void make_room();

  Status validate() const;
  Status resolve();
  Status resolve_write(Write& write, Plan& plan);
  Status resolve_list_write(Write& write, Plan& plan, Touched& touched);
  Status resolve_queue_write(Write& write, Plan& plan, Touched& touched);
  Status resolve_take(Write& write, Plan& plan, Touched& touched);
  Status check_rooms();
  Status check_limits(const Touched& touched);
  Status check_process();
  [[nodiscard]] bool fits_alone(const Touched& touched) const;
  [[nodiscard]] std::size_t first_write_to(const Touched& touched) const;
  [[nodiscard]] RecordIndex locate(const Write& write, const Plan& plan) const;
  RecordIndex reserved_slot();
  void aim(Plan& plan) const;

  // What watchers are told: changes.cc.
  bool foresee_changes();
  bool make_splices(Touched& touched, std::size_t position);
  void find_hearers(const Touched& touched, Plan& plan, std::uint64_t hash, Bytes key);
  bool can_tell();
  bool shorten_feeds();
  void tell_clear(const Touched& touched, Seq commit);
  void tell_splice(const Touched& touched, Change& change, Seq commit);
  void tell_places(const Touched& touched, Seq commit);
  void tell_others(const Touched& touched, Seq commit);
  [[nodiscard]] Watches::Author author(Seq commit) const { return {commit, time_, request_.evicts}; }

  void install();
  void end_waits();
  void install_era(Touched& touched, Seq commit);
  void install_write(Write& write, Plan& plan, Seq commit);
  [[nodiscard]] std::size_t needed_nodes() const;
  void install_lists(Seq commit);
  void install_list_write(const Write& write, Plan& plan, List::Edit& edit, Seq commit, Change* told);
  void install_queue_write(const Write& write, Plan& plan, Seq commit);
  void move_record(const Plan& plan, Era& era);
  void install_collection(Touched& touched, Seq commit);
  void tidy();
  void tidy_taken(const Write& write, const Plan& plan);

  Store& store_;
  Thread& thread_;
  CommitRequest& request_;

  struct Buffers;  // reused between commits of a thread
  static Buffers& buffers_of(Thread& thread);
  Buffers& buffers_;
  const std::span<Plan> plans_;      // one per write
  std::size_t next_slot_ = 0;        // how much of the thread's reserve is still untouched
  bool foresee_everything_ = false;  // after kAgain: every write may be an insertion
  std::size_t taken_ = 0;            // from queues, at most
  std::size_t budget_ = 0;           // retirements that tidying may cause
  bool left_gaps_ = false;
  std::size_t owed_ = 0;
  Shortage shortage_;

  // From resolve: bytes that install links to records, and those of them that pruning takes off again at once unless
  // a snapshot is open.
  std::int64_t linked_ = 0;
  std::int64_t replaced_ = 0;
  std::int64_t outside_ = 0;
  bool sets_ = false;  // something is written that is not a deletion
  ChangeSupply::Need to_tell_;
  double time_ = 0;  // if anybody is told
};

}  // namespace heddle
