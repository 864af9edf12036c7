// Who waits for a change of something that it has read.
//
// A transaction that cannot go on registers all that its run has read. The first commit that changes any of it ends the
// wait and, when it has left the section, rings the thread's bell.
//
// Invariants
//  W1. A wait is registered in the section in which its reads were found to hold, and every section that turns a stamp
//      odd or adds a key says so to `changed`. So no change falls between the look and the wait.
//  W2. A wait ends once: by a change, or because its thread withdraws it, in a section of its own.
//  W3. A wait that a change has ended goes to its thread inside the section: a thread that is not known any more has
//  none. W4. The section allocates nothing for waits and rings no bell.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "heddle/sync/bell.h"
#include "heddle/types.h"

namespace heddle {

using WaitTicket = std::uint32_t;  // names a wait of its thread

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

  // Forgets the waits that changes have ended; their tickets, the one that ended first in front.
  std::vector<WaitTicket> take_ended();

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

 private:
  friend class Waits;
  friend class Waiter;

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
  bool registered_ = false;  // guarded by the sequencer
  Wait* next_ended_ = nullptr;
};

class Waits {
 public:
  explicit Waits(Bells& bells) : bells_(bells) {}

  // All inside the section.
  void add(Wait& wait);
  // False if it has ended.
  bool withdraw(Wait& wait) {
    const bool registered = wait.registered_;
    if (registered) remove(wait);
    return registered;
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
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
  void remove(Wait& wait);

  Bells& bells_;

  // Guarded by the sequencer.
  std::array<Wait::Note*, kBuckets> buckets_{};
  std::size_t count_ = 0;
};

}  // namespace heddle
