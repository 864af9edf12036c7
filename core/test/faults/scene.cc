#include "faults/scene.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

namespace heddle::test {

namespace {

constexpr std::int32_t kMap = 1;
constexpr std::int32_t kList = 3;
constexpr std::int32_t kQueue = 4;
constexpr std::int32_t kPool = 5;  // a keyed one that stands for a pool

std::string brief(Bytes value) {
  return value.size() < 64 ? text(value) : std::to_string(value.size()) + text(value.first(1));
}

std::string elements(Client& client, CollectionId list) {
  const auto opened = client.engine.open_snapshot(client.thread);
  std::string all;
  client.engine.walk(client.thread,
                     {.collection = list, .from = 0, .to = kForever, .snapshot = opened.rv, .slot = opened.slot},
                     [&](const Version& item) {
                       all += " " + brief(item.bytes());
                       return true;
                     });
  client.engine.close_snapshot(client.thread, opened.slot);
  return all;
}

std::string entries(Client& client, CollectionId map) {
  const auto opened = client.engine.open_snapshot(client.thread);
  std::string all;
  client.engine.scan(client.thread, {.collection = map, .snapshot = opened.rv}, [&](const ScanEntry& entry) {
    all += " " + text(entry.key) + "=" + brief(entry.value);
    return true;
  });
  client.engine.close_snapshot(client.thread, opened.slot);
  return all;
}

std::string content_of(Client& client, const CollectionInfo& info) {
  switch (info.kind) {
    case kQueue:
      return " " + test::content(client, info.id);
    case kList:
      return elements(client, info.id);
    default:
      return entries(client, info.id);
  }
}

}  // namespace

Scene::Scene()
    : map(a().open("map")),
      cache(a().open("cache", {.max_entries = 4, .lru = true})),
      queue(open_queue(a(), "queue")),
      list(engine.open(a().thread,
                       {.kind = kList, .name = "list", .structure = Structure::kList, .limits = {}, .options = {}})) {
  for (const char* key : {"a", "b", "c"}) a().set(map.id, key, "1");
  for (const char* key : {"k", "l", "m", "n"}) a().set(cache.id, key, "1");
  for (const char* item : {"x", "y"}) enqueue(a(), queue.id, item);
  for (const char* item : {"0", "1", "2", "3", "4"}) {
    Write append{.kind = Write::Kind::kAppend, .collection = list.id, .key = {}, .value = bytes(item)};
    a().commit(append);
  }
  writes.reserve(256);
  told.reserve(4096);
  taking.items.reserve(4096);
}

Scene::~Scene() {
  if (guest_ != nullptr) end_guest();
}

void Scene::tidy() {
  for (int turn = 0; turn < 4; ++turn) {
    for (Client* client : {a_.get(), b_.get(), &keeper}) {
      while (client != nullptr && engine.tidy(client->thread)) {
      }
    }
  }
}

std::string Scene::visible() {
  std::string all;
  for (const CollectionInfo& info : engine.collections(keeper.thread)) {
    all += (info.name.empty() ? "-" : info.name) + std::to_string(info.kind) + ":" + content_of(keeper, info) + "\n";
  }
  return all;
}

std::string Scene::content() {
  tidy();
  std::string all = visible();
  tidy();
  const Stats stats = engine.stats();
  const auto note = [&](const char* what, auto figure) { all += what + std::to_string(figure) + " "; };
  note("memory ", stats.memory);
  note("outside ", stats.outside);
  note("told ", stats.told);
  note("tasks ", stats.tasks);
  note("watches ", stats.watches);
  note("lag ", stats.watch_lag);
  note("snapshots ", stats.open_snapshots);
  note("threads ", stats.threads);
  note("retired ", stats.retired);
  for (Client* client : {a_.get(), b_.get()}) {
    note("holds ", client->thread.held.size());
    note("reads ", client->thread.snapshots.size());
  }
  return all;
}

std::string Scene::miscounted() {
  std::string all;
  const auto compare = [&](const std::string& name, std::int64_t is, std::int64_t should) {
    if (is != should) all += name + " is " + std::to_string(is) + ", counted " + std::to_string(should) + "\n";
  };
  compare("all", engine.stats().memory, engine.recount(keeper.thread));
  for (const CollectionInfo& info : engine.collections(keeper.thread)) {
    compare(info.name, engine.memory(keeper.thread, info.id).value_or(-1),
            engine.recount(keeper.thread, info.id).value_or(-1));
  }
  return all;
}

std::string Scene::take_down() {
  a_.reset();
  b_.reset();
  for (WorkerNumber number = 0; pool != nullptr && number < 4; ++number) pool->gone(keeper.thread, number, {});
  pool.reset();
  if (guest_ != nullptr) end_guest();
  while (!keeper.thread.held.empty()) engine.release(keeper.thread, *keeper.thread.held.begin());
  for (const CollectionInfo& info : engine.collections(keeper.thread)) {
    if (!info.name.empty()) engine.destroy(keeper.thread, info.id);
  }
  tidy();
  const Stats stats = engine.stats();
  std::string all;
  const auto note = [&](const char* what, std::int64_t figure) {
    if (figure != 0) all += what + std::to_string(figure) + " ";
  };
  note("collections ", static_cast<std::int64_t>(engine.collections(keeper.thread).size()));
  note("memory ", stats.memory);
  note("outside ", stats.outside);
  note("told ", stats.told);
  note("tasks ", stats.tasks);
  note("watches ", static_cast<std::int64_t>(stats.watches));
  note("lag ", static_cast<std::int64_t>(stats.watch_lag));
  note("snapshots ", static_cast<std::int64_t>(stats.open_snapshots));
  note("threads ", static_cast<std::int64_t>(stats.threads) - 1);
  note("retired ", static_cast<std::int64_t>(stats.retired));
  note("waits for readers ", engine.wants_tidying() ? 1 : 0);
  return all;
}

namespace {

struct Result {
  Status status = Status::kOk;
  bool failed = false;  // an allocation
};

Result attempt(const Operation& operation, Scene& scene, std::size_t number, Shortage shortage) {
  Result result;
  scene.told.clear();
  scene.taking.items.clear();
  {
    const FailingAllocations failing(number, shortage);
    try {
      result.status = operation.run(scene);
    } catch (const std::bad_alloc&) {
      result.status = Status::kOutOfMemory;
    }
  }
  result.failed = allocation_failed();
  return result;
}

// What an operation did, over all of its allocations.
struct Tally {
  std::size_t allocations = 0;
  std::size_t refused = 0;
  std::size_t absorbed = 0;
};

// False if the operation does not allocate so often.
bool expect_one(const Operation& operation, std::size_t number, Shortage shortage, const std::string& after,
                Tally& tally) {
  Scene scene;
  operation.prepare(scene);
  const std::string before = operation.content(scene);
  Result result = attempt(operation, scene, number, shortage);
  if (result.failed && result.status == Status::kOutOfMemory) {
    ++tally.refused;
    EXPECT_TRUE(operation.may_fail);
    EXPECT_EQ(operation.content(scene), before) << "as before";
    EXPECT_EQ(scene.miscounted(), "");
    result.status = attempt(operation, scene, FailingAllocations::kNone, shortage).status;
  } else if (result.failed) {
    ++tally.absorbed;
  }
  EXPECT_EQ(result.status, operation.succeeds_with);
  EXPECT_EQ(operation.content(scene), after) << "as after";
  EXPECT_EQ(scene.miscounted(), "");
  EXPECT_EQ(scene.take_down(), "") << "is left";
  return result.failed;
}

}  // namespace

void expect_survives(const Operation& operation) {
  std::string after;
  for (int warm = 0; warm < 2; ++warm) {  // what is made once for the process is made by then
    Scene scene;
    operation.prepare(scene);
    static_cast<void>(operation.content(scene));
    const Result result = attempt(operation, scene, FailingAllocations::kNone, Shortage::kOnce);
    EXPECT_EQ(result.status, operation.succeeds_with) << operation.name;
    after = operation.content(scene);
    EXPECT_EQ(scene.miscounted(), "");
    EXPECT_EQ(scene.take_down(), "") << operation.name << ": is left without any failure";
  }
  Tally tally;
  for (const Shortage shortage : {Shortage::kOnce, Shortage::kLasting}) {
    bool more = shortage == Shortage::kOnce || operation.lasting;
    // What a lasting shortage adds is that cleaning up meets it too: a part of the allocations will do.
    const std::size_t sparse = shortage == Shortage::kLasting ? 4 : std::numeric_limits<std::size_t>::max();
    for (std::size_t number = 1; more && !testing::Test::HasFailure(); number += 1 + number / sparse) {
      SCOPED_TRACE(std::string(operation.name) + ", allocation " + std::to_string(number) +
                   (shortage == Shortage::kOnce ? "" : " and all that follow"));
      const std::int64_t blocks = live_blocks();
      more = expect_one(operation, number, shortage, after, tally);
      if (more && shortage == Shortage::kOnce) ++tally.allocations;
      if (!testing::Test::HasFailure()) {
        EXPECT_EQ(live_blocks(), blocks) << "blocks that were never freed";
      }
    }
  }
  // A thread's stock may have all that it takes.
  if (BlockClasses::kBatch == 0 || !operation.allocates) {
    EXPECT_EQ(tally.allocations > 0, operation.allocates) << operation.name;
  }
  std::cout << operation.name << ": " << tally.allocations << " allocations failed in turn; " << tally.refused
            << " times refused, " << tally.absorbed << " times done regardless\n";
}

}  // namespace heddle::test
