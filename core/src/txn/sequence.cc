// Commit, second half: the critical section.
#include <algorithm>

#include "plan.h"
#include "steps.h"

namespace heddle {

namespace {
// Inside Commit only: prepare did not foresee this, do it again.
constexpr Status kAgain{-1};
constexpr Status kMoreToTell{-2};  // likewise, but for watchers alone
}  // namespace

void Commit::Touched::forget_resolution() {
  watched = collection->who_watches();
  changes = clear;
  added = taken = 0;
  inserts = appends = returns = returned = 0;
  closes = takes = false;
  length = clear ? 0 : collection->size;
  next_set = settled = inserted = removed = 0;
  dead = {};
  in_line = collection->queue ? collection->queue->line.length() : 0;
  members_change = false;
  size_delta = memory_delta = 0;
  members_moves_to = kNoRecord;
}

Status Commit::run() {
  for (;;) {
    Status status = prepare();
    if (status != Status::kOk) return status;
    {
      const Sequencer::Section section(store_.sequencer, thread_.id);
      status = validate();
      if (status == Status::kOk) status = resolve();
      if (status == Status::kOk) {
        install();
        tidy();
      }
    }
    if (status == kMoreToTell) thread_.changes.free_dropped(store_.lifetimes, store_.budget);
    if (status == kMoreToTell) continue;
    if (status != kAgain) return status;
    foresee_everything_ = true;
    make_room();
  }
}

Status Commit::validate() const {
  const std::size_t count = request_.reads.size() + request_.predicates.size();
  if (seems_changed(BadLuck::kConflict, count, request_.failed)) return Status::kConflict;
  std::size_t& failed = request_.failed;
  const Status status = check_reads(store_.records, request_.reads, failed);
  return status == Status::kOk ? check_predicates(store_, request_.predicates, failed) : status;
}

Status Commit::resolve() {
  if (!foresee_everything_ && unlucky(BadLuck::kForesight)) return kAgain;
  next_slot_ = thread_.slots.size();
  linked_ = replaced_ = outside_ = 0;
  sets_ = false;
  to_tell_ = {};
  for (Touched& touched : buffers_.touched) {
    touched.forget_resolution();
    touched.find_era();
    if (touched.collection->destroyed.load(std::memory_order_relaxed)) return Status::kDestroyed;
    if (!touched.clear) continue;
    touched.members_change = true;
    linked_ += kEraBytes;
    touched.size_delta = -static_cast<std::int64_t>(touched.collection->size);
    touched.taken = touched.collection->size;
    touched.memory_delta = -touched.collection->memory.load(std::memory_order_relaxed);
  }
  for (std::size_t i = 0; i < request_.writes.size(); ++i) {
    const Status status = resolve_write(request_.writes[i], plans_[i]);
    if (status != Status::kOk) {
      request_.failed = i;
      return status;
    }
  }
  return check_rooms();
}

// A slot from the thread's reserve, or kNoRecord. It stays in the reserve until the commit is certain.
RecordIndex Commit::reserved_slot() { return next_slot_ == 0 ? kNoRecord : thread_.slots[--next_slot_]; }

void Commit::aim(Plan& plan) const {
  plan.record = &store_.records[plan.target];
  plan.stamp = &store_.records.stamp(plan.target);
}

Status Commit::resolve_write(Write& write, Plan& plan) {
  using Effect = Plan::Effect;
  plan.effect = Effect::kNothing;
  plan.moved_from = kNoRecord;
  plan.hearers = {};
  write.existed = false;
  if (write.kind == Write::Kind::kClear) return Status::kOk;

  Touched& touched = buffers_.touched[plan.touched];
  if (touched.collection->queue) return resolve_queue_write(write, plan, touched);
  if (touched.collection->is_list) return resolve_list_write(write, plan, touched);
  plan.target = touched.clear ? kNoRecord : locate(write, plan);
  const bool set = write.kind == Write::Kind::kSet;
  if (plan.target == kNoRecord) {
    if (write.key.empty()) return Status::kStaleId;
    if (!set) return Status::kOk;
    if (plan.key == nullptr || (plan.target = reserved_slot()) == kNoRecord) return kAgain;
    plan.effect = Effect::kInsert;
    ++touched.inserts;
    find_hearers(touched, plan, plan.hash, plan.key->bytes());
    touched.memory_delta += entry_cost(*plan.key) + static_cast<std::int64_t>(plan.version->size());
    linked_ += entry_cost(*plan.key);
    aim(plan);
  } else {
    aim(plan);
    const Record& record = *plan.record;
    const Version& head = *record.head.load(std::memory_order_relaxed);
    const auto present = static_cast<std::int64_t>(head.is_tombstone() ? 0 : head.size());
    write.existed = !head.is_tombstone();
    if (!set && !write.existed) return Status::kOk;
    find_hearers(touched, plan, record.hash, record.key.load(std::memory_order_relaxed)->bytes());
    plan.effect = !set ? Effect::kRemove : write.existed ? Effect::kUpdate : Effect::kRevive;
    touched.memory_delta += set ? static_cast<std::int64_t>(plan.version->size()) - present : -present;
    replaced_ += static_cast<std::int64_t>(head.footprint());
    // What somebody else holds stays.
    if (head.outside && head.blob().use_count() == 1) replaced_ += static_cast<std::int64_t>(head.outside_size());
    if (plan.effect != Effect::kUpdate) {
      const std::int64_t entry = entry_cost(*record.key.load(std::memory_order_relaxed));
      touched.memory_delta += set ? entry : -entry;
    }
    if (plan.stamp->load(std::memory_order_relaxed) >= RecordTable::kLastStamp) {  // R3
      plan.moved_from = plan.target;
      if ((plan.target = reserved_slot()) == kNoRecord) return kAgain;
      aim(plan);
    }
  }
  touched.changes = true;
  linked_ += static_cast<std::int64_t>(plan.version->footprint());
  outside_ += static_cast<std::int64_t>(plan.version->outside_size());
  sets_ = sets_ || set;
  const bool appends = set && (write.move || plan.effect != Effect::kUpdate);
  if (appends) ++touched.appends;
  if (appends || plan.effect == Effect::kRemove) touched.members_change = true;
  if (plan.effect == Effect::kInsert || plan.effect == Effect::kRevive) ++touched.size_delta;
  if (plan.effect == Effect::kRemove) --touched.size_delta;
  return Status::kOk;
}

Status Commit::check_rooms() {
  if (thread_.nodes.size() < needed_nodes()) return kAgain;
  if (!can_tell()) return kMoreToTell;
  for (Touched& touched : buffers_.touched) {
    if (touched.members_change) {
      if (!touched.spares || touched.spares->members == nullptr) return kAgain;
      linked_ += static_cast<std::int64_t>(touched.spares->members->footprint());
      replaced_ += static_cast<std::int64_t>(touched.spares->members->footprint());
      const Touched::Spares& spares = *touched.spares;
      const HashIndex::Spare* index_spare = spares.index ? &*spares.index : nullptr;
      if (touched.inserts > 0 && !touched.era->index.fits(touched.inserts, index_spare)) return kAgain;
      const Deque* deque = touched.era->deque.get();
      if (deque != nullptr && !deque->fits(touched.appends, touched.returns, spares.deque.get())) return kAgain;
      if (touched.appends > 0 && touched.collection->structure() == Structure::kKeyed &&
          !touched.era->log.fits(touched.appends, spares.log.get()))
        return kAgain;
      const RecordIndex members = touched.collection->members.load(std::memory_order_relaxed);
      if (store_.records.stamp(members).load(std::memory_order_relaxed) >= RecordTable::kLastStamp &&
          (touched.members_moves_to = reserved_slot()) == kNoRecord) {
        return kAgain;
      }
    }
    const Status status = check_limits(touched);
    if (status != Status::kOk) {
      request_.failed = first_write_to(touched);
      return status;
    }
  }
  return check_process();
}

std::size_t Commit::first_write_to(const Touched& touched) const {
  std::size_t i = 0;
  while (&buffers_.touched[plans_[i].touched] != &touched) ++i;
  return i;
}

// A transaction that shrinks a collection is never refused.
Status Commit::check_limits(const Touched& touched) {
  const Collection& collection = *touched.collection;
  const auto size = static_cast<std::uint64_t>(static_cast<std::int64_t>(collection.size) + touched.size_delta);
  const auto memory =
      static_cast<std::uint64_t>(collection.memory.load(std::memory_order_relaxed) + touched.memory_delta);
  const Limits& limits = collection.limits;
  if (touched.returns > 0 && touched.appends == 0) return Status::kOk;  // it was there before
  if (touched.appends > 0 && size > limits.capacity) return Status::kQueueFull;
  const bool crowded = touched.size_delta > 0 && size > limits.max_entries;
  const bool heavy = touched.memory_delta > 0 && memory > limits.max_memory;
  if (!crowded && !heavy) return Status::kOk;
  if (limits.lru && fits_alone(touched)) {
    shortage_ = {collection.id, crowded ? size - limits.max_entries : 0, heavy ? memory - limits.max_memory : 0};
  }
  return crowded ? Status::kEntriesLimit : Status::kMemoryLimit;
}

// Whether what the transaction sets would fit if nothing else were there: else nothing need go for it.
bool Commit::fits_alone(const Touched& touched) const {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const Plan& plan = plans_[i];
    if (&buffers_.touched[plan.touched] != &touched || request_.writes[i].kind != Write::Kind::kSet) continue;
    const Record& record = plan.moved_from == kNoRecord ? *plan.record : store_.records[plan.moved_from];
    const Key& key = plan.effect == Plan::Effect::kInsert ? *plan.key : *record.key.load(std::memory_order_relaxed);
    ++entries;
    bytes += static_cast<std::uint64_t>(entry_cost(key)) + plan.version->size();
  }
  const Limits& limits = touched.collection->limits;
  return entries <= limits.max_entries && bytes <= limits.max_memory;
}

// What snapshots hold counts here, unlike above; deletions are never refused, so that one can get out of it.
Status Commit::check_process() {
  // What is replaced stays for who is told of it.
  const bool goes = store_.snapshots.active() == 0 && to_tell_.changes == 0;
  const std::int64_t more = linked_ - (goes ? replaced_ : 0);
  // What lies outside is held already.
  if (!sets_ || more + outside_ <= 0 || store_.budget.allows(more)) return Status::kOk;
  return shorten_feeds() ? kMoreToTell : Status::kProcessLimit;
}

}  // namespace heddle
