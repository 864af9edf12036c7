// Commit: what it does to queues.
#include <algorithm>
#include <utility>

#include "plan.h"
#include "steps.h"

namespace heddle {

Status Commit::prepare_queue_write(Write& write, Plan& plan, Touched& touched) {
  using Kind = Write::Kind;
  if (!touched.collection->queue) return Status::kBadRequest;
  touched.members_may_change = true;
  switch (write.kind) {
    case Kind::kAppend:
    case Kind::kReturn:
      ++(write.kind == Kind::kAppend ? touched.may_append : touched.may_return);
      plan.lent = write.item != nullptr;
      if (plan.lent) plan.version = write.item;
      if (plan.version == nullptr) plan.version = store_.make_version(thread_.epoch.stock, write);
      return plan.version == nullptr ? Status::kOutOfMemory : Status::kOk;
    case Kind::kTake:
      if (request_.takings == nullptr && write.count > touched.era->deque->size()) return Status::kConflict;
      taken_ += request_.takings == nullptr ? write.count : request_.takings->most;
      return Status::kOk;
    case Kind::kClose:
      return Status::kOk;
    default:
      return Status::kBadRequest;
  }
}

Status Commit::resolve_queue_write(Write& write, Plan& plan, Touched& touched) {
  const Queue& queue = *touched.collection->queue;
  if (write.kind == Write::Kind::kTake) return resolve_take(write, plan, touched);
  if (write.kind == Write::Kind::kClose) {
    touched.closes = true;
    if (queue.closed) return Status::kOk;
    plan.effect = Plan::Effect::kQueue;
    touched.members_change = touched.changes = true;
    return Status::kOk;
  }
  const bool enqueues = write.kind == Write::Kind::kAppend;
  if (enqueues && (queue.closed || touched.closes)) return Status::kClosed;
  touched.changes = true;
  ++touched.added;
  if (touched.in_line > 0) {  // W5
    --touched.in_line;
    ++touched.taken;
    plan.effect = Plan::Effect::kHandOver;
    return Status::kOk;
  }
  plan.effect = Plan::Effect::kQueue;
  touched.members_change = true;
  ++(enqueues ? touched.appends : touched.returns);
  ++touched.size_delta;
  touched.memory_delta += item_cost(*plan.version);
  linked_ += Deque::kSlotBytes + static_cast<std::int64_t>(plan.version->footprint());
  if (enqueues) outside_ += static_cast<std::int64_t>(plan.version->outside_size());
  sets_ = sets_ || enqueues;
  return Status::kOk;
}

// Before anything else that the commit does to the queue, but for a clear.
Status Commit::resolve_take(Write& write, Plan& plan, Touched& touched) {
  if (std::exchange(touched.takes, true)) return Status::kBadRequest;
  const Deque& deque = *touched.era->deque;
  Takings* takings = request_.takings;
  if (takings == nullptr && write.count > deque.size()) return Status::kConflict;
  if (takings != nullptr) {
    if (deque.size() == 0) return touched.collection->queue->closed ? Status::kClosed : Status::kEmpty;
    write.count = 0;
  }
  const std::size_t most = takings == nullptr ? write.count : std::min(takings->most, deque.size());
  ItemNeeds needs;
  plan.first = deque.front();
  for (std::size_t i = 0; i < most; ++i) {
    const Version& item = *deque.at(plan.first + i);
    if (takings != nullptr) {
      needs.add(item);
      if (!takings->fit(needs)) break;
      ++write.count;
    }
    touched.memory_delta -= item_cost(item);
    replaced_ += Deque::kSlotBytes + static_cast<std::int64_t>(item.footprint());
  }
  if (write.count == 0) {
    return takings != nullptr ? takings->refuse(needs) : Status::kOk;
  }
  plan.effect = Plan::Effect::kQueue;
  touched.members_change = touched.changes = true;
  touched.taken += write.count;
  touched.size_delta -= static_cast<std::int64_t>(write.count);
  return Status::kOk;
}

void Commit::install_queue_write(const Write& write, Plan& plan, Seq commit) {
  Touched& touched = buffers_.touched[plan.touched];
  Queue& queue = *touched.collection->queue;
  Deque& deque = *touched.era->deque;
  if (write.kind == Write::Kind::kTake) {
    for (std::uint64_t i = 0; i < write.count; ++i) {
      const Version* item = deque.take(commit);
      if (request_.takings != nullptr) request_.takings->items.push_back(item);
    }
    touched.collection->changes += write.count;
    return;
  }
  if (write.kind == Write::Kind::kClose) {
    queue.closed = true;
    store_.waits.dismiss(queue.line, Status::kClosed);
    return;
  }
  Version* item = std::exchange(plan.version, nullptr);
  if (plan.effect == Plan::Effect::kHandOver) return store_.waits.serve(queue.line, item);
  item->begin = commit;
  item->end.store(kForever, std::memory_order_relaxed);
  Deque::Spare* spare = touched.spares->deque.get();
  if (write.kind == Write::Kind::kAppend) {
    deque.append(store_.epochs, thread_.epoch, item, spare);
  } else {
    deque.put_before(store_.epochs, thread_.epoch, item, touched.returns - touched.returned++, spare);
  }
}

void Commit::tidy_taken(const Write& write, const Plan& plan) {
  Era& era = *buffers_.touched[plan.touched].era;
  for (std::uint64_t i = 0; i < write.count; ++i) store_.janitor.take_away(thread_.epoch, era, plan.first + i);
}

}  // namespace heddle
