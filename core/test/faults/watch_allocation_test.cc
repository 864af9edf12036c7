// Watches when memory is short: F1–F6 of heddle/collections/watches.h.
#include <gtest/gtest.h>

#include "faults/scene.h"

namespace heddle {
namespace {

using test::Client;
using test::expect_survives;
using test::Scene;

constexpr WatchTicket kWatch = 60;

void watch(Scene& s, const Watch::Description& what, std::string_view key = {}, WatchTicket ticket = kWatch) {
  WatchStart start;
  s.engine.watch(s.b().thread, {.what = what, .key = test::bytes(key)}, ticket, start);
}

// What it tells from now on is what has been told, and what has not been.
std::string heard(Scene& s, WatchTicket ticket = kWatch) {
  std::string all = s.visible() + s.told;
  const Tidings tidings = s.engine.tidings(s.b().thread, {.ticket = ticket}, [&](const Link& link) {
    all += " " + test::told(link);
    return true;
  });
  return all + (tidings.taken.lost ? " lost" : "") + (tidings.taken.ended ? " ended" : "") +
         (tidings.status == Status::kOk ? "" : " none") + " " + std::to_string(tidings.taken.totals.commits);
}

void expect_watching(const char* name, const std::function<Watch::Description(Scene&)>& what, bool initial) {
  expect_survives({.name = name,
                   .prepare = [](Scene&) {},
                   .run =
                       [=](Scene& s) {
                         WatchStart start;
                         const WatchRequest request{
                             .what = what(s), .key = test::bytes("a"), .initial = initial, .snapshot = true};
                         return s.engine.watch(s.b().thread, request, kWatch, start);
                       }});
}

TEST(WatchAllocation, Watching) {
  expect_watching(
      "watching a key", [](Scene& s) { return test::watch_key(s.map.id); }, true);
  expect_watching(
      "watching a place", [](Scene& s) { return test::watch_place(s.list.id, 1); }, true);
  expect_watching(
      "watching a queue", [](Scene& s) { return test::watch_kind(s.queue.id, Watch::Kind::kQueue); }, true);
  expect_watching(
      "watching everything", [](Scene& s) { return test::watch_all(s.map.id, 8, Watch::Overflow::kCoalesce); }, false);
}

TEST(WatchAllocation, ACommitThatIsTold) {
  const auto expect_told = [](const char* name, const std::function<void(Scene&)>& prepare) {
    expect_survives({.name = name,
                     .prepare = prepare,
                     .run = [](Scene& s) { return s.commit(); },
                     .content = [](Scene& s) { return heard(s); }});
  };
  expect_told("an update that is told", [](Scene& s) {
    watch(s, test::watch_all(s.map.id));
    const auto loaded = s.a().load(s.map.id, "a");
    Write write = Client::set_of(s.map.id, "", "2");
    write.record = loaded.record;
    write.incarnation = loaded.incarnation;
    s.write(write);
  });
  expect_told("writes to a map that are told", [](Scene& s) {
    watch(s, test::watch_all(s.map.id));
    watch(s, test::watch_key(s.map.id), "a", kWatch + 1);
    s.write(Client::clear_of(s.map.id));
    s.write(Client::set_of(s.map.id, "a", "2"));
    s.write(Client::set_of(s.map.id, "new", "2"));
  });
  expect_told("a clear that is told to who watches a key", [](Scene& s) {
    watch(s, test::watch_key(s.map.id), "a");
    s.write(Client::clear_of(s.map.id));
  });
  expect_told("a splice that is told", [](Scene& s) {
    watch(s, test::watch_all(s.list.id));
    watch(s, test::watch_place(s.list.id, 1), {}, kWatch + 1);
    s.write({.kind = Write::Kind::kRemove, .collection = s.list.id, .key = {}, .value = {}, .count = 2, .index = 1});
    s.write({.kind = Write::Kind::kInsert, .collection = s.list.id, .key = {}, .value = test::bytes("in"), .index = 2});
    s.write({.kind = Write::Kind::kAppend, .collection = s.list.id, .key = {}, .value = test::bytes("last")});
  });
}

// What is in the feed already is not looked at before.
TEST(WatchAllocation, AFeedThatIsFull) {
  const auto expect_told = [](const char* name, const std::function<void(Scene&)>& prepare) {
    expect_survives({.name = name,
                     .prepare = prepare,
                     .run = [](Scene& s) { return s.commit(); },
                     .content =
                         [](Scene& s) {
                           const bool is_told = s.keeper.get(s.map.id, "b") == "2";
                           return s.content() + (is_told ? heard(s) : "");
                         }});
  };
  expect_told("a change that makes a full feed shorter", [](Scene& s) {
    watch(s, test::watch_all(s.map.id, 2, Watch::Overflow::kCoalesce));
    s.a().set(s.map.id, "a", "2");
    s.a().set(s.map.id, "a", "3");
    s.write(Client::set_of(s.map.id, "b", "2"));
  });
  expect_told("a change that is lost", [](Scene& s) {
    watch(s, test::watch_all(s.map.id, 1));
    s.a().set(s.map.id, "a", "2");
    s.write(Client::set_of(s.map.id, "b", "2"));
  });
}

TEST(WatchAllocation, TakingTidings) {
  const auto run = [](Scene& s) {
    // Of all that it may take, only the snapshot is made here.
    const Tidings tidings =
        s.engine.tidings(s.b().thread, {.ticket = kWatch, .wait = true, .snapshot = true}, [&](const Link& link) {
          s.told += link.change->kind == Change::Kind::kSet ? "set " : "other ";
          return true;
        });
    if (tidings.taken.lost) s.told += "lost " + std::to_string(tidings.start.slot >= 0 ? 1 : 0);
    return tidings.status;
  };
  const auto content = [](Scene& s) { return s.content() + s.told; };
  expect_survives({.name = "taking what a watch has to tell",
                   .prepare =
                       [](Scene& s) {
                         watch(s, test::watch_all(s.map.id));
                         s.a().set(s.map.id, "a", "2");
                         s.a().remove(s.map.id, "b");
                       },
                   .run = run,
                   .content = content});
  expect_survives({.name = "reading again after a watch has lost track",
                   .prepare =
                       [](Scene& s) {
                         watch(s, test::watch_all(s.map.id, 1));
                         s.a().set(s.map.id, "a", "2");
                         s.a().set(s.map.id, "a", "3");
                       },
                   .run = run,
                   .content = content});
}

TEST(WatchAllocation, TheEndOfWhatIsWatched) {
  expect_survives(
      {.name = "destroying what is watched and waited for",
       .prepare =
           [](Scene& s) {
             watch(s, test::watch_all(s.map.id));
             s.a().set(s.map.id, "a", "2");
             const CollectionInfo target = s.a().open();
             test::set_links(s.a(), s.map.id, "links", {target.id});
             // Room for garbage has to be made.
             for (int i = 0; i < 62; ++i) s.a().set(s.map.id, "b", "2");
           },
       .run = [](Scene& s) { return s.engine.destroy(s.guest(), s.map.id) ? Status::kOk : Status::kDestroyed; },
       .content = [](Scene& s) { return s.visible(); }});
}

}  // namespace
}  // namespace heddle
