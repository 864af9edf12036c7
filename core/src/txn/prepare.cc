// Commit, first half: everything that needs no lock.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "plan.h"
#include "steps.h"

namespace heddle {

namespace {
constexpr std::size_t kSlotBatch = kExplored ? 0 : 32;  // record slots fetched at a time
constexpr std::size_t kKeptPlans = 1024;                // one huge commit must not cost its size for ever
constexpr std::size_t kKeptNodes = 128;                 // likewise
constexpr std::size_t kKeptChanges = 128;               // likewise
constexpr std::size_t kMigrationBatch = 4096;  // index cells moved per section when a bulk insertion cannot wait
}  // namespace

Version* Store::make_version(Stock& stock, const Write& write) {
  if (!write.has_value()) return Version::make(stock, {}, Version::Kind::kTombstone);
  if (!write.linked) return make_value(stock, write, 0);
  Version* version = make_value(stock, write, write.collection);
  if (version == nullptr) return nullptr;
  std::size_t linked = 0;
  try {
    for_each_link(write.value, [&](CollectionId target) {
      lifetimes.link(write.collection, target);
      ++linked;
    });
  } catch (const std::bad_alloc&) {
    for_each_link(write.value, [&](CollectionId target) {
      if (linked > 0) lifetimes.unlink(write.collection, target);
      linked -= linked > 0 ? 1 : 0;
    });
    Version::destroy(stock, version);
    throw;
  }
  return version;
}

// V6. The attempts of a commit share a blob that was made before it; others copy what they are given.
Version* Store::make_value(Stock& stock, const Write& write, CollectionId owner) {
  if (!write.is_large()) return Version::make(stock, write.value, Version::Kind::kValue, owner);
  BlobPtr blob = write.blob == nullptr ? Blob::make(pages, write.value) : *write.blob;
  return blob == nullptr ? nullptr : Version::make(stock, std::move(blob), owner);
}

std::uint64_t Store::hash(Bytes key) const { return XXH3_64bits_withSeed(key.data(), key.size(), hash_seed); }

Commit::Commit(Store& store, Thread& thread, CommitRequest& request)
    : store_(store),
      thread_(thread),
      request_(request),
      buffers_(buffers_of(thread)),
      plans_(buffers_.take_plans(request.writes.size())) {}

std::span<Commit::Plan> Commit::Buffers::take_plans(std::size_t count) {
  if (plans.size() < count) plans.resize(count);
  for (std::size_t i = 0; i < count; ++i) plans[i] = Plan{};
  return {plans.data(), count};
}

Commit::Buffers& Commit::buffers_of(Thread& thread) {
  if (!thread.scratch) thread.scratch = std::make_unique<Buffers>();
  return static_cast<Buffers&>(*thread.scratch);
}

Commit::~Commit() {
  Stock& stock = thread_.epoch.stock;
  for (const Plan& plan : plans_) {
    if (plan.version != nullptr && !plan.lent) unlink_and_destroy(store_.lifetimes, stock, plan.version);
    if (plan.key != nullptr) Key::let_go(plan.key);
    if (plan.change != nullptr) Change::give_back(stock, plan.change);
  }
  for (const Touched& touched : buffers_.touched) {
    if (touched.spares && touched.spares->members != nullptr) Version::destroy(stock, touched.spares->members);
  }
  buffers_.touched.clear();
  if (time_ != 0) thread_.changes.free_dropped(store_.lifetimes, store_.budget);
  thread_.changes.give_back(kKeptChanges);
  if (thread_.nodes.size() > kKeptNodes) thread_.nodes.resize(kKeptNodes);
  if (buffers_.plans.size() > kKeptPlans) buffers_.plans = std::vector<Plan>();
}

Commit::Touched* Commit::touch(CollectionId id) {
  for (Touched& touched : buffers_.touched) {
    if (touched.collection->id == id) return &touched;
  }
  Collection* collection = store_.collections[id];
  if (collection == nullptr) return nullptr;
  Touched& touched = buffers_.touched.emplace_back();
  touched.collection = collection;
  touched.find_era();
  return &touched;
}

void Commit::Touched::find_era() {
  era = spares && spares->fresh ? spares->fresh.get() : collection->era.load(std::memory_order_acquire);
}

// Starts the memory accesses that the commit will wait for, so that it waits for them together.
void Commit::prefetch() const {
  const RecordTable& records = store_.records;
  for (const ReadEntry& read : request_.reads) {
    if (records.contains(read.record)) __builtin_prefetch(&records.stamp(read.record));
  }
  for (const Write& write : request_.writes) {
    if (records.contains(write.record)) __builtin_prefetch(&records[write.record]);
  }
  for (const Write& write : request_.writes) {
    if (records.contains(write.record)) __builtin_prefetch(records[write.record].head.load(std::memory_order_relaxed));
  }
}

Status Commit::prepare() {
  prefetch();
  taken_ = 0;
  for (Touched& touched : buffers_.touched) {  // again, after kAgain
    touched.find_era();
    touched.may_insert = touched.may_append = touched.may_return = touched.may_set = touched.may_change = 0;
  }
  for (std::size_t i = 0; i < request_.writes.size(); ++i) {
    const Status status = prepare_write(request_.writes[i], plans_[i]);
    if (status != Status::kOk) {
      request_.failed = i;
      return status;
    }
  }
  std::size_t slots = 0;
  for (Touched& touched : buffers_.touched) {
    const Status status = prepare_collection(touched);
    if (status != Status::kOk) return status;
    slots += (touched.collection->is_list ? 0 : touched.may_insert) + 1;
  }
  for (std::size_t nodes = needed_nodes(); thread_.nodes.size() < nodes;)
    thread_.nodes.push_back(std::make_unique<List::Node>());
  if (!foresee_changes()) return Status::kOutOfMemory;
  if (foresee_everything_) slots += request_.writes.size();
  if (thread_.slots.size() < slots &&
      !store_.records.reserve(slots - thread_.slots.size() + kSlotBatch, thread_.slots)) {
    if (thread_.slots.size() < slots) return Status::kOutOfMemory;
  }
  const std::size_t pruned = std::min(request_.writes.size(), Janitor::kMostWrites) + buffers_.touched.size();
  budget_ = pruned * Janitor::kPerWrite + taken_ * Janitor::kPerItem + Janitor::kForBacklog;
  // Beside the janitor's: a worn slot for each write and members record, an index growth for each collection.
  Epochs::reserve(thread_.epoch, budget_ + request_.writes.size() + buffers_.touched.size() * 5);
  return Status::kOk;
}

Status Commit::prepare_write(Write& write, Plan& plan) {
  Touched* touched = touch(write.collection);
  if (touched == nullptr) return Status::kDestroyed;
  plan.touched = static_cast<std::uint32_t>(touched - buffers_.touched.data());
  if (write.kind == Write::Kind::kClear) {
    touched->clear = touched->members_may_change = true;
    return Status::kOk;
  }
  if (touched->collection->is_list) return prepare_list_write(write, plan, *touched);
  if (write.kind > Write::Kind::kClear || touched->collection->queue) return prepare_queue_write(write, plan, *touched);
  if (!write.key.empty()) plan.hash = store_.hash(write.key);
  const RecordIndex found = touched->clear ? kNoRecord : locate(write, plan);
  if (found == kNoRecord && write.key.empty()) return Status::kStaleId;

  const bool set = write.kind == Write::Kind::kSet;
  if (plan.version == nullptr) {
    plan.version = store_.make_version(thread_.epoch.stock, write);
    if (plan.version == nullptr) return Status::kOutOfMemory;
  }
  const bool revives = found != kNoRecord && store_.records[found].head.load(std::memory_order_acquire)->is_tombstone();
  if (!set || write.move || revives || found == kNoRecord || foresee_everything_) touched->members_may_change = true;
  if (!set) return Status::kOk;
  if (write.move || revives || foresee_everything_) ++touched->may_append;
  if (found == kNoRecord || (foresee_everything_ && !write.key.empty())) {
    ++touched->may_insert;
    if (plan.key == nullptr) plan.key = Key::make(write.key);
    if (plan.key == nullptr) return Status::kOutOfMemory;
  }
  return Status::kOk;
}

Status Commit::prepare_collection(Touched& touched) {
  if (!touched.members_may_change) return Status::kOk;  // updates alone
  if (!touched.spares) touched.spares = std::make_unique<Touched::Spares>();
  Touched::Spares& spares = *touched.spares;
  if (touched.clear && !spares.fresh) {
    spares.fresh = std::make_unique<Era>(store_.records, 0, touched.collection->structure());
    touched.find_era();
  }
  const Era& era = *touched.era;
  if (era.deque) {
    spares.deque = era.deque->prepare(touched.may_append, touched.may_return);
  }
  if (touched.may_insert > 0 && !era.list) spares.index = era.index.prepare(touched.may_insert);
  if (touched.may_insert + touched.may_append > 0 && !era.deque && !era.list)
    spares.log = era.log.prepare(touched.may_insert + touched.may_append);
  if (spares.members == nullptr) {
    spares.members = Collection::make_members(thread_.epoch.stock, touched.collection->structure());
    if (spares.members == nullptr) return Status::kOutOfMemory;
  }
  return Status::kOk;
}

// A growth under way takes cells at the pace of single insertions; finish it when many come at once.
void Commit::make_room() {
  for (Touched& touched : buffers_.touched) {
    for (bool done = false; !done;) {
      Epochs::reserve(thread_.epoch, 4);
      const Sequencer::Section section(store_.sequencer, thread_.id);
      touched.find_era();
      done = touched.era->index.migrate(store_.epochs, thread_.epoch, kMigrationBatch);
    }
  }
}

// Where the key's record is at this moment, if it has one.
RecordIndex Commit::locate(const Write& write, const Plan& plan) const {
  const Era& era = *buffers_.touched[plan.touched].era;
  if (record_by_id(store_.records, write, era) != nullptr) return write.record;
  return write.key.empty() ? kNoRecord : era.index.find(plan.hash, write.key);
}

}  // namespace heddle
