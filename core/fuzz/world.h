// An engine, some threads' use of it, and the model: every answer of the engine is compared. One thread of the system
// plays them all, so that an input is one history.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine.h"
#include "input.h"
#include "model.h"
#include "target.h"

namespace heddle::fuzz {

// What a transaction has seen, as the model can tell whether it still is so.
struct Seen {
  enum class Kind : std::uint8_t { kCollection, kPresent, kAbsent, kMembers, kSize, kChanges, kElement };
  Kind kind;
  Place place;
  std::string key;
  std::uint64_t index = 0;
  std::uint64_t expected = 0;
};

struct Snapshot {
  SnapshotSlot slot = kNoSlot;
  Seq number = 0;
  States states;
};

struct Transaction : Snapshot {
  std::vector<ReadEntry> reads;
  std::vector<Predicate> predicates;
  std::vector<Seen> seen;
  std::vector<std::unique_ptr<std::string>> keys;  // that the predicates refer to
};

// A wait in line, or for changes.
struct Waiting {
  bool in_line = false;
  CollectionId queue = 0;
  std::optional<Value> item;  // handed over
  std::uint64_t number = 0;   // of the handing over
  Status status = Status::kEmpty;
  bool told = false;
  bool given_up = false;
  std::vector<Seen> seen;  // of one for changes
  States states;
};

// A watch of everything, and what it has made of what it was told.
struct Watching {
  Place place = kMap;
  CollectionId id = 0;
  std::map<std::string, std::string> entries;
  std::vector<std::string> elements;
};

struct Actor {
  Thread* thread = nullptr;
  std::optional<Transaction> open;
  std::optional<Snapshot> held;
  std::map<WaitTicket, Waiting> waits;
  std::map<WatchTicket, Watching> watches;
};

class World {
 public:
  World(Engine& engine, Input& input, Counts& happened);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // What a whole input says.
  static void run(Input input);

 private:
  // One thing.
  void step();
  // Everything ends, and nothing must be left.
  void finish();

  // world.cc: threads, collections, snapshots.
  void open(Place place);
  void reopen();
  void replace(Actor& actor);
  void begin(Actor& actor);
  void end(Actor& actor);
  void hold(Actor& actor);
  void check(Actor& actor, const Snapshot& snapshot);
  void check_latest();
  void limit_process();
  [[nodiscard]] State scan(Actor& actor, Place place, const Snapshot& snapshot);
  [[nodiscard]] std::vector<Element> walk(Actor& actor, Place place, const Snapshot& snapshot);
  [[nodiscard]] std::vector<Element> items(Actor& actor, const Snapshot& snapshot);
  void recount();

  // transactions.cc: what they read and write.
  void read(Actor& actor);
  void read_collection(Transaction& open, Place place);
  void read_key(Transaction& open, Actor& actor, Place place);
  void read_size(Transaction& open, Actor& actor, Place place);
  void read_place(Transaction& open, Actor& actor, Place place);
  void extend(Actor& actor);
  void commit(Actor& actor);
  void draw_writes(Actor& actor, Place place);
  void draw_map(Place place);
  void draw_list(const State& state);
  void draw_queue(const Actor& actor);
  Status predict(const Actor& actor, std::array<std::optional<Outcome>, kPlaces>& outcomes) const;
  void settle(std::array<std::optional<Outcome>, kPlaces>& outcomes, Seq commit);
  void settle_cache(const Outcome* outcome);
  [[nodiscard]] bool holds(const Seen& seen, const States& then) const;
  [[nodiscard]] bool valid(const Transaction& open) const;

  // waits.cc: who stands in line, waits for changes, watches.
  void take(Actor& actor);
  void hand_over(std::span<const Value> values);
  void dismiss(Status why);
  void wait(Actor& actor);
  void hear(Actor& actor);
  void receive(Actor& actor);
  void give_up(Actor& actor);
  void give_back(std::vector<Value> items);
  void watch(Actor& actor);
  void tell(Actor& actor);
  void unwatch(Actor& actor);
  [[nodiscard]] Watching mirror(Place place) const;
  [[nodiscard]] std::size_t in_line() const;

  Value draw_value(Place place);
  std::string draw_key();
  Actor& draw_actor() { return actors_[input_.below(actors_.size())]; }
  void count(const char* event) { ++happened_[event]; }

  Input& input_;
  Counts& happened_;
  Engine& engine_;
  Shapes shapes_;
  States now_;
  std::array<CollectionInfo, kPlaces> infos_;
  std::array<Actor, 3> actors_;
  std::vector<std::pair<Actor*, WaitTicket>> line_;
  std::uint32_t last_seed_ = 0;
  std::uint32_t last_ticket_ = 0;
  std::uint64_t handed_over_ = 0;
  bool limited_ = false;  // the process

  // The writes of the commit under way.
  std::vector<Intent> intents_;
};

}  // namespace heddle::fuzz
