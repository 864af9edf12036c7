// Who stands in line, who waits for changes, and who watches.
#include <algorithm>

#include "world.h"

namespace heddle::fuzz {

namespace {

constexpr std::size_t kRoom = std::size_t{1} << 20;

// An entry of a map by its number; any if there are fewer.
template <class Map>
auto pick(Map& map, Input& input) {
  return map.empty() ? map.end() : std::next(map.begin(), input.below(static_cast<unsigned>(map.size())));
}

}  // namespace

std::size_t World::in_line() const { return line_.size(); }

// Outside of a transaction; with a ticket whoever finds nothing stands in line.
void World::take(Actor& actor) {
  State& queue = now_[kQueue];
  const bool waits = input_.one_in(2);
  const WaitTicket ticket = ++last_ticket_;
  std::vector<std::string> taken;
  Takings takings;
  takings.most = 1 + input_.below(4);
  takings.room = input_.one_in(4) ? input_.byte() : kRoom;
  takings.visit = [&](const Version& item) { taken.emplace_back(text(item.bytes())); };

  std::size_t most = 0;
  std::size_t room = 0;
  for (const Element& item : queue.elements) {
    const bool large = item.value.length >= Blob::kLarge;
    room += sizeof(std::uint64_t) + (large ? sizeof(std::uint64_t) : (std::size_t{item.value.length} + 7) / 8 * 8);
    if (room > takings.room || most == takings.most) break;
    ++most;
  }
  const Status should = !queue.elements.empty() ? (most > 0 ? Status::kOk : Status::kTooLarge)
                        : queue.closed          ? Status::kClosed
                                                : Status::kEmpty;
  const Status status = engine_.take(*actor.thread, queue.id, takings, waits ? std::optional(ticket) : std::nullopt);
  require_equal(status, should, "what comes of taking");
  if (status == Status::kEmpty && waits) {
    line_.emplace_back(&actor, ticket);
    actor.waits[ticket] = {.in_line = true, .queue = queue.id, .item = {}, .seen = {}, .states = {}};
    count("waits in line");
  }
  if (status != Status::kOk) return;
  require_equal(taken.size(), most, "how many are taken");
  for (std::size_t i = 0; i < most; ++i) require_equal(taken[i], queue.elements[i].value.bytes(), "what is taken");
  queue.elements.erase(queue.elements.begin(), queue.elements.begin() + static_cast<std::ptrdiff_t>(most));
  queue.changes += most;
  queue.members = engine_.published();
  count("takes");
}

void World::hand_over(std::span<const Value> values) {
  for (const Value& value : values) {
    const auto [actor, ticket] = line_.front();
    line_.erase(line_.begin());
    Waiting& waiting = actor->waits[ticket];
    waiting.item = value;
    waiting.number = ++handed_over_;
    waiting.status = Status::kOk;
    count("items handed over");
  }
}

void World::dismiss(Status why) {
  for (const auto& [actor, ticket] : line_) actor->waits[ticket].status = why;
  line_.clear();
}

void World::wait(Actor& actor) {
  if (!actor.open || actor.open->seen.empty()) return;
  const Transaction& open = *actor.open;
  const bool should = valid(open);
  const WaitTicket ticket = ++last_ticket_;
  const Status status = engine_.wait(*actor.thread, open.reads, open.predicates, ticket);
  if (status == Status::kOk) {
    require(should, "it waits for what has changed already");
    actor.waits[ticket] = {.item = {}, .seen = open.seen, .states = open.states};
    count("waits for changes");
  } else {
    require(!should, "there is nothing to wait for no more");
  }
  engine_.close_snapshot(*actor.thread, open.slot);
  actor.open.reset();
}

// Whoever has what it waits for is told so, and nobody else.
void World::hear(Actor& actor) {
  const std::vector<WaitTicket> tickets = engine_.ended_waits(*actor.thread, true);
  for (const WaitTicket ticket : tickets) {
    const auto found = actor.waits.find(ticket);
    if (found == actor.waits.end()) {
      require(actor.watches.contains(ticket), "nobody waits under this ticket");
      continue;
    }
    Waiting& waiting = found->second;
    if (!waiting.in_line) {
      actor.waits.erase(found);
      count("waits ended by changes");
      continue;
    }
    require(waiting.given_up || waiting.status != Status::kEmpty, "it is still in line");
    require(!waiting.told, "it is told once");
    waiting.told = true;
  }
  for (const auto& each : actor.waits) {
    const Waiting& waiting = each.second;
    if (waiting.in_line) {
      require(waiting.told || waiting.status == Status::kEmpty, "it was not told of its item");
    } else {
      for (const Seen& seen : waiting.seen) require(holds(seen, waiting.states), "who waits is told of a change");
    }
  }
}

void World::receive(Actor& actor) {
  hear(actor);
  const auto found = pick(actor.waits, input_);
  if (found == actor.waits.end() || !found->second.told) return;
  const Waiting& waiting = found->second;
  std::string item;
  Takings takings;
  takings.room = kRoom;
  takings.visit = [&](const Version& version) { item = text(version.bytes()); };
  const Status status = engine_.receive(*actor.thread, found->first, takings);
  if (!waiting.given_up) {
    require_equal(status, waiting.status, "what has come of waiting");
    if (waiting.item) require_equal(item, waiting.item->bytes(), "the item that was handed over");
    count("items received");
  }
  actor.waits.erase(found);
}

void World::give_up(Actor& actor) {
  const auto found = pick(actor.waits, input_);
  if (found == actor.waits.end() || found->second.given_up) return;
  Waiting& waiting = found->second;
  const std::optional<Value> item = waiting.queue == now_[kQueue].id ? waiting.item : std::nullopt;
  std::erase(line_, std::pair(&actor, found->first));
  const bool comes = waiting.in_line && waiting.status != Status::kEmpty && !waiting.told;
  engine_.give_up_wait(*actor.thread, found->first);
  count("waits given up");
  // One that has ended is told all the same, if it was not yet.
  if (comes || !waiting.in_line) {
    waiting.given_up = waiting.in_line = true;
    waiting.seen.clear();
    waiting.item.reset();
    waiting.status = Status::kEmpty;
  } else {
    actor.waits.erase(found);
  }
  if (item) give_back({*item});
}

// Items that return to the front, or go to those in line, in their order.
void World::give_back(std::vector<Value> items) {
  if (items.empty()) return;
  State& queue = now_[kQueue];
  const std::size_t handed = std::min(items.size(), line_.size());
  hand_over(std::span(items).first(handed));
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(handed));
  for (std::size_t i = 0; i < items.size(); ++i)
    queue.elements.insert(queue.elements.begin() + static_cast<std::ptrdiff_t>(i), {items[i], 0});
  queue.changes += items.size();
  if (!items.empty()) queue.members = engine_.published();
  count("items given back");
}

Watching World::mirror(Place place) const {
  Watching watching{.place = place, .id = now_[place].id, .entries = {}, .elements = {}};
  for (const Entry& entry : now_[place].entries) watching.entries[entry.key] = entry.value.bytes();
  for (const Element& element : now_[place].elements) watching.elements.push_back(element.value.bytes());
  return watching;
}

void World::watch(Actor& actor) {
  constexpr std::size_t kMost = 3;
  if (actor.watches.size() >= kMost) return tell(actor);
  const auto place = static_cast<Place>(input_.below(kQueue));
  const WatchTicket ticket = ++last_ticket_;
  WatchStart start;
  const Watch::Overflow overflow = input_.one_in(2) ? Watch::Overflow::kLose : Watch::Overflow::kCoalesce;
  const Status status = engine_.watch(*actor.thread,
                                      {.what = {.collection = now_[place].id,
                                                .kind = Watch::Kind::kEverything,
                                                .overflow = overflow,
                                                .buffer = 1 + input_.below(16)},
                                       .key = {}},
                                      ticket, start);
  require_equal(status, Status::kOk, "a watch");
  actor.watches[ticket] = mirror(place);
}

// Replays what a watch tells: it must come to what there is.
void World::tell(Actor& actor) {
  const auto found = pick(actor.watches, input_);
  if (found == actor.watches.end()) return;
  Watching& watching = found->second;
  std::uint64_t changes = 0;
  const auto join = [](std::span<Version* const> versions) {
    std::vector<std::string> all;
    for (const Version* version : versions) all.emplace_back(text(version->bytes()));
    return all;
  };
  const Tidings tidings = engine_.tidings(*actor.thread, {.ticket = found->first}, [&](const Link& link) {
    ++changes;
    const Change& change = *link.change;
    const Change& since = link.since == nullptr ? change : *link.since;
    const std::vector<std::string> before = join(since.before());
    const std::vector<std::string> after = join(change.after());
    if (change.kind == Change::Kind::kClear) {
      watching.entries.clear();
      watching.elements.clear();
    } else if (change.key != nullptr) {
      std::string key(text(change.key->bytes()));
      const auto entry = watching.entries.find(key);
      require_equal(entry == watching.entries.end(), before.empty(), "whether there was a value before");
      if (!before.empty()) require_equal(entry->second, before[0], "what a watch says there was before");
      if (after.empty()) {
        watching.entries.erase(key);
      } else {
        watching.entries[std::move(key)] = after[0];
      }
    } else {
      auto& elements = watching.elements;
      require(change.place + before.size() <= elements.size(), "a splice inside of the array");
      const auto at = elements.begin() + static_cast<std::ptrdiff_t>(change.place);
      require(std::equal(before.begin(), before.end(), at), "what a watch says was in that place");
      elements.insert(elements.erase(at, at + static_cast<std::ptrdiff_t>(before.size())), after.begin(), after.end());
    }
    return true;
  });
  require_equal(tidings.status, Status::kOk, "tidings");
  require(!tidings.more, "all has been told");
  happened_["changes told"] += changes;
  if (tidings.taken.ended) {
    require(watching.id != now_[watching.place].id, "its collection is there");
    engine_.unwatch(*actor.thread, found->first);
    actor.watches.erase(found);
    count("watches ended");
    return;
  }
  require_equal(watching.id, now_[watching.place].id, "its collection has ended");
  const Watching should = mirror(watching.place);
  if (tidings.taken.lost) {
    count("watches that lost track");
  } else {
    require(watching.entries == should.entries, "what a watch has told leads to what there is");
    require(watching.elements == should.elements, "what a watch has told leads to this array");
  }
  watching = should;
}

void World::unwatch(Actor& actor) {
  const auto found = pick(actor.watches, input_);
  if (found == actor.watches.end()) return;
  engine_.unwatch(*actor.thread, found->first);
  actor.watches.erase(found);
}

}  // namespace heddle::fuzz
