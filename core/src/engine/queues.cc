// The engine's queues: taking from them outside of transactions, and standing in line.
#include <algorithm>

#include "engine/handed_over.h"

namespace heddle {

Status Engine::take(Thread& thread, CollectionId id, Takings& takings, std::optional<WaitTicket> ticket) {
  Write write{.kind = Write::Kind::kTake, .collection = id, .key = {}, .value = {}};
  CommitRequest request;
  request.writes = {&write, 1};
  request.takings = &takings;
  takings.items.reserve(takings.most);
  for (;;) {
    takings.items.clear();
    Status status = commit(thread, request);
    if (status != Status::kEmpty || !ticket) return status;
    status = stand_in_line(thread, id, *ticket);
    if (status != Status::kOk) return status;
  }
}

// kEmpty: it does. kOk: there is something to take.
Status Engine::stand_in_line(Thread& thread, CollectionId id, WaitTicket ticket) {
  const EpochPin pin(store_.epochs, thread.epoch);
  Waiter& waiter = thread.waiter;
  if (waiter.find(ticket) != nullptr) return Status::kBadRequest;
  Wait& wait = waiter.add(ticket, 0);
  wait.queue = id;
  Status status = Status::kEmpty;
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    const Collection* collection = store_.collections[id];
    if (collection == nullptr || collection->destroyed.load(std::memory_order_relaxed)) {
      status = Status::kDestroyed;
    } else if (collection->size > 0) {
      status = Status::kOk;
    } else if (collection->queue->closed) {
      status = Status::kClosed;
    } else {
      store_.waits.add(wait, collection->queue->line);
    }
  }
  if (status != Status::kEmpty) waiter.forget(ticket);
  return status;
}

Status Engine::receive(Thread& thread, WaitTicket ticket, Takings& takings) {
  Wait* wait = thread.waiter.find(ticket);
  if (wait == nullptr || !wait->is_known) return Status::kBadRequest;
  const Wait::Outcome outcome = wait->outcome;
  if (outcome.item != nullptr) {
    takings.needed = item_room(*outcome.item);
    if (takings.needed > takings.room) return Status::kTooLarge;
    {
      const EpochPin pin(store_.epochs, thread.epoch);
      takings.visit(*outcome.item);
    }
    unlink_and_destroy(store_.lifetimes, thread.epoch.stock, outcome.item);
  }
  thread.waiter.forget(ticket);
  if (store_.lifetimes.has_garbage()) bury_garbage(thread);
  return outcome.status;
}

PeekResult Engine::peek(Thread& thread, const PeekRequest& request) {
  const EpochPin pin(store_.epochs, thread.epoch);
  PeekResult result = Reader(store_).peek(request);
  if (result.status == Status::kGap && has_ended(request.collection)) result.status = Status::kDestroyed;
  Thread::count(thread.loads);
  if (has_expired(thread, request.slot) && result.status != Status::kDestroyed) result.status = Status::kExpired;
  if (result.linked && result.status == Status::kOk) {
    hold_links(thread, result.blob ? result.blob->bytes() : Bytes(request.out.first(result.length)));
  }
  return result;
}

// W6. Those of one queue return in one commit: nobody may come between them.
void Engine::put_back(Thread& thread, std::vector<HandedOver>& items) {
  std::ranges::sort(items, {}, [](const HandedOver& each) { return std::pair(each.queue, each.number); });
  for (auto first = items.begin(); first != items.end();) {
    const CollectionId queue = first->queue;
    const auto last = std::find_if(first, items.end(), [&](const HandedOver& each) { return each.queue != queue; });
    std::vector<Write> writes;
    for (auto each = first; each != last; ++each) {
      writes.push_back({.kind = Write::Kind::kReturn, .collection = queue, .key = {}, .value = {}, .item = each->item});
    }
    CommitRequest request;
    request.writes = writes;
    // What else refuses it than the end of the queue is want of memory.
    if (commit(thread, request) != Status::kOk) {
      for (; first != last; ++first) unlink_and_destroy(store_.lifetimes, thread.epoch.stock, first->item);
    }
    first = last;
  }
}

}  // namespace heddle
