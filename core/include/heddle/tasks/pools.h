// The pools of the process, by the collections that stand for them: those carry the names and lifetimes.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "heddle/tasks/pool.h"

namespace heddle {

class Pools {
 public:
  explicit Pools(Store& store) : store_(store) {}

  // The collection stands for a pool from now on, whose workers this thread starts: `ticket` is called when it should
  // look. Null if the collection has ended, or stands for one already.
  std::shared_ptr<Pool> found(Thread& thread, CollectionId id, const Pool::Settings& settings, WaitTicket ticket);
  // Null if there is none.
  [[nodiscard]] std::shared_ptr<Pool> find(CollectionId id);
  // The collection has been destroyed.
  void end(Thread& thread, CollectionId id);
  // The thread is about to end: its tasks are cancelled, its deque goes to others, its own pools end.
  void leave(Thread& thread);

 private:
  Store& store_;

  static constexpr ThreadId kNoHost = 0;
  [[nodiscard]] std::shared_ptr<Pool> next_of(ThreadId host);

  struct Known {
    std::shared_ptr<Pool> pool;
    ThreadId host;
  };
  // Guarded by lock_.
  mutex lock_;
  std::unordered_map<CollectionId, Known> pools_;
};

}  // namespace heddle
