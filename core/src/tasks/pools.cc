#include "heddle/tasks/pools.h"

#include <vector>

#include "heddle/thread.h"

namespace heddle {

std::shared_ptr<Pool> Pools::found(Thread& thread, CollectionId id, const Pool::Settings& settings, WaitTicket ticket) {
  auto pool = std::make_shared<Pool>(store_, id, settings, thread.desk, ticket);
  const std::lock_guard guard(lock_);
  pools_.insert_or_assign(id, Known{pool, thread.id});
  return pool;
}

std::shared_ptr<Pool> Pools::find(CollectionId id) {
  const std::lock_guard guard(lock_);
  const auto at = pools_.find(id);
  return at == pools_.end() ? nullptr : at->second.pool;
}

void Pools::end(Thread& thread, CollectionId id) {
  std::shared_ptr<Pool> pool;
  {
    const std::lock_guard guard(lock_);
    const auto at = pools_.find(id);
    if (at == pools_.end()) return;
    pool = std::move(at->second.pool);
    pools_.erase(at);
  }
  pool->terminate(thread.epoch.stock);
}

void Pools::leave(Thread& thread) {
  Desk& desk = *thread.desk;
  Stock& stock = thread.epoch.stock;
  if (desk.worker != nullptr) desk.pool->lose(stock, *desk.worker);
  desk.close([&](Task& task) {
    const std::shared_ptr<Pool> pool = task.pool;
    pool->cancel(thread, task, nullptr);
    pool->orphan(task);
    pool->let_go(stock, task);
  });
  std::vector<std::shared_ptr<Pool>> own;
  {
    const std::lock_guard guard(lock_);
    for (const auto& [id, known] : pools_)
      if (known.host == thread.id) own.push_back(known.pool);
  }
  for (const auto& pool : own) pool->forsake(thread);
  desk.pool = nullptr;
  desk.worker = nullptr;
}

}  // namespace heddle
