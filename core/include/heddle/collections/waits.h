// Who waits: for a change of something that it has read, or in line for the next item of a queue.
//
// A transaction that cannot go on registers all that its run has read. The first commit that changes any of it ends the
// wait and, when it has left the section, rings the thread's bell. A commit that enqueues hands its item over to the
// first in line instead.
//
// Invariants
//  W1. A wait is registered in the section in which its reads were found to hold, and every section that turns a stamp
//      odd or adds a key says so to `changed`. So no change falls between the look and the wait.
//  W2. A wait ends once: by a change, or because its thread withdraws it, in a section of its own.
//  W3. A wait that a change has ended goes to its thread inside the section: a thread that is not known any more has
//  none.
//  W4. The section allocates nothing for waits and rings no bell.
//  W5. While somebody stands in line the queue is empty: who joins has found it so in the same section, and whatever
//      comes goes to the first in line inside the section of its commit.
//  W6. What was handed over belongs to the wait until its thread receives it. Given up, or of a thread that goes, it
//      returns to the front of its queue, what was handed over last first.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "heddle/memory/version.h"
#include "heddle/sync/bell.h"

namespace heddle {

using WaitTicket = std::uint32_t;  // names a wait of its thread

class Line;
class Wait;

// The waits of one thread, used by it alone but for `ended_`.
class Waiter {
 public:
  explicit Waiter(Bell& bell) : bell(bell) {}

  Bell& bell;

  // May throw std::bad_alloc.
  Wait& add(WaitTicket ticket, std::size_t topics);
  [[nodiscard]] Wait* find(WaitTicket ticket) const;
  void forget(WaitTicket ticket) { waits_.erase(ticket); }
  [[nodiscard]] bool empty() const { return waits_.empty(); }
  [[nodiscard]] std::size_t size() const { return waits_.size(); }
  [[nodiscard]] bool any_ended() const { return ended_.load(std::memory_order_seq_cst) != nullptr; }

  // Appends the waits that have ended since it was asked last: their tickets, the one that ended first in front.
  // Forgets them, but for those that were in line. Allocates nothing if `tickets` has room for all waits.
  void take_ended(std::vector<WaitTicket>& tickets);

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [ticket, wait] : waits_) visit(*wait);
  }

 private:
  friend class Waits;
  std::unordered_map<WaitTicket, std::unique_ptr<Wait>> waits_;
  atomic<Wait*> ended_{nullptr};  // a stack
};

// What a change is told by: a record, or a key that was absent.
using Topic = std::uint64_t;
inline Topic topic_of(RecordIndex record) { return record; }
inline Topic topic_of(CollectionId collection, std::uint64_t key_hash) {
  constexpr Topic kAbsence = Topic{1} << 63;
  return (key_hash + (std::uint64_t{collection} << 32)) |
         kAbsence;  // two keys may share one: a wait ends too early then
}

class Wait {
 public:
  Wait(Waiter& waiter, WaitTicket ticket, std::size_t topics) : waiter_(waiter), ticket_(ticket) {
    notes_.reserve(topics);
  }

  // Before it is registered, as often as was foreseen.
  void note(Topic topic) { notes_.push_back({topic, this, nullptr, nullptr}); }

  // What a wait in line has come to, once it has ended: kOk with an item, or why there is none.
  struct Outcome {
    Status status = Status::kEmpty;  // still in line, or never was
    Version* item = nullptr;         // owned
    std::uint64_t number = 0;        // of the handing over, in the process
  };
  CollectionId queue = 0;  // in whose line it stands, or stood
  Outcome outcome;         // guarded by the sequencer until it has ended
  bool is_known = false;   // its thread knows that it has ended

 private:
  friend class Waits;
  friend class Waiter;
  friend class Line;

  // Of one topic, in the list of a bucket.
  struct Note {
    Topic topic;
    Wait* wait;
    Note* next;
    Note** at;  // what points here
  };

  Waiter& waiter_;
  const WaitTicket ticket_;
  std::vector<Note> notes_;
  Wait* next_ended_ = nullptr;

  // Guarded by the sequencer.
  bool registered_ = false;
  Line* line_ = nullptr;  // in which it stands, between whom
  Wait* before_ = nullptr;
  Wait* behind_ = nullptr;
};

// Who waits for items of one queue, in the order in which they came. All inside the section.
class Line {
 public:
  [[nodiscard]] std::size_t length() const { return length_; }

 private:
  friend class Waits;
  void join(Wait& wait);
  void leave(Wait& wait);

  Wait* first_ = nullptr;
  Wait* last_ = nullptr;
  std::size_t length_ = 0;
};

class Waits {
 public:
  explicit Waits(Bells& bells) : bells_(bells) {}

  // All inside the section.
  void add(Wait& wait);
  // At the end of the line of an empty queue (W5).
  void add(Wait& wait, Line& line) { line.join(wait); }
  // False if it has ended.
  bool withdraw(Wait& wait) {
    const bool registered = wait.registered_;
    if (registered) remove(wait);
    return registered;
  }
  // Hands an item over to the first in line, who must be there.
  void serve(Line& line, Version* item) { end(line, {Status::kOk, item, ++handed_over_}); }
  // There will be none.
  void dismiss(Line& line, Status why) {
    while (line.length() > 0) end(line, {why, nullptr, 0});
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  // That wait for changes.
  [[nodiscard]] std::size_t count() const { return count_; }
  // Ends all waits for this. O(1) if there are none.
  void changed(Topic topic) {
    if (count_ != 0) end_all(topic);
  }

 private:
  static constexpr std::size_t kBuckets = kExplored ? 2 : 4096;

  Wait::Note*& bucket_of(Topic topic) {
    constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;
    return buckets_[(topic * kMix >> 32) % kBuckets];
  }
  void end_all(Topic topic);
  void end(Line& line, Wait::Outcome outcome);
  void end(Wait& wait);
  void remove(Wait& wait);

  Bells& bells_;

  // Guarded by the sequencer.
  std::array<Wait::Note*, kBuckets> buckets_{};
  std::size_t count_ = 0;  // of those that wait for changes
  std::uint64_t handed_over_ = 0;
};

}  // namespace heddle
