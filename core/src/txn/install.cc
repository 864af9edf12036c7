// Commit, the point of no return: nothing below can fail (T1, T3).
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "heddle/sync/clock.h"
#include "plan.h"
#include "steps.h"

namespace heddle {

void Commit::install() {
  const Seq commit = store_.sequencer.next();
  const RecordTable& records = store_.records;
  thread_.slots.resize(next_slot_);
  if (std::ranges::any_of(buffers_.touched, &Touched::watched)) time_ = wall_ms();
  for (const Plan& plan : plans_) {
    if (!plan.changes_record()) continue;
    turn_odd(*plan.stamp);
    if (plan.moved_from != kNoRecord) turn_odd(records.stamp(plan.moved_from));
  }
  for (Touched& touched : buffers_.touched) {
    if (touched.members_change) turn_odd(records.stamp(touched.collection->members.load(std::memory_order_relaxed)));
    if (touched.clear) turn_odd(records.stamp(touched.collection->stamp));
  }

  for (Touched& touched : buffers_.touched) {
    if (touched.collection->is_list)
      touched.before = touched.collection->era.load(std::memory_order_relaxed)->list->root();
    if (touched.clear) install_era(touched, commit);
    if (touched.spares && touched.spares->index) {
      touched.era->index.grow_for(store_.epochs, thread_.epoch, touched.inserts, *touched.spares->index);
    }
  }
  for (std::size_t i = 0; i < request_.writes.size(); ++i) install_write(request_.writes[i], plans_[i], commit);
  install_lists(commit);
  for (Touched& touched : buffers_.touched) install_collection(touched, commit);

  store_.budget.add(linked_);
  store_.sequencer.publish(commit);
  request_.commit = commit;

  for (std::size_t i = 0; i < request_.writes.size(); ++i) {
    Write& write = request_.writes[i];
    const Plan& plan = plans_[i];
    write.stamp = !plan.changes_record() ? kStaleStamp : turn_even(*plan.stamp);
  }
  for (Touched& touched : buffers_.touched) {
    if (touched.members_change) turn_even(records.stamp(touched.collection->members.load(std::memory_order_relaxed)));
    if (touched.clear) turn_even(records.stamp(touched.collection->stamp));
  }
  if (!store_.waits.empty()) end_waits();
}

// W1.
void Commit::end_waits() {
  Waits& waits = store_.waits;
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const Plan& plan = plans_[i];
    if (!plan.changes_record()) continue;
    waits.changed(topic_of(plan.target));
    if (plan.moved_from != kNoRecord) waits.changed(topic_of(plan.moved_from));
    // Who has found no record may wait while there is one without a value.
    if (plan.effect == Plan::Effect::kInsert || plan.effect == Plan::Effect::kRevive)
      waits.changed(topic_of(request_.writes[i].collection, plan.record->hash));
  }
  for (const Touched& touched : buffers_.touched) {
    const Collection& collection = *touched.collection;
    if (touched.members_change) waits.changed(topic_of(collection.members.load(std::memory_order_relaxed)));
    if (touched.clear) waits.changed(topic_of(collection.stamp));
  }
}

void Commit::install_era(Touched& touched, Seq commit) {
  Collection& collection = *touched.collection;
  Era* era = touched.spares->fresh.release();  // touched.era
  touched.replaced = collection.era.load(std::memory_order_relaxed);
  era->begin = commit;
  era->prev.store(touched.replaced, std::memory_order_relaxed);
  touched.replaced->newer = era;
  touched.replaced->end.store(commit, std::memory_order_relaxed);
  collection.era.store(era, std::memory_order_release);
  if (touched.watched != nullptr) tell_clear(touched, commit);
}

void Commit::install_write(Write& write, Plan& plan, Seq commit) {
  if (!plan.changes_record()) {
    write.record = kNoRecord;
    if (plan.effect == Plan::Effect::kList) write.incarnation = plan.length;
    if (buffers_.touched[plan.touched].collection->queue && plan.effect != Plan::Effect::kNothing) {
      install_queue_write(write, plan, commit);
    }
    return;
  }
  Touched& touched = buffers_.touched[plan.touched];
  Era& era = *touched.era;
  if (plan.moved_from != kNoRecord) move_record(plan, era);

  Record& record = *plan.record;
  Version* head = plan.effect == Plan::Effect::kInsert ? nullptr : record.head.load(std::memory_order_relaxed);
  Version* version = std::exchange(plan.version, nullptr);
  version->begin = commit;
  version->prev.store(head, std::memory_order_relaxed);
  if (plan.effect == Plan::Effect::kUpdate && !write.move) {
    version->order = head->order;
  } else if (plan.effect != Plan::Effect::kRemove) {
    version->order = era.log.append(store_.epochs, thread_.epoch, plan.target, touched.spares->log.get());
  }
  if (head == nullptr) {
    record.hash = plan.hash;
    record.born = commit;
    record.key.store(std::exchange(plan.key, nullptr), std::memory_order_relaxed);
    record.era.store(&era, std::memory_order_relaxed);
    store_.janitor.adopt(plan.target, &era);
  } else {
    head->end.store(commit, std::memory_order_relaxed);  // V2: before the head store below
  }
  record.head.store(version, std::memory_order_release);
  if (touched.watched != nullptr) {
    Version* before = head == nullptr || head->is_tombstone() ? nullptr : head;
    store_.watches.tell(*touched.watched, plan.hearers, record, before,
                        plan.effect == Plan::Effect::kRemove ? nullptr : version, author(commit), thread_.changes);
  }
  if (head == nullptr) era.index.insert(store_.epochs, thread_.epoch, plan.hash, plan.target);
  if (touched.collection->limits.lru) {
    // What is new has the whole round of the hand before it: it need not have been used.
    store_.records.recency(plan.target).store(plan.effect == Plan::Effect::kUpdate ? 1 : 0, std::memory_order_relaxed);
  }
  write.record = plan.target;
  write.incarnation = record.incarnation.load(std::memory_order_relaxed);
}

// R3: the record's content goes to a fresh slot; the worn one keeps its odd stamp for ever.
void Commit::move_record(const Plan& plan, Era& era) {
  Record& from = store_.records[plan.moved_from];
  Record& to = store_.records[plan.target];
  Version* head = from.head.load(std::memory_order_relaxed);
  to.hash = from.hash;
  to.born = from.born;
  to.key.store(from.key.load(std::memory_order_relaxed), std::memory_order_relaxed);
  to.era.store(&era, std::memory_order_relaxed);
  to.head.store(head, std::memory_order_release);
  store_.janitor.adopt(plan.target, &era);
  era.index.replace(to.hash, plan.moved_from, plan.target);
  for (const Version* v = head; v != nullptr; v = v->prev.load(std::memory_order_relaxed)) {
    if (v->order != kNoOrder) era.log.replace(v->order, plan.target);
  }
  store_.janitor.wear_out(thread_.epoch, plan.moved_from);
}

void Commit::install_collection(Touched& touched, Seq commit) {
  Collection& collection = *touched.collection;
  if (collection.queue) {
    touched.era->deque->extend_front(touched.returns);
    collection.changes += touched.returns + (touched.clear ? 1 : 0);
  }
  if (collection.is_list) ++collection.changes;
  collection.size += static_cast<std::uint64_t>(touched.size_delta);
  collection.commits.store(collection.commits.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  collection.memory.store(collection.memory.load(std::memory_order_relaxed) + touched.memory_delta,
                          std::memory_order_relaxed);
  if (touched.watched != nullptr && touched.changes) tell_others(touched, commit);
  if (!touched.members_change) return;

  RecordIndex index = collection.members.load(std::memory_order_relaxed);
  Version* head = store_.records[index].head.load(std::memory_order_relaxed);
  if (touched.members_moves_to != kNoRecord) {
    const RecordIndex worn = std::exchange(index, touched.members_moves_to);
    store_.records[index].born = 0;  // there has always been a size
    store_.records[index].head.store(head, std::memory_order_release);
    store_.janitor.adopt(index, nullptr);
    collection.members.store(index, std::memory_order_release);
    store_.janitor.wear_out(thread_.epoch, worn);
  }
  install_members(collection, store_.records[index], *std::exchange(touched.spares->members, nullptr), commit,
                  touched.dead);
}

void Commit::tidy() {
  Janitor& janitor = store_.janitor;
  janitor.begin(budget_);
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const Plan& plan = plans_[i];
    if (request_.writes[i].kind == Write::Kind::kTake) {
      tidy_taken(request_.writes[i], plan);
    }
    if (!plan.changes_record() || plan.effect == Plan::Effect::kInsert) continue;
    janitor.prune(thread_.epoch, *plan.record, plan.target);
    left_gaps_ = left_gaps_ || plan.effect != Plan::Effect::kUpdate || request_.writes[i].move;
  }
  for (Touched& touched : buffers_.touched) {
    if (touched.members_change) {
      const RecordIndex members = touched.collection->members.load(std::memory_order_relaxed);
      janitor.prune(thread_.epoch, store_.records[members], members);
    }
    if (touched.replaced != nullptr) janitor.bury(*touched.replaced);
  }
  std::size_t added = janitor.added();
  for (const Touched& touched : buffers_.touched) {
    const bool keyed = touched.collection->structure() == Structure::kKeyed;
    added += keyed ? touched.inserts : touched.appends + static_cast<std::size_t>(touched.inserted);
  }
  const bool more = janitor.tend(thread_.epoch, kAlwaysTended);
  if (more && 2 * added > kAlwaysTended) owed_ = 2 * added - kAlwaysTended;
}

}  // namespace heddle
