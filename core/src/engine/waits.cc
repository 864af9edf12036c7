// The engine's waits: see heddle/collections/waits.h.
#include <utility>

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
    status = check_reads(store_.records, reads, failed);
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
  std::vector<HandedOver> items;
  items.reserve(1);
  const Wait::Outcome outcome = std::exchange(wait->outcome, {});
  if (outcome.item != nullptr) items.push_back({wait->queue, outcome.item, outcome.number});
  if (!ended || wait->is_known) thread.waiter.forget(ticket);
  put_back(thread, items);
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
  std::vector<WaitTicket> tickets = thread.waiter.take_ended();
  thread.watcher.take_rung(tickets);
  thread.desk->take_called(tickets);
  return tickets;
}

// The thread is about to go.
void Engine::give_up_waits(Thread& thread) {
  store_.bells.give_back(thread.waiter.bell);
  if (thread.waiter.empty()) return;
  std::vector<HandedOver> items;
  {
    const Sequencer::Section section(store_.sequencer, thread.id);
    thread.waiter.for_each([this](Wait& wait) { store_.waits.withdraw(wait); });
  }
  thread.waiter.for_each([&](Wait& wait) {
    const Wait::Outcome outcome = std::exchange(wait.outcome, {});
    if (outcome.item != nullptr) items.push_back({wait.queue, outcome.item, outcome.number});
  });
  put_back(thread, items);
}

}  // namespace heddle
