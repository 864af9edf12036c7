// The engine's queues: taking from them outside of transactions, and standing in line.
#include <algorithm>
#include <new>
#include <utility>

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
    takings.links = thread.spare_holds.size();
    Status status = commit(thread, request);
    if (status == Status::kTooLarge && takings.needed <= takings.room) {  // the first item refers to more
      make_room_to_hold(thread, std::max(takings.needed_links, takings.most));
      continue;
    }
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

Status Engine::put_back(Thread& thread, std::span<Write> items) {
  CommitRequest request;
  request.writes = items;
  return commit(thread, request);
}

// W6. Those of one queue return in one commit: nobody may come between them. May throw std::bad_alloc; the waits have
// what is left then.
void Engine::put_back_together(Thread& thread) {
  std::vector<HandedOver> items;
  thread.waiter.for_each([&](const Wait& wait) {
    if (wait.outcome.item != nullptr) items.push_back({wait.queue, wait.outcome.item, wait.outcome.number});
  });
  std::ranges::sort(items, {}, [](const HandedOver& each) { return std::pair(each.queue, each.number); });
  for (auto first = items.begin(); first != items.end();) {
    const CollectionId queue = first->queue;
    const auto last = std::find_if(first, items.end(), [&](const HandedOver& each) { return each.queue != queue; });
    std::vector<Write> writes;
    for (auto each = first; each != last; ++each) writes.push_back(return_of(queue, each->item));
    const Status status = put_back(thread, writes);
    if (status == Status::kOutOfMemory) throw std::bad_alloc();
    for (; first != last; ++first) {
      if (status != Status::kOk) unlink_and_destroy(store_.lifetimes, thread.epoch.stock, first->item);
    }
    thread.waiter.for_each([&](Wait& wait) {
      if (wait.queue == queue) wait.outcome.item = nullptr;
    });
  }
}

// Without memory to do so together: the last one first, as they come to the front. One that cannot return is lost.
void Engine::put_back_singly(Thread& thread) {
  for (;;) {
    Wait* last = nullptr;
    thread.waiter.for_each([&](Wait& wait) {
      const bool later = last == nullptr || wait.outcome.number > last->outcome.number;
      if (wait.outcome.item != nullptr && later) last = &wait;
    });
    if (last == nullptr) return;
    Version* item = std::exchange(last->outcome.item, nullptr);
    Write write = return_of(last->queue, item);
    if (put_back(thread, {&write, 1}) != Status::kOk) {
      unlink_and_destroy(store_.lifetimes, thread.epoch.stock, item);
    }
  }
}

}  // namespace heddle
