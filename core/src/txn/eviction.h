// Makes room in a collection that evicts: the entries that were not used for longest, nearly, by the CLOCK algorithm
// (F. J. Corbató, "A paging experiment with the Multics system", 1968) over the insertion order.
//
// A use sets the record's recency; the hand clears it as it passes, and takes what it finds cleared. Victims are
// deleted by ordinary commits of their own, before the commit that needs the room is tried again: snapshots go on
// seeing them, and who has read one conflicts.
#pragma once

#include <unordered_set>
#include <vector>

#include "heddle/thread.h"
#include "heddle/txn/commit.h"

namespace heddle {

class Eviction {
 public:
  // `request` is the commit that needs room: nothing that it writes becomes a victim, and what it reads only if
  // nothing else is left.
  Eviction(Store& store, Thread& thread, const CommitRequest& request)
      : store_(store), thread_(thread), request_(request) {}

  // Deletes entries until so much has gone, or nothing more can go. False if nothing has. Unpinned.
  bool make_room(const Shortage& shortage);

  // As Commit::owed, of the commits that this took.
  [[nodiscard]] std::size_t owed() const { return owed_; }

 private:
  struct Need {
    std::uint64_t entries;
    std::uint64_t bytes;
  };

  void note_wanted(const Collection& collection);
  void pick(const Collection& collection, const Need& need);
  [[nodiscard]] bool is_victim(RecordIndex record) const;
  Status commit_victims(Need& gone);

  Store& store_;
  Thread& thread_;
  const CommitRequest& request_;
  std::size_t owed_ = 0;
  bool spares_reads_ = true;
  CollectionId noted_ = 0;  // of which `wanted_` has the records
  std::unordered_set<RecordIndex> wanted_;
  std::vector<Write> victims_;        // of the next commit
  std::vector<std::uint64_t> sizes_;  // theirs
};

}  // namespace heddle
