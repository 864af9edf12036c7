// The engine's waits: see heddle/collections/waits.h.
#include <new>

#include "engine/handed_over.h"
#include "txn/steps.h"

namespace heddle {

Status Engine::wait(Thread& thread, std::span<const ReadEntry> reads, std::span<const Predicate> predicates,
                    WaitTicket ticket) {
  const EpochPin pin(store_.epochs, thread.epoch);
  Waiter& waiter = thread.waiter;
  if (waiter.find(ticket) != nullptr) return Status::kBadRequest;
  Wait& wait = waiter.add(ticket, reads.size() + predicates.size());
  Status status = Status::kOk;
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    std::size_t failed = 0;
    if (seems_changed(BadLuck::kWait, reads.size() + predicates.size(), failed)) status = Status::kConflict;
    if (status == Status::kOk) status = check_reads(store_.records, reads, failed);
    if (status == Status::kOk) status = check_predicates(store_, predicates, failed);
    if (status == Status::kOk) {
      for (const ReadEntry& read : reads) wait.note(topic_of(read.record));
      for (const Predicate& predicate : predicates) {
        const bool members = predicate.kind != Predicate::Kind::kAbsent;
        const CollectionId id = predicate.collection;
        wait.note(members ? topic_of(store_.collections[id]->members.load(std::memory_order_relaxed))
                          : topic_of(id, store_.hash(predicate.key)));
      }
      store_.waits.add(wait);
    }
  }
  if (status != Status::kOk) waiter.forget(ticket);
  return status;
}

void Engine::give_up_wait(Thread& thread, WaitTicket ticket) {
  Wait* wait = thread.waiter.find(ticket);
  if (wait == nullptr) return;
  bool ended = false;
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    ended = !store_.waits.withdraw(*wait);
  }
  if (Version* item = wait->outcome.item) {
    Write write = return_of(wait->queue, item);
    const Status status = put_back(thread, {&write, 1});
    if (status == Status::kOutOfMemory) throw std::bad_alloc();  // it has it still
    if (status != Status::kOk) unlink_and_destroy(store_.lifetimes, thread.epoch.stock, item);
  }
  wait->outcome = {};
  if (!ended || wait->is_known) thread.waiter.forget(ticket);
}

std::size_t Engine::waiting(Thread& thread, CollectionId id) {
  const EpochPin pin(store_.epochs, thread.epoch);
  const Sequencer::Section section(store_.sequencer, thread.id);
  if (id == 0) return store_.waits.count();
  const Collection* collection = store_.collections[id];
  return collection == nullptr || !collection->queue ? 0 : collection->queue->line.length();
}

// D2.
std::vector<WaitTicket> Engine::ended_waits(Thread& thread, bool heard) {
  if (heard) thread.waiter.bell.heard();
  Waiter& waiter = thread.waiter;
  Watcher& watcher = thread.watcher;
  const bool waits = waiter.any_ended();
  const bool watches = watcher.any_rung();
  std::vector<WaitTicket> tickets;
  // What it takes to tell them, before any is taken off.
  if (waits || watches) tickets.reserve(waiter.size() + watcher.size());
  thread.desk->take_called(tickets);
  if (waits) waiter.take_ended(tickets);
  if (watches) watcher.take_rung(tickets);
  return tickets;
}

// The thread is about to go.
void Engine::give_up_waits(Thread& thread) {
  store_.bells.give_back(thread.waiter.bell);
  if (thread.waiter.empty()) return;
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    thread.waiter.for_each([this](Wait& wait) { store_.waits.withdraw(wait); });
  }
  try {
    put_back_together(thread);
  } catch (const std::bad_alloc&) {
    put_back_singly(thread);
  }
}

}  // namespace heddle
