#include "world.h"

#include <algorithm>

namespace heddle::fuzz {

namespace {

Limits draw_limits(Input& input, Place place) {
  Limits limits;
  if (place == kBounded || place == kCache) {
    constexpr unsigned kBytes = 1024;
    (input.one_in(3) ? limits.max_memory : limits.max_entries) =
        input.one_in(2) ? kBytes + input.below(kBytes / 4) : 3 + input.below(4);
    if (limits.max_memory < kBytes) limits.max_memory = kBytes;
    limits.lru = place == kCache;
  }
  if (place == kList && input.one_in(2)) limits.max_entries = 100 + input.byte();
  if (place == kQueue && input.one_in(2)) limits.capacity = 1 + input.below(8);
  return limits;
}

}  // namespace

World::World(Engine& engine, Input& input, Counts& happened) : input_(input), happened_(happened), engine_(engine) {
  for (Actor& actor : actors_) actor.thread = &engine_.attach();
  for (std::size_t place = 0; place < kPlaces; ++place) {
    shapes_[place] = {place == kList    ? Structure::kList
                      : place == kQueue ? Structure::kQueue
                                        : Structure::kKeyed,
                      draw_limits(input_, static_cast<Place>(place))};
    open(static_cast<Place>(place));
  }
}

void World::open(Place place) {
  const Shape& shape = shapes_[place];
  infos_[place] = engine_.open(*actors_[0].thread, {.kind = static_cast<std::int32_t>(place),
                                                    .name = std::to_string(place),
                                                    .structure = shape.structure,
                                                    .limits = shape.limits,
                                                    .options = {}});
  require(infos_[place].created, "the name is free");
  now_[place] = {.id = infos_[place].id, .entries = {}, .elements = {}};
}

void World::step() {
  Actor& actor = draw_actor();
  switch (input_.below(24)) {
    case 0:
      return actor.open ? end(actor) : begin(actor);
    case 1:
      return extend(actor);
    case 2:
    case 3:
    case 4:
      return read(actor);
    case 5:
      return hold(actor);
    case 6:
      return check_latest();
    case 7:
      return take(actor);
    case 8:
      return receive(actor);
    case 9:
      return give_up(actor);
    case 10:
      return wait(actor);
    case 11:
      return hear(actor);
    case 12:
      return watch(actor);
    case 13:
      return tell(actor);
    case 14:
      return unwatch(actor);
    case 15:
      static_cast<void>(engine_.tidy(*actor.thread));
      return;
    case 16:
      return input_.one_in(8) ? reopen() : recount();
    case 17:
      return input_.one_in(4) ? replace(actor) : begin(actor);
    case 18:
      return input_.one_in(4) ? limit_process() : begin(actor);
    default:
      return commit(actor);
  }
}

void World::begin(Actor& actor) {
  if (actor.open) return;
  const auto opened = engine_.open_snapshot(*actor.thread);
  require_equal(opened.rv, engine_.published(), "a snapshot is of the last commit");
  actor.open.emplace();
  actor.open->slot = opened.slot;
  actor.open->number = opened.rv;
  actor.open->states = now_;
}

void World::end(Actor& actor) {
  engine_.close_snapshot(*actor.thread, actor.open->slot);
  actor.open.reset();
  count("transactions aborted");
}

// A snapshot that stays while others write, or the end of it.
void World::hold(Actor& actor) {
  if (!actor.held) {
    const auto opened = engine_.open_snapshot(*actor.thread);
    actor.held = Snapshot{opened.slot, opened.rv, now_};
    return;
  }
  check(actor, *actor.held);
  if (input_.one_in(2)) return;
  engine_.close_snapshot(*actor.thread, actor.held->slot);
  actor.held.reset();
}

void World::check_latest() {
  Actor& actor = draw_actor();
  const auto opened = engine_.open_snapshot(*actor.thread);
  check(actor, {opened.slot, opened.rv, now_});
  engine_.close_snapshot(*actor.thread, opened.slot);
}

// Everything that there is at a snapshot.
void World::check(Actor& actor, const Snapshot& snapshot) {
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const auto place = static_cast<Place>(i);
    const State& should = snapshot.states[place];
    if (should.id != now_[place].id) continue;  // destroyed since
    if (shapes_[place].structure == Structure::kKeyed) {
      const State is = scan(actor, place, snapshot);
      require_equal(is.entries.size(), should.entries.size(), "entries");
      for (std::size_t n = 0; n < is.entries.size(); ++n) {
        require_equal(is.entries[n].key, should.entries[n].key, "keys in their order");
        require(is.entries[n].value == should.entries[n].value, "values");
      }
      continue;
    }
    const std::vector<Element> is = place == kList ? walk(actor, place, snapshot) : items(actor, snapshot);
    require_equal(is.size(), should.elements.size(), "elements");
    for (std::size_t n = 0; n < is.size(); ++n) {
      require(is[n].value == should.elements[n].value, "elements are what they were");
      if (place == kList) require_equal(is[n].serial, should.elements[n].serial, "serial numbers");
    }
  }
  count(snapshot.number == engine_.published() ? "states compared" : "old snapshots compared");
}

namespace {

// The value that has these bytes.
Value value_of(Bytes bytes) {
  Value value{0, static_cast<std::uint32_t>(bytes.size())};
  for (std::size_t i = 0; i < std::min<std::size_t>(4, bytes.size()); ++i)
    value.seed |= static_cast<std::uint32_t>(bytes[i]) << 8 * i;
  require(value.bytes() == text(bytes), "a value is whole");
  return value;
}

}  // namespace

State World::scan(Actor& actor, Place place, const Snapshot& snapshot) {
  State found;
  ScanRequest request{
      .collection = snapshot.states[place].id, .snapshot = snapshot.number, .slot = snapshot.slot, .cursor = 0};
  for (bool done = false; !done;) {
    std::size_t room = 3;  // in pieces, as an inbox would take them
    const ScanResult result = engine_.scan(*actor.thread, request, [&](const ScanEntry& entry) {
      if (room-- == 0) return false;
      found.entries.push_back({std::string(text(entry.key)), value_of(entry.value), entry.version});
      return true;
    });
    require_equal(result.status, Status::kOk, "a scan");
    done = result.done;
    request.cursor = result.cursor;
  }
  return found;
}

std::vector<Element> World::walk(Actor& actor, Place place, const Snapshot& snapshot) {
  std::vector<Element> found;
  const WalkResult result = engine_.walk(*actor.thread,
                                         {.collection = snapshot.states[place].id,
                                          .from = 0,
                                          .to = kForever,
                                          .snapshot = snapshot.number,
                                          .slot = snapshot.slot},
                                         [&](const Version& element) {
                                           found.push_back({value_of(element.bytes()), element.order});
                                           return true;
                                         });
  require_equal(result.status, Status::kOk, "a walk");
  require_equal(result.size, std::uint64_t{snapshot.states[place].size()}, "its size");
  return found;
}

std::vector<Element> World::items(Actor& actor, const Snapshot& snapshot) {
  std::vector<Element> found;
  std::array<std::byte, 512> out;
  for (;;) {
    const PeekResult result = engine_.peek(*actor.thread, {.collection = snapshot.states[kQueue].id,
                                                           .index = found.size(),
                                                           .snapshot = snapshot.number,
                                                           .registered = true,
                                                           .slot = snapshot.slot,
                                                           .out = out});
    require_equal(result.status, Status::kOk, "a look into a queue");
    require_equal(result.closed, snapshot.states[kQueue].closed, "closed");
    require_equal(result.changes, snapshot.states[kQueue].changes, "changes of a queue");
    if (result.absent) return found;
    found.push_back({value_of(result.blob ? result.blob->bytes() : Bytes(out).first(result.length)), 0});
  }
}

void World::reopen() {
  const auto place = static_cast<Place>(input_.below(kPlaces));
  Actor& actor = draw_actor();
  require(engine_.destroy(*actor.thread, infos_[place].id), "it was there");
  if (place == kQueue) dismiss(Status::kDestroyed);
  open(place);
  count("collections destroyed");
}

// Its thread ends, and another one begins.
void World::replace(Actor& actor) {
  std::erase_if(line_, [&](const auto& waiting) { return waiting.first == &actor; });
  std::vector<Value> items;
  std::map<std::uint64_t, Value> handed;
  for (const auto& [ticket, wait] : actor.waits) {
    if (wait.item && !wait.given_up && wait.queue == now_[kQueue].id) handed[wait.number] = *wait.item;
  }
  for (const auto& [number, item] : handed) items.push_back(item);
  engine_.detach(*actor.thread, actor.open.has_value());
  actor = {};
  actor.thread = &engine_.attach();
  give_back(items);
  count("threads ended");
}

void World::limit_process() {
  limited_ = !limited_;
  engine_.limit_memory(limited_ ? static_cast<std::uint64_t>(engine_.stats().memory) + input_.byte() : Limits::kNone);
}

void World::recount() {
  Thread& thread = *actors_[0].thread;
  require_equal(engine_.stats().memory, engine_.recount(thread), "memory of the process, and a recount");
  for (const CollectionInfo& info : infos_) {
    require_equal(engine_.memory(thread, info.id).value_or(-1), engine_.recount(thread, info.id).value_or(-1),
                  "memory of a collection, and a recount");
  }
  count("recounts");
}

void World::finish() {
  check_latest();
  recount();
  engine_.limit_memory(Limits::kNone);
  for (Actor& actor : actors_) {
    if (actor.held) check(actor, *actor.held);
    if (&actor == actors_.data()) continue;
    engine_.detach(*actor.thread);
    actor = {};
  }
  Thread& last = *actors_[0].thread;
  for (const auto& [ticket, watch] : actors_[0].watches) engine_.unwatch(last, ticket);
  for (const auto& [ticket, wait] : actors_[0].waits) engine_.give_up_wait(last, ticket);
  while (!last.snapshots.empty()) engine_.close_snapshot(last, last.snapshots.back());
  recount();
  for (const CollectionInfo& info : infos_) engine_.destroy(last, info.id);
  require_nothing_left(engine_, last);
  engine_.detach(last);
}

void World::run(Input input) {
  constexpr int kMostSteps = 400;
  World world(shared_engine(), input, Registered::all()["transactions"].happened);
  for (int step = 0; step < kMostSteps && !input.empty(); ++step) world.step();
  world.finish();
}

static const Registered kTransactions("transactions", World::run,
                                      {"commits of transactions",
                                       "blind commits",
                                       "commits that evict",
                                       "conflicts",
                                       "transactions aborted",
                                       "extensions",
                                       "extensions refused",
                                       "states compared",
                                       "old snapshots compared",
                                       "recounts",
                                       "refusals of places",
                                       "refusals by limits",
                                       "refusals by the process's limit",
                                       "refusals because it is closed",
                                       "takes",
                                       "waits in line",
                                       "items handed over",
                                       "items received",
                                       "items given back",
                                       "waits for changes",
                                       "waits ended by changes",
                                       "waits given up",
                                       "changes told",
                                       "watches ended",
                                       "watches that lost track",
                                       "collections destroyed",
                                       "threads ended"});

}  // namespace heddle::fuzz
