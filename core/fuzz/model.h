// What collections should be, in the simplest words: copied for each snapshot, changed by one commit after the other.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "heddle/engine.h"

namespace heddle::fuzz {

// A value of its own: two that differ have different seeds, unless they have no bytes to tell.
struct Value {
  std::uint32_t seed = 0;
  std::uint32_t length = 0;

  [[nodiscard]] std::string bytes() const;
  // What a version of it takes; of one that lies outside (V6) nobody asks.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(sizeof(Version)) + length; }
  bool operator==(const Value& other) const { return length == other.length && (length == 0 || seed == other.seed); }
};

struct Entry {
  std::string key;
  Value value = {};
  Seq version = 0;  // the commit that wrote it
};

struct Element {
  Value value = {};
  std::uint64_t serial = 0;
};

// One collection of any structure, at one commit.
struct State {
  CollectionId id = 0;
  std::vector<Entry> entries;     // of a map, in insertion order
  std::vector<Element> elements;  // of an array or a queue
  std::uint64_t serials = 0;      // of an array's elements
  std::uint64_t changes = 0;      // as predicates of kChanges have it
  bool closed = false;
  Seq cleared = 0;  // the last commit that cleared it
  Seq members = 0;  // the last commit after which a transaction that has seen the size as a stamp cannot succeed

  [[nodiscard]] const Entry* find(std::string_view key) const;
  [[nodiscard]] std::size_t size() const { return entries.size() + elements.size(); }
  [[nodiscard]] std::int64_t memory() const;
};

// What does not change of a collection.
struct Shape {
  Structure structure = Structure::kKeyed;
  Limits limits;
};

enum Place : std::size_t { kMap, kBounded, kCache, kList, kQueue, kPlaces };
using States = std::array<State, kPlaces>;
using Shapes = std::array<Shape, kPlaces>;

// A write in the model's words.
struct Intent {
  Write::Kind kind = Write::Kind::kSet;
  Place place = kMap;
  std::string key;
  Value value = {};
  bool move = false;
  std::uint64_t index = 0;
  std::uint64_t count = 0;
};

// What a commit with these writes to one place makes of it; not its version, which is not known before.
struct Outcome {
  Status status = Status::kOk;
  State state;
  bool members_change = false;
  bool cleared = false;
  std::vector<Value> handed_over;  // to those in line, in their order
  bool dismissed = false;          // those left in line: closed
};
Outcome apply(const State& before, const Shape& shape, std::span<const Intent> intents, std::size_t in_line);

// Whether a cache that the commit has been written to before evictions could have come to this: what was written is
// there, and of everything else some is missing.
bool may_become(const State& written, const State& found, std::span<const Intent> intents);

}  // namespace heddle::fuzz
