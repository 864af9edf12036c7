// Tasks that run though the threads have gone that submitted them.
#include <algorithm>
#include <new>

#include "heddle/tasks/pool.h"
#include "heddle/thread.h"
#include "tasks/now.h"

namespace heddle {

void Pool::orphan(const Task& task) {
  PoolWorker* runner = task.runner.load(std::memory_order_seq_cst);
  if (runner == nullptr) return;
  const std::lock_guard guard(lock_);
  {
    const std::lock_guard running(runner->deque.lock);
    if (task.lane >= runner->lanes.size() || runner->lanes[task.lane] != &task) return;
    try {
      orphans_.push_back({runner, task.lane, task.started, now_ns()});
    } catch (const std::bad_alloc&) {
      return;  // it may go on for as long as it likes
    }
  }
  call_host();
}

double Pool::condemn_orphans(Thread& thread, double grace) {
  std::vector<Task*> due;
  double next = -1;
  {
    const std::lock_guard guard(lock_);
    const std::int64_t now = now_ns();
    due.reserve(orphans_.size());
    std::erase_if(orphans_, [&](const Orphan& orphan) {
      const std::lock_guard running(orphan.runner->deque.lock);
      Task* task = orphan.task();
      if (task == nullptr) return true;
      const double left = grace - static_cast<double>(now - orphan.since);
      if (left > 0) {
        next = next < 0 ? left : std::min(next, left);
        return false;
      }
      task->hold();
      due.push_back(task);
      return true;
    });
  }
  for (Task* task : due) {
    condemn(thread, *task);
    let_go(thread.epoch.stock, *task);
  }
  return next;
}

}  // namespace heddle
