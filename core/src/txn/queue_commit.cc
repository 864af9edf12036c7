#include "queue_commit.h"

#include <algorithm>
#include <utility>

#include "heddle/sync/clock.h"
#include "steps.h"

namespace heddle {

QueueCommit::~QueueCommit() {
  Stock& stock = thread_.epoch.stock;
  if (item_ != nullptr) Version::destroy(stock, item_);
  if (members_ != nullptr) Version::destroy(stock, members_);
}

std::optional<Status> QueueCommit::run() {
  if (!prepare()) return std::nullopt;
  const Sequencer::Section section(store_.sequencer, thread_.id);
  if (collection_->destroyed.load(std::memory_order_relaxed)) return std::nullopt;
  era_ = collection_->era.load(std::memory_order_relaxed);
  deque_ = era_->deque.get();
  return write_.kind == Write::Kind::kAppend ? enqueue() : take();
}

bool QueueCommit::prepare() {
  collection_ = store_.collections[write_.collection];
  const bool takes = write_.kind == Write::Kind::kTake && request_.takings != nullptr;
  if (collection_ == nullptr || !collection_->queue || (!takes && write_.kind != Write::Kind::kAppend)) return false;
  Stock& stock = thread_.epoch.stock;
  if (!takes) {
    // The sum of the sizes is looked at where there is a limit.
    if (write_.linked || write_.is_large() || collection_->limits.max_memory != Limits::kNone) return false;
    item_ = Version::make(stock, write_.value);
    if (item_ == nullptr) return false;
  }
  members_ = Collection::make_members(stock, Structure::kQueue);
  if (members_ == nullptr) return false;
  budget_ = Janitor::kPerWrite + Janitor::kForBacklog + (takes ? request_.takings->most * Janitor::kPerItem : 0);
  Epochs::reserve(thread_.epoch, budget_);
  return true;
}

// R3.
bool QueueCommit::may_change_members() const {
  const RecordIndex index = collection_->members.load(std::memory_order_relaxed);
  return store_.records.stamp(index).load(std::memory_order_relaxed) < RecordTable::kLastStamp;
}

std::optional<Status> QueueCommit::enqueue() {
  Queue& queue = *collection_->queue;
  const Limits& limits = collection_->limits;
  const std::int64_t bytes = Deque::kSlotBytes + static_cast<std::int64_t>(item_->footprint());
  const auto fits = [&](std::uint64_t limit) { return collection_->size < limit; };
  if (queue.closed) return std::nullopt;
  if (queue.line.length() > 0) {  // W5
    const Seq commit = store_.sequencer.next();
    store_.waits.serve(queue.line, std::exchange(item_, nullptr));
    finish(commit, 0, 0, false, {.added = 1, .removed = 1});
    return Status::kOk;
  }
  if (!fits(limits.capacity) || !fits(limits.max_entries) || !may_change_members() || !store_.budget.allows(bytes) ||
      !deque_->fits(1, 0, nullptr)) {
    return std::nullopt;
  }
  const Seq commit = store_.sequencer.next();
  turn_members_odd();
  item_->begin = commit;
  deque_->append(store_.epochs, thread_.epoch, std::exchange(item_, nullptr), nullptr);
  store_.budget.add(bytes);
  finish(commit, 1, bytes, true, {.added = 1});
  return Status::kOk;
}

std::optional<Status> QueueCommit::take() {
  if (const std::optional<Status> refused = choose()) return refused;
  if (!may_change_members()) return std::nullopt;
  Takings& takings = *request_.takings;
  const Seq commit = store_.sequencer.next();
  std::int64_t bytes = 0;
  turn_members_odd();
  for (std::uint64_t i = 0; i < write_.count; ++i) {
    const Version* item = deque_->take(commit);
    takings.items.push_back(item);
    bytes += item_cost(*item);
  }
  collection_->changes += write_.count;
  finish(commit, -static_cast<std::int64_t>(write_.count), -bytes, true, {.removed = write_.count});
  return Status::kOk;
}

// How many items; or why none.
std::optional<Status> QueueCommit::choose() {
  Takings& takings = *request_.takings;
  if (deque_->size() == 0) return collection_->queue->closed ? Status::kClosed : Status::kEmpty;
  const std::size_t most = std::min(takings.most, deque_->size());
  ItemNeeds needs;
  for (write_.count = 0; write_.count < most; ++write_.count) {
    needs.add(*deque_->at(deque_->front() + write_.count));
    if (!takings.fit(needs)) break;
  }
  if (write_.count > 0) return std::nullopt;
  return takings.refuse(needs);
}

// T2.
void QueueCommit::turn_members_odd() {
  turn_odd(store_.records.stamp(collection_->members.load(std::memory_order_relaxed)));
}

void QueueCommit::finish(Seq commit, std::int64_t size_delta, std::int64_t memory_delta, bool members_change,
                         QueueTotals told) {
  Collection& collection = *collection_;
  const RecordIndex index = collection.members.load(std::memory_order_relaxed);
  Record& record = store_.records[index];
  collection.size += static_cast<std::uint64_t>(size_delta);
  collection.commits.store(collection.commits.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  collection.memory.store(collection.memory.load(std::memory_order_relaxed) + memory_delta, std::memory_order_relaxed);
  if (members_change) {
    Version* members = std::exchange(members_, nullptr);
    store_.budget.add(static_cast<std::int64_t>(members->footprint()));
    install_members(collection, record, *members, commit);
  }
  if (Watched* watched = collection.who_watches()) {
    told.size = collection.size;
    store_.watches.tell_others(*watched, commit, wall_ms(), &told);
  }
  store_.sequencer.publish(commit);
  request_.commit = commit;
  if (members_change) {
    turn_even(store_.records.stamp(index));
    store_.waits.changed(topic_of(index));
  }
  store_.janitor.begin(budget_);
  if (members_change) store_.janitor.prune(thread_.epoch, record, index);
  const Deque::Position front = deque_->front();
  for (std::uint64_t i = write_.count; i > 0; --i) store_.janitor.take_away(thread_.epoch, *era_, front - i);
  store_.janitor.tend(thread_.epoch, kAlwaysTended);
}

}  // namespace heddle
