// What transactions read and write.
#include <algorithm>

#include "world.h"

namespace heddle::fuzz {

namespace {
Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }
}  // namespace

std::string World::draw_key() {
  const unsigned number = input_.below(12);
  constexpr unsigned kLong = 11;
  constexpr std::size_t kLength = 200;
  return number == kLong ? std::string(kLength, 'k') : std::string(1, static_cast<char>('a' + number));
}

Value World::draw_value(Place place) {
  constexpr std::array<std::uint32_t, 8> kLengths{16, 16, 4, 5, 100, 0, 300, 70'000};
  const std::uint32_t length = kLengths[input_.below(kLengths.size())];
  const bool large = length >= Blob::kLarge;
  const bool suits = !large || (place != kBounded && place != kCache && input_.one_in(4));
  return {++last_seed_, suits ? length : 16};
}

// Whether what a transaction saw then is still so.
bool World::holds(const Seen& seen, const States& then) const {
  const State& now = now_[seen.place];
  if (now.id != then[seen.place].id) return false;
  using Kind = Seen::Kind;
  switch (seen.kind) {
    case Kind::kCollection:
      return now.cleared == seen.expected;
    case Kind::kPresent: {
      const Entry* entry = now.find(seen.key);
      return entry != nullptr && entry->version == seen.expected;
    }
    case Kind::kAbsent:
      return now.find(seen.key) == nullptr;
    case Kind::kMembers:
      return now.members == seen.expected;
    case Kind::kSize:
      return now.size() == seen.expected;
    case Kind::kChanges:
      return now.changes == seen.expected;
    case Kind::kElement:
      return seen.index < now.elements.size() && now.elements[seen.index].serial == seen.expected;
  }
  return false;
}

bool World::valid(const Transaction& open) const {
  return std::ranges::all_of(open.seen, [&](const Seen& seen) { return holds(seen, open.states); });
}

void World::read(Actor& actor) {
  if (!actor.open) begin(actor);
  Transaction& open = *actor.open;
  constexpr std::size_t kMostReads = 64;
  const auto place = static_cast<Place>(input_.below(kPlaces));
  if (open.seen.size() >= kMostReads) return check(actor, open);
  if (open.states[place].id == now_[place].id) read_collection(open, place);
  const unsigned what = input_.below(4);
  if (what == 3) return read_size(open, actor, place);
  if (shapes_[place].structure == Structure::kKeyed) return read_key(open, actor, place);
  read_place(open, actor, place);
}

// Its own stamp: whoever has read anything of a collection depends on that, and waits for it.
void World::read_collection(Transaction& open, Place place) {
  const RecordIndex record = infos_[place].stamp;
  const bool cleared = now_[place].cleared != open.states[place].cleared;
  open.reads.push_back({record, cleared ? kStaleStamp : engine_.records().stamp(record).load()});
  open.seen.push_back({Seen::Kind::kCollection, place, {}, 0, open.states[place].cleared});
}

void World::read_key(Transaction& open, Actor& actor, Place place) {
  const State& state = open.states[place];
  open.keys.push_back(std::make_unique<std::string>(draw_key()));
  const std::string& key = *open.keys.back();
  std::array<std::byte, 512> out;
  const LoadResult loaded = engine_.load(*actor.thread, {.collection = state.id,
                                                         .key = bytes_of(key),
                                                         .snapshot = open.number,
                                                         .registered = true,
                                                         .slot = open.slot,
                                                         .out = out});
  if (state.id != now_[place].id) return require_equal(loaded.status, Status::kDestroyed, "a read of what has ended");
  require_equal(loaded.status, Status::kOk, "a read");
  const Entry* entry = state.find(key);
  require_equal(loaded.absent, entry == nullptr, "whether there is a value");
  if (entry == nullptr) {
    open.predicates.push_back(
        {.kind = Predicate::Kind::kAbsent, .collection = state.id, .key = bytes_of(key), .expected = 0});
    open.seen.push_back({Seen::Kind::kAbsent, place, key});
    return;
  }
  const Bytes value = loaded.blob ? loaded.blob->bytes() : Bytes(out).first(loaded.length);
  require(std::ranges::equal(value, bytes_of(entry->value.bytes())), "the value of a key");
  require_equal(loaded.version, entry->version, "the commit that wrote it");
  open.reads.push_back({loaded.record, loaded.stamp});
  open.seen.push_back({Seen::Kind::kPresent, place, key, 0, entry->version});
}

// As a stamp or as a number: the one has changed when the other may be the same again.
void World::read_size(Transaction& open, Actor& actor, Place place) {
  const State& state = open.states[place];
  if (state.id != now_[place].id) return;
  if (input_.one_in(2)) {
    open.predicates.push_back(
        {.kind = Predicate::Kind::kSize, .collection = state.id, .key = {}, .expected = state.size()});
    open.seen.push_back({Seen::Kind::kSize, place, {}, 0, state.size()});
    return;
  }
  ReadEntry read{};
  std::uint64_t size = 0;
  if (shapes_[place].structure == Structure::kKeyed) {
    Members members{};
    const LoadResult loaded = engine_.load(*actor.thread, {.collection = state.id,
                                                           .members = true,
                                                           .key = {},
                                                           .snapshot = open.number,
                                                           .registered = true,
                                                           .slot = open.slot,
                                                           .out = std::as_writable_bytes(std::span(members))});
    require_equal(loaded.status, Status::kOk, "a read of the size");
    read = {loaded.record, loaded.stamp};
    size = static_cast<std::uint64_t>(members[0]);
  } else {
    const PeekResult peeked = engine_.peek(
        *actor.thread,
        {.collection = state.id, .snapshot = open.number, .registered = true, .slot = open.slot, .out = {}});
    require(peeked.status == Status::kOk || peeked.status == Status::kTooLarge, "a look at the size");
    read = {peeked.members, peeked.stamp};
    size = peeked.size;
  }
  require_equal(size, std::uint64_t{state.size()}, "the size");
  open.reads.push_back(read);
  open.seen.push_back({Seen::Kind::kMembers, place, {}, 0, state.members});
}

void World::read_place(Transaction& open, Actor& actor, Place place) {
  const State& state = open.states[place];
  if (state.id != now_[place].id) return;
  const std::uint64_t index = input_.below(static_cast<unsigned>(std::min<std::size_t>(state.size(), 255)) + 1);
  std::array<std::byte, 512> out;
  const PeekResult peeked = engine_.peek(*actor.thread, {.collection = state.id,
                                                         .index = index,
                                                         .snapshot = open.number,
                                                         .registered = true,
                                                         .slot = open.slot,
                                                         .out = out});
  require_equal(peeked.status, Status::kOk, "a look at a place");
  require_equal(peeked.absent, index >= state.size(), "whether there is something");
  require_equal(peeked.changes, state.changes, "changes");
  if (!peeked.absent) {
    const Bytes value = peeked.blob ? peeked.blob->bytes() : Bytes(out).first(peeked.length);
    require(std::ranges::equal(value, bytes_of(state.elements[index].value.bytes())), "the value in a place");
  }
  if (place == kList && !peeked.absent && input_.one_in(2)) {
    require_equal(peeked.serial, state.elements[index].serial, "the serial number of an element");
    open.predicates.push_back({.kind = Predicate::Kind::kElement,
                               .collection = state.id,
                               .key = {},
                               .expected = peeked.serial,
                               .index = index});
    open.seen.push_back({Seen::Kind::kElement, place, {}, index, peeked.serial});
    return;
  }
  open.predicates.push_back(
      {.kind = Predicate::Kind::kChanges, .collection = state.id, .key = {}, .expected = state.changes});
  open.seen.push_back({Seen::Kind::kChanges, place, {}, 0, state.changes});
}

void World::extend(Actor& actor) {
  if (!actor.open) return;
  Transaction& open = *actor.open;
  const bool should = valid(open);
  const Extension extension = engine_.extend(*actor.thread, open.reads, open.predicates, open.slot, true);
  open.slot = extension.slot;
  if (extension.status != Status::kOk) {
    require(!should && (extension.status == Status::kConflict || extension.status == Status::kDestroyed),
            "nothing that was read has changed");
    count("extensions refused");
    return;
  }
  require(should, "something that was read has changed");
  open.number = extension.snapshot;
  open.states = now_;
  count("extensions");
}

void World::draw_map(Place place) {
  if (input_.one_in(16)) intents_.push_back({.kind = Write::Kind::kClear, .place = place, .key = {}});
  std::set<std::string> keys;
  for (unsigned n = input_.below(4) + 1; n > 0; --n) {
    std::string key = draw_key();
    if (!keys.insert(key).second) continue;
    const unsigned what = input_.below(8);
    if (what < 2) {
      intents_.push_back({.kind = Write::Kind::kDelete, .place = place, .key = std::move(key)});
    } else {
      intents_.push_back({.place = place, .key = std::move(key), .value = draw_value(place), .move = what == 2});
    }
  }
}

// Some are refused: those that do not go from front to back.
void World::draw_list(const State& state) {
  if (input_.one_in(32)) intents_.push_back({.kind = Write::Kind::kClear, .place = kList, .key = {}});
  std::uint64_t index = 0;
  for (unsigned n = input_.below(3) + 1; n > 0; --n) {
    index += input_.below(static_cast<unsigned>(std::min<std::size_t>(state.size(), 200)) + 1);
    if (index > state.size() + 1) index = input_.below(4);
    const Write::Kind kind = std::array{Write::Kind::kSet, Write::Kind::kInsert, Write::Kind::kRemove,
                                        Write::Kind::kAppend}[input_.below(4)];
    if (kind == Write::Kind::kRemove) {
      const std::uint64_t count = input_.one_in(2) ? input_.below(4) : input_.byte();
      const std::uint64_t there = state.size() - std::min<std::uint64_t>(index, state.size());
      intents_.push_back({.kind = kind, .place = kList, .key = {}, .index = index, .count = std::min(count, there)});
      continue;
    }
    const unsigned run = kind == Write::Kind::kSet ? 1 : 1 + (input_.one_in(3) ? input_.below(100) : 0);
    for (unsigned i = 0; i < run; ++i) {
      intents_.push_back({.kind = kind,
                          .place = kList,
                          .key = {},
                          .value = i == 0 ? draw_value(kList) : Value{++last_seed_, 16},
                          .index = index});
      if (kind != Write::Kind::kAppend) ++index;
    }
  }
}

void World::draw_queue(const Actor& actor) {
  if (input_.one_in(16)) {
    intents_.push_back({.kind = Write::Kind::kClear, .place = kQueue, .key = {}});
  } else if (input_.one_in(2)) {
    const std::size_t seen = actor.open ? actor.open->states[kQueue].size() : now_[kQueue].size();
    const std::uint64_t count = std::min<std::size_t>(input_.below(4), seen);
    intents_.push_back({.kind = Write::Kind::kTake, .place = kQueue, .key = {}, .count = count});
  }
  for (unsigned n = input_.below(4); n > 0; --n)
    intents_.push_back({.kind = Write::Kind::kAppend, .place = kQueue, .key = {}, .value = draw_value(kQueue)});
  if (input_.one_in(32)) intents_.push_back({.kind = Write::Kind::kClose, .place = kQueue, .key = {}});
}

void World::draw_writes(Actor& actor, Place place) {
  if (place == kList) return draw_list(now_[kList]);
  if (place == kQueue) return draw_queue(actor);
  draw_map(place);
}

// What must come of the commit, and the states it leads to. Some refusals come before others.
Status World::predict(const Actor& actor, std::array<std::optional<Outcome>, kPlaces>& outcomes) const {
  for (const Intent& intent : intents_) {
    if (intent.kind == Write::Kind::kTake && intent.count > now_[kQueue].size()) return Status::kConflict;
  }
  if (actor.open && !valid(*actor.open)) return Status::kConflict;
  Status status = Status::kOk;
  for (auto first = intents_.begin(); first != intents_.end();) {
    const Place place = first->place;
    const auto last = std::find_if(first, intents_.end(), [&](const Intent& each) { return each.place != place; });
    outcomes[place] = apply(now_[place], shapes_[place], {first, last}, place == kQueue ? in_line() : 0);
    const Status own = outcomes[place]->status;
    const bool limit = own == Status::kEntriesLimit || own == Status::kMemoryLimit || own == Status::kQueueFull;
    // Limits are looked at when everything else has been.
    if (own != Status::kOk && (status == Status::kOk || !limit)) {
      const bool earlier = status == Status::kClosed || status == Status::kOutOfRange;
      if (!earlier) status = own;
    }
    first = last;
  }
  return status;
}

void World::commit(Actor& actor) {
  intents_.clear();
  std::set<Place> places;
  for (unsigned n = input_.below(3) + 1; n > 0; --n) places.insert(static_cast<Place>(input_.below(kPlaces)));
  for (const Place place : places) draw_writes(actor, place);

  std::vector<std::string> values;
  std::vector<Write> writes;
  for (const Intent& intent : intents_) values.push_back(intent.value.bytes());
  for (std::size_t i = 0; i < intents_.size(); ++i) {
    const Intent& intent = intents_[i];
    Write write{.kind = intent.kind,
                .move = intent.move,
                .collection = now_[intent.place].id,
                .key = bytes_of(intent.key),
                .value = {},
                .count = intent.count,
                .index = intent.index};
    if (write.has_value()) write.value = bytes_of(values[i]);
    writes.push_back(write);
  }
  std::array<std::optional<Outcome>, kPlaces> outcomes;
  const Status should = predict(actor, outcomes);
  CommitRequest request;
  request.writes = writes;
  if (actor.open) {
    request.reads = actor.open->reads;
    request.predicates = actor.open->predicates;
  }
  const Seq before = engine_.published();
  const std::uint64_t evictions = engine_.stats().evictions;
  const Status status = engine_.commit(*actor.thread, request);
  const bool evicted = engine_.stats().evictions != evictions;

  if (status == Status::kOk) {
    require_equal(should, Status::kOk, "a commit that must be refused");
    require_equal(request.commit, engine_.published(), "its number");
    settle(outcomes, request.commit);
    count(evicted ? "commits that evict" : actor.open ? "commits of transactions" : "blind commits");
  } else {
    if (status == Status::kProcessLimit) {
      require(limited_, "there is no limit");
      count("refusals by the process's limit");
    } else if (status == Status::kConflict) {
      // What it has read may have been evicted for it.
      const bool broken = std::ranges::any_of(intents_, [](const Intent& each) { return each.place == kCache; });
      const bool lost = evicted && broken && actor.open;
      const bool ended = should == Status::kDestroyed;
      require(should == Status::kConflict || lost || ended, "a conflict with nobody");
      count("conflicts");
    } else if (status == Status::kDestroyed) {
      require(should == Status::kConflict && actor.open, "it is there");
      count("conflicts with the end of a collection");
    } else {
      require_equal(status, should, "why it is refused");
      count(status == Status::kOutOfRange ? "refusals of places"
            : status == Status::kClosed   ? "refusals because it is closed"
                                          : "refusals by limits");
    }
    require(evicted || engine_.published() == before, "nothing has happened");
    if (evicted) settle_cache(nullptr);
  }
  if (actor.open) {
    engine_.close_snapshot(*actor.thread, actor.open->slot);
    actor.open.reset();
  }
}

void World::settle(std::array<std::optional<Outcome>, kPlaces>& outcomes, Seq commit) {
  for (std::size_t place = 0; place < kPlaces; ++place) {
    if (!outcomes[place]) continue;
    Outcome& outcome = *outcomes[place];
    for (Entry& entry : outcome.state.entries) {
      if (entry.version == kForever) entry.version = commit;
    }
    if (outcome.members_change) outcome.state.members = commit;
    if (outcome.cleared) outcome.state.cleared = commit;
    if (place == kCache) {
      settle_cache(&outcome);
    } else {
      now_[place] = outcome.state;
    }
    if (place == kQueue) hand_over(outcome.handed_over);
    if (outcome.dismissed) dismiss(Status::kClosed);
  }
}

// What has been evicted nobody can foretell. `outcome`: of a commit that has succeeded.
void World::settle_cache(const Outcome* outcome) {
  const State should = outcome == nullptr ? now_[kCache] : outcome->state;
  const auto opened = engine_.open_snapshot(*actors_[0].thread);
  State found = scan(actors_[0], kCache, {opened.slot, opened.rv, now_});
  engine_.close_snapshot(*actors_[0].thread, opened.slot);
  std::vector<Intent> written;
  if (outcome != nullptr)
    std::ranges::copy_if(intents_, std::back_inserter(written),
                         [](const Intent& each) { return each.place == kCache; });
  require(may_become(should, found, written), "a cache has lost what it must have");
  const bool lost = found.size() != should.size();
  found.id = should.id;
  found.cleared = should.cleared;
  found.members = lost ? engine_.published() : should.members;
  if (outcome != nullptr && outcome->members_change) found.members = engine_.published();
  require(found.size() <= shapes_[kCache].limits.max_entries, "a cache has more than its limit");
  now_[kCache] = found;
}

}  // namespace heddle::fuzz
