#include "heddle/txn/reader.h"

#include "steps.h"

namespace heddle {

namespace {

// A value of no bytes fits where there is no room, which std::memcpy must not be told of.
void copy_value(std::span<std::byte> out, const Version& version, std::size_t length) {
  if (length > 0) std::memcpy(out.data(), version.data(), length);
}

}  // namespace

Reading Reader::read(RecordIndex index, Seq rv, Seq reclaim_floor) const {
  const Record& record = store_.records[index];
  const auto& stamp = store_.records.stamp(index);
  const Stamp before = stamp.load(std::memory_order_acquire);
  const Version* head = record.head.load(std::memory_order_acquire);
  const Version* newer = nullptr;
  const Version* version = head;
  while (version != nullptr && version->begin > rv) {
    newer = version;
    version = version->prev.load(std::memory_order_acquire);
  }
  Reading reading;
  if (version == nullptr) {
    const bool never_before = newer != nullptr && rv < record.born && rv >= reclaim_floor;
    if (!never_before) reading.status = Status::kGap;
    return reading;
  }
  if (version->end.load(std::memory_order_acquire) <= rv) {  // V2
    reading.status = Status::kGap;
    return reading;
  }
  if (!version->is_tombstone()) reading.version = version;
  if (version == head && (before & 1) == 0 && stamp.load(std::memory_order_acquire) == before)
    reading.stamp = before;  // L1
  return reading;
}

Reader::Place Reader::locate(const LoadRequest& request, const Collection& collection, const Era& era, Seq rv) const {
  if (request.members) return {Status::kOk, collection.members.load(std::memory_order_acquire)};
  if (request.record != kNoRecord && store_.records.contains(request.record)) {
    const Record& record = store_.records[request.record];
    if (record.incarnation.load(std::memory_order_acquire) == request.incarnation &&
        record.era.load(std::memory_order_acquire) == &era) {
      return {Status::kOk, request.record};
    }
  }
  if (request.key.empty()) return {Status::kStaleId, kNoRecord};
  const RecordIndex found = store_.find(era, request.key);
  if (found == kNoRecord && rv < era.reclaim_floor.load(std::memory_order_seq_cst))
    return {Status::kGap, kNoRecord};  // C3
  return {Status::kOk, found};
}

LoadResult Reader::load_at(const LoadRequest& request, Seq rv) const {
  LoadResult result;
  result.snapshot = rv;
  const Collection* collection = store_.collections[request.collection];
  if (collection == nullptr || collection->destroyed.load(std::memory_order_acquire)) {
    result.status = Status::kDestroyed;
    return result;
  }
  const Stamp before = collection_stamp(*collection);
  const Era* era = collection->era_at(rv);
  if (era == nullptr) {
    result.status = Status::kGap;
    return result;
  }
  const Place place = locate(request, *collection, *era, rv);
  result.status = place.status;
  result.record = place.record;
  if (place.status != Status::kOk) return result;
  if (place.record != kNoRecord) read_record(request, *era, result);
  if (result.status != Status::kOk) return result;
  if (collection->limits.lru && !result.absent) {
    store_.records.recency(place.record).store(1, std::memory_order_relaxed);
  }
  if (is_current(*collection, *era, before)) {
    result.collection_stamp = before;
  } else if (collection->era.load(std::memory_order_acquire) != era) {
    result.stamp = kStaleStamp;  // L2
    const bool cleared_since = era->end.load(std::memory_order_acquire) <= store_.sequencer.published();
    if (cleared_since && !request.registered && request.snapshot != kLatest) result.status = Status::kNewer;  // L3
  }
  return result;
}

void Reader::read_record(const LoadRequest& request, const Era& era, LoadResult& result) const {
  const Seq rv = result.snapshot;
  const Record& record = store_.records[result.record];
  // Before the stamp: an even stamp that does not change then proves that this was the record's life all along.
  result.incarnation = record.incarnation.load(std::memory_order_acquire);
  const Reading reading = read(result.record, rv, era.reclaim_floor.load(std::memory_order_seq_cst));
  result.status = reading.status;
  result.stamp = reading.stamp;
  if (result.stamp == kStaleStamp) result.incarnation = 0;  // no life has that number
  const Version* head = record.head.load(std::memory_order_acquire);
  const bool changed_since = head != nullptr && head->begin > rv && head->begin <= store_.sequencer.published();
  if (changed_since && !request.registered && request.snapshot != kLatest) result.status = Status::kNewer;  // L3
  if (result.status != Status::kOk) return;
  if (reading.version == nullptr) {
    result.version = rv;
    return;
  }
  result.absent = false;
  result.version = reading.version->begin;
  result.length = request.members ? sizeof(Members) : reading.version->bytes().size();
  result.linked = reading.version->linked;
  if (reading.version->outside) {
    result.blob = reading.version->blob();
    return;
  }
  if (result.length > request.out.size()) {
    result.status = Status::kTooLarge;
    return;
  }
  copy_value(request.out, *reading.version, result.length);
}

LoadResult Reader::load(const LoadRequest& request) const {
  if (request.snapshot != kLatest) return load_at(request, request.snapshot);
  for (;;) {
    LoadResult result = load_at(request, store_.sequencer.published());
    if (result.status != Status::kGap) return result;  // L4
  }
}

// The state of a queue or an array, and the commit that made it; null: gap.
const Version* Reader::state_at(const Collection& collection, Seq rv, PeekResult& result) const {
  const Stamp before = collection_stamp(collection);
  const Era* era = collection.era_at(rv);
  result.members = collection.members.load(std::memory_order_acquire);
  const Reading members = read(result.members, rv, 0);
  if (era == nullptr || members.version == nullptr) return nullptr;
  Members shown{};
  std::memcpy(&shown, members.version->data(), sizeof(shown));
  result.size = static_cast<std::uint64_t>(shown[0]);
  result.changes = static_cast<std::uint64_t>(shown[1]);
  result.version = members.version->begin;
  result.old = members.stamp == kStaleStamp;
  if (is_current(collection, *era, before)) {
    result.stamp = members.stamp;
    result.collection_stamp = before;
  }
  return members.version;
}

PeekResult Reader::peek_at(const PeekRequest& request, Seq rv) const {
  PeekResult result;
  result.snapshot = rv;
  const Collection* collection = store_.collections[request.collection];
  const bool ended = collection == nullptr || collection->destroyed.load(std::memory_order_acquire);
  if (ended || collection->structure() == Structure::kKeyed) {
    result.status = ended ? Status::kDestroyed : Status::kBadRequest;
    return result;
  }
  const Era* era = collection->era_at(rv);
  const Version* state = state_at(*collection, rv, result);
  const Version* head = store_.records[result.members].head.load(std::memory_order_acquire);
  if (era == nullptr || state == nullptr) {
    result.status = Status::kGap;
    return result;
  }
  const bool changed_since = head->begin > rv && head->begin <= store_.sequencer.published();
  if (changed_since && !request.registered && request.snapshot != kLatest) result.status = Status::kNewer;  // L3
  const Version* item = nullptr;
  if (collection->queue) {
    QueueMembers members;
    std::memcpy(&members, state->data(), sizeof(members));
    result.closed = members.closed != 0;
    const auto position = static_cast<Deque::Position>(members.front) + request.index;
    if (request.index < result.size) item = era->deque->find(position, rv);
  } else {
    item = List::at(state_of(*state).root, request.index);
    if (item != nullptr) result.serial = item->order;
  }
  if (result.status != Status::kOk || request.index >= result.size) return result;
  if (item == nullptr) {
    result.status = Status::kGap;
    return result;
  }
  result.absent = false;
  result.length = item->bytes().size();
  result.linked = item->linked;
  if (item->outside) {
    result.blob = item->blob();
  } else if (result.length > request.out.size()) {
    result.status = Status::kTooLarge;
  } else {
    copy_value(request.out, *item, result.length);
  }
  return result;
}

PeekResult Reader::peek(const PeekRequest& request) const {
  if (request.snapshot != kLatest) return peek_at(request, request.snapshot);
  for (;;) {
    PeekResult result = peek_at(request, store_.sequencer.published());
    if (result.status != Status::kGap) return result;  // L4
  }
}

Status Reader::holds(const Predicate& predicate, Seq rv) const {
  if (predicate.kind == Predicate::Kind::kElement) return element_holds(predicate, rv);
  LoadRequest request;
  request.collection = predicate.collection;
  request.members = predicate.kind != Predicate::Kind::kAbsent;
  request.key = predicate.key;
  request.snapshot = rv;
  request.registered = true;  // a newer state is no reason to refuse: it must hold at rv
  std::array<std::byte, sizeof(Members)> content{};
  request.out = content;
  LoadResult result = load_at(request, rv);
  if (predicate.kind == Predicate::Kind::kAbsent) {
    if (result.status == Status::kOk && result.absent) return Status::kOk;
  } else if (result.status == Status::kOk) {
    Members members{};
    std::memcpy(&members, content.data(), sizeof(members));
    const double count = members[predicate.kind == Predicate::Kind::kChanges ? 1 : 0];
    if (static_cast<std::uint64_t>(count) == predicate.expected) return Status::kOk;
  }
  return result.status == Status::kGap || result.status == Status::kDestroyed ? result.status : Status::kConflict;
}

Status Reader::element_holds(const Predicate& predicate, Seq rv) const {
  const PeekResult found = peek_at(
      {.collection = predicate.collection, .index = predicate.index, .snapshot = rv, .registered = true, .out = {}},
      rv);
  if (found.status != Status::kOk && found.status != Status::kTooLarge) return found.status;
  return !found.absent && found.serial == predicate.expected ? Status::kOk : Status::kConflict;
}

Status Reader::check(std::span<const ReadEntry> reads, std::span<const Predicate> predicates, Seq snapshot,
                     std::size_t& failed) const {
  if (seems_changed(BadLuck::kExtension, reads.size() + predicates.size(), failed)) return Status::kConflict;
  failed = 0;
  for (const ReadEntry& read : reads) {
    if (!store_.records.contains(read.record)) return Status::kBadRequest;
    if ((read.stamp & 1) != 0 || store_.records.stamp(read.record).load(std::memory_order_acquire) != read.stamp) {
      return Status::kConflict;
    }
    ++failed;
  }
  for (const Predicate& predicate : predicates) {
    const Status status = holds(predicate, snapshot);
    if (status != Status::kOk) return status;
    ++failed;
  }
  return Status::kOk;
}

}  // namespace heddle
