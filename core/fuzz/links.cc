// Collections that values refer to: they live exactly as long as something that lives refers to them, cycles included.
#include <array>
#include <set>
#include <string>
#include <vector>

#include "engine.h"
#include "input.h"
#include "target.h"

namespace heddle::fuzz {

namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kMost = 24;  // collections, of one input

// What keeps a collection alive, and what it keeps alive.
struct Known {
  CollectionId id = 0;
  Structure structure = Structure::kKeyed;
  bool permanent = false;
  bool destroyed = false;
  std::array<bool, kThreads> held{};
  std::vector<Lifetimes::Token> flights;
  std::array<std::vector<CollectionId>, 3> values;  // by key; of a queue or an array by place, in a value each
  std::vector<std::vector<CollectionId>> items;
};

class Links {
 public:
  Links(Engine& engine, Input& input, Counts& happened) : engine_(engine), input_(input), happened_(happened) {
    for (Thread*& thread : threads_) thread = &engine_.attach();
  }

  static void run(Input input) {
    constexpr int kMostSteps = 300;
    Links links(shared_engine(), input, Registered::all()["links"].happened);
    for (int step = 0; step < kMostSteps && !input.empty(); ++step) links.step();
    links.finish();
  }

 private:
  void step() {
    const unsigned thread = input_.below(kThreads);
    switch (input_.below(12)) {
      case 0:
      case 1:
        return make(thread);
      case 2:
        return release(thread);
      case 3:
        return load(thread);
      case 4:
        return fly(thread);
      case 5:
        return input_.one_in(4) ? destroy(thread) : publish(thread);
      case 6:
        return hold_snapshot(thread);
      case 7:
        return compare();
      case 8:
        return take(thread);
      default:
        return set(thread);
    }
  }

  void finish() {
    compare();
    for (Thread* thread : threads_) {
      while (!thread->snapshots.empty()) engine_.close_snapshot(*thread, thread->snapshots.back());
    }
    snapshots_ = 0;
    compare();
    engine_.detach(*threads_[1]);
    Thread& last = *threads_[0];
    for (Known& known : known_) {
      known.held[1] = false;
      known.held[0] = known.held[0] && !known.destroyed;
    }
    compare(1);
    while (!last.held.empty()) engine_.release(last, *last.held.begin());
    for (const CollectionInfo& info : engine_.collections(last)) engine_.destroy(last, info.id);
    require_nothing_left(engine_, last);
    engine_.detach(last);
  }

  void count(const char* event) { ++happened_[event]; }
  [[nodiscard]] Known* pick() {
    return known_.empty() ? nullptr : &known_[input_.below(static_cast<unsigned>(known_.size()))];
  }
  // Whether the thread can name it at all.
  static bool reaches(const Known& known, unsigned thread) { return known.held[thread] || known.permanent; }

  void make(unsigned thread) {
    if (known_.size() == kMost) return;
    const Structure structure = std::array{Structure::kKeyed, Structure::kQueue, Structure::kList}[input_.below(3)];
    const bool named = input_.one_in(4);
    const auto name = named ? std::optional("links" + std::to_string(known_.size())) : std::nullopt;
    const CollectionInfo info =
        engine_.open(*threads_[thread], {.kind = 1, .name = name, .structure = structure, .limits = {}, .options = {}});
    Known known{.id = info.id, .structure = structure, .permanent = named, .flights = {}, .values = {}, .items = {}};
    known.held[thread] = true;
    known_.push_back(known);
  }

  void release(unsigned thread) {
    Known* known = pick();
    if (known == nullptr || !known->held[thread]) return;
    engine_.release(*threads_[thread], known->id);
    known->held[thread] = false;
    count("handles released");
  }

  void publish(unsigned thread) {
    Known* known = pick();
    if (known == nullptr || !known->held[thread] || known->permanent) return;
    const bool done = engine_.publish(*threads_[thread], known->id, "published" + std::to_string(known->id));
    require_equal(done, !known->destroyed, "whether it could be published");
    known->permanent = done;
  }

  void destroy(unsigned thread) {
    Known* known = pick();
    if (known == nullptr || !reaches(*known, thread)) return;
    require_equal(engine_.destroy(*threads_[thread], known->id), !known->destroyed, "whether it was there");
    end(*known);
    count("collections destroyed");
  }

  static void end(Known& known) {
    known.destroyed = true;
    known.permanent = false;
    known.values = {};
    known.items.clear();
    known.flights.clear();
  }

  // A handle is sent to the other thread, or arrives there.
  void fly(unsigned thread) {
    Known* known = pick();
    if (known == nullptr) return;
    if (known->flights.empty() || input_.one_in(2)) {
      if (!known->held[thread]) return;
      const auto token = engine_.send(*threads_[thread], known->id);
      require_equal(token.has_value(), !known->destroyed, "whether it can be sent");
      if (token) known->flights.push_back(*token);
      return;
    }
    require(engine_.land(*threads_[thread], known->id, known->flights.back()), "what flies is alive");
    known->flights.pop_back();
    known->held[thread] = true;
    count("handles landed");
  }

  std::string value_of(const std::vector<CollectionId>& links) {
    std::string value = "value";
    if (input_.one_in(16)) value.resize(Blob::kLarge, 'v');
    const auto put = [&](std::uint32_t word) { value.append(reinterpret_cast<const char*>(&word), sizeof(word)); };
    for (const CollectionId id : links) put(id);
    put(static_cast<std::uint32_t>(links.size()));
    return value;
  }

  // Values that refer to what the thread has handles of; or values that refer to nothing in their place.
  void set(unsigned thread) {
    std::vector<Write> writes;
    std::vector<std::string> values;
    const Known* into = pick();
    if (into == nullptr || !reaches(*into, thread)) return;
    Known& known = known_[static_cast<std::size_t>(into - known_.data())];
    std::vector<CollectionId> links;
    for (unsigned n = input_.below(4); n > 0; --n) {
      const Known* target = pick();
      if (target->held[thread]) links.push_back(target->id);
    }
    const unsigned place = input_.below(3);
    const std::string key(1, static_cast<char>('a' + place));
    const std::string value = value_of(links);
    Write write{.linked = !links.empty(), .collection = known.id, .key = {}, .value = std::as_bytes(std::span(value))};
    const bool keyed = known.structure == Structure::kKeyed;
    if (keyed) write.key = std::as_bytes(std::span(key));
    if (input_.one_in(16)) {
      write = {.kind = Write::Kind::kClear, .collection = known.id, .key = {}, .value = {}};
    } else if (!keyed) {
      write.kind = Write::Kind::kAppend;
    } else if (input_.one_in(4)) {
      write = {.kind = Write::Kind::kDelete, .collection = known.id, .key = write.key, .value = {}};
    }
    CommitRequest request;
    request.writes = {&write, 1};
    const Status status = engine_.commit(*threads_[thread], request);
    require_equal(status, known.destroyed ? Status::kDestroyed : Status::kOk, "a commit");
    if (status != Status::kOk) return;
    switch (write.kind) {
      case Write::Kind::kClear:
        known.values = {};
        known.items.clear();
        break;
      case Write::Kind::kAppend:
        known.items.push_back(links);
        break;
      default:
        known.values[place] = write.kind == Write::Kind::kSet ? links : std::vector<CollectionId>{};
    }
    if (write.linked) count("values that refer to collections");
  }

  void take(unsigned thread) {
    Known* known = pick();
    if (known == nullptr || !reaches(*known, thread) || known->destroyed || known->items.empty()) return;
    if (known->structure == Structure::kList) {
      Write write{.kind = Write::Kind::kRemove, .collection = known->id, .key = {}, .value = {}, .count = 1};
      CommitRequest request;
      request.writes = {&write, 1};
      require_equal(engine_.commit(*threads_[thread], request), Status::kOk, "a removal");
    } else {
      Takings takings;
      takings.room = std::size_t{1} << 20;
      takings.visit = [&](const Version& item) {
        if (item.linked) engine_.hold_links(*threads_[thread], item.bytes());
      };
      require_equal(engine_.take(*threads_[thread], known->id, takings), Status::kOk, "a take");
      hold_all(known->items.front(), thread);
    }
    known->items.erase(known->items.begin());
    count("items taken");
  }

  // Whoever reads a value has handles of what it refers to.
  void load(unsigned thread) {
    Known* known = pick();
    if (known == nullptr || known->structure != Structure::kKeyed || !reaches(*known, thread) || known->destroyed)
      return;
    const unsigned place = input_.below(3);
    const std::string key(1, static_cast<char>('a' + place));
    std::array<std::byte, 512> out;
    const LoadResult loaded =
        engine_.load(*threads_[thread], {.collection = known->id, .key = std::as_bytes(std::span(key)), .out = out});
    require_equal(loaded.status, Status::kOk, "a read");
    require(loaded.linked || known->values[place].empty(), "it refers to collections");
    if (loaded.linked) hold_all(known->values[place], thread);
    if (loaded.linked) count("handles read");
  }

  void hold_all(const std::vector<CollectionId>& links, unsigned thread) {
    for (const CollectionId id : links) {
      for (Known& known : known_) {
        if (known.id == id && !known.destroyed) known.held[thread] = true;
      }
    }
  }

  // While one is open, what has been replaced may keep more alive.
  void hold_snapshot(unsigned thread) {
    Thread& holder = *threads_[thread];
    if (holder.snapshots.empty()) {
      engine_.open_snapshot(holder);
      ++snapshots_;
    } else {
      engine_.close_snapshot(holder, holder.snapshots.back());
      --snapshots_;
    }
  }

  // Marks what is reachable, as any collector would.
  [[nodiscard]] std::set<CollectionId> reachable(std::size_t threads) const {
    std::set<CollectionId> marked;
    std::vector<const Known*> left;
    const auto mark = [&](const Known& known) {
      if (!known.destroyed && marked.insert(known.id).second) left.push_back(&known);
    };
    for (const Known& known : known_) {
      bool root = known.permanent || !known.flights.empty();
      for (std::size_t thread = 0; thread < threads; ++thread) root = root || known.held[thread];
      if (root) mark(known);
    }
    while (!left.empty()) {
      const Known& from = *left.back();
      left.pop_back();
      const auto follow = [&](const std::vector<CollectionId>& links) {
        for (const CollectionId id : links) {
          for (const Known& known : known_) {
            if (known.id == id) mark(known);
          }
        }
      };
      for (const auto& links : from.values) follow(links);
      for (const auto& links : from.items) follow(links);
    }
    return marked;
  }

  void compare(std::size_t threads = kThreads) {
    Thread& thread = *threads_[0];
    for (int turn = 0; turn < 4; ++turn) {
      // Each frees what it has taken away itself.
      for (std::size_t i = 0; i < threads; ++i) {
        while (engine_.tidy(*threads_[i])) {
        }
      }
    }
    const std::set<CollectionId> marked = reachable(threads);
    for (Known& known : known_) {
      const bool alive = engine_.memory(thread, known.id).has_value();
      if (marked.contains(known.id)) {
        require(alive, "what something refers to is alive");
        continue;
      }
      if (snapshots_ > 0) continue;
      require(!alive, "what nothing refers to has ended");
      if (!known.destroyed) count("collections ended because nothing refers to them");
      end(known);
    }
    require_equal(engine_.stats().memory, engine_.recount(thread), "memory, and a recount");
    count("comparisons");
  }

  Engine& engine_;
  Input& input_;
  Counts& happened_;
  std::array<Thread*, kThreads> threads_{};
  std::vector<Known> known_;
  unsigned snapshots_ = 0;
};

const Registered kLinks("links", Links::run,
                        {"values that refer to collections", "collections ended because nothing refers to them",
                         "collections destroyed", "handles read", "handles landed", "handles released", "items taken",
                         "comparisons"});

}  // namespace

}  // namespace heddle::fuzz
