// What an operation meets: an engine with some collections, and what two threads hold of it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "faults/failing_allocator.h"
#include "support/client.h"
#include "support/links.h"
#include "support/pool.h"
#include "support/queues.h"
#include "support/watching.h"

namespace heddle::test {

class Scene {
 public:
  Scene();
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // What can be seen of all collections.
  std::string visible();
  // The same and the accounts, after everything that may go has gone.
  std::string content();
  // What the accounts say and a recount does not: empty if they agree.
  std::string miscounted();
  // Takes everything away but the engine, and says what is left.
  std::string take_down();

  // Keeps text for as long as the scene lasts: writes refer to it.
  const std::string& keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  [[nodiscard]] const std::string& kept() const { return texts_.back(); }
  void write(const Write& write) { writes.push_back(write); }
  // Allocates nothing itself.
  Status commit() {
    CommitRequest request;
    request.writes = writes;
    return engine.commit(a().thread, request);
  }
  void tidy();

  Client& a() { return *a_; }
  Client& b() { return *b_; }
  // One more thread, that the scene does not end.
  Thread& guest() { return *guest_; }
  void end_guest() { engine.detach(*std::exchange(guest_, nullptr)); }

  Engine engine{1};
  Client keeper{engine};

 private:
  std::unique_ptr<Client> a_ = std::make_unique<Client>(engine);
  std::unique_ptr<Client> b_ = std::make_unique<Client>(engine);
  Thread* guest_ = &engine.attach();
  std::deque<std::string> texts_;

 public:
  CollectionInfo map;    // a=1 b=2 c=3
  CollectionInfo cache;  // of 4 entries, which is as many as fit
  CollectionInfo queue;  // "x y"
  CollectionInfo list;   // "0 1 2 3 4"
  std::vector<Write> writes;
  std::vector<ReadEntry> reads;
  Taking taking;
  WatchTicket ticket = 7;
  SnapshotSlot slot = kNoSlot;
  std::shared_ptr<Pool> pool;  // whose workers are a and b
  PoolWorker* worker = nullptr;
  TaskTicket task = 0;
  std::string told;  // whatever an operation has found out; it has room
};

// An operation of the engine, and what may become of it when memory is short.
struct Operation {
  const char* name;
  std::function<void(Scene&)> prepare;
  std::function<Status(Scene&)> run;
  // What it must leave alone if it fails, and bring about if it succeeds.
  std::function<std::string(Scene&)> content = [](Scene& scene) { return scene.content(); };
  Status succeeds_with = Status::kOk;
  bool may_fail = true;
  bool allocates = true;  // else it must not
  bool lasting = true;    // it survives a shortage that lasts, too
};

// Runs the operation with every allocation failing in turn, alone and with all that follow: it fails and nothing has
// changed, or it succeeds regardless; the accounts are right; repeated, it succeeds; and nothing is left behind.
void expect_survives(const Operation& operation);

}  // namespace heddle::test
