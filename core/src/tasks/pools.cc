#include "heddle/tasks/pools.h"

#include <algorithm>

#include "heddle/thread.h"

namespace heddle {

std::shared_ptr<Pool> Pools::found(Thread& thread, CollectionId id, const Pool::Settings& settings, WaitTicket ticket) {
  auto pool = std::make_shared<Pool>(store_, id, settings, thread.desk, ticket);
  {
    const std::lock_guard guard(lock_);
    if (!pools_.try_emplace(id, Known{pool, thread.id}).second) return nullptr;
  }
  {
    const EpochPin pin(store_.epochs, thread.epoch);
    const Collection* collection = store_.collections[id];
    if (collection != nullptr && !collection->destroyed.load(std::memory_order_acquire)) return pool;
  }
  end(thread, id);  // who destroyed it may have looked for its pool before there was one
  return nullptr;
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

// A pool of this host, which it is no more; null if there is none.
std::shared_ptr<Pool> Pools::next_of(ThreadId host) {
  const std::lock_guard guard(lock_);
  const auto at = std::ranges::find_if(pools_, [host](const auto& each) { return each.second.host == host; });
  if (at == pools_.end()) return nullptr;
  at->second.host = kNoHost;
  return at->second.pool;
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
  while (const std::shared_ptr<Pool> own = next_of(thread.id)) own->forsake(thread);
  desk.pool = nullptr;
  desk.worker = nullptr;
}

}  // namespace heddle
