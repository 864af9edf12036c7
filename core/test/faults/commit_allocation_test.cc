// Commits when memory is short: T1 and T3 of heddle/txn/commit.h, and the accounts.
#include <gtest/gtest.h>

#include "faults/scene.h"

namespace heddle {
namespace {

using test::Client;
using test::expect_survives;
using test::Scene;

constexpr std::size_t kLarge = 100'000;

Status commit_of(Scene& scene) { return scene.commit(); }

// Pages that cannot be had are ordinary memory, which is not rounded up.
std::string visible_of(Scene& scene) { return scene.visible(); }

Write write_to_list(CollectionId list, Write::Kind kind, std::uint64_t index, std::string_view value,
                    std::uint64_t count = 0) {
  return {.kind = kind, .collection = list, .key = {}, .value = test::bytes(value), .count = count, .index = index};
}

TEST(CommitAllocation, AnInsertion) {
  expect_survives({.name = "an insertion",
                   .prepare = [](Scene& s) { s.write(Client::set_of(s.map.id, "new", "value")); },
                   .run = commit_of});
}

TEST(CommitAllocation, AnUpdateOfAKnownEntry) {
  expect_survives({.name = "an update of a known entry",
                   .prepare =
                       [](Scene& s) {
                         const auto loaded = s.a().load(s.map.id, "a");
                         Write write = Client::set_of(s.map.id, "", "other");
                         write.record = loaded.record;
                         write.incarnation = loaded.incarnation;
                         s.write(write);
                       },
                   .run = commit_of});
}

TEST(CommitAllocation, ARemovalAndARevival) {
  expect_survives(
      {.name = "a removal", .prepare = [](Scene& s) { s.write(Client::remove_of(s.map.id, "b")); }, .run = commit_of});
  expect_survives({.name = "a revival",
                   .prepare =
                       [](Scene& s) {
                         s.slot = s.engine.open_snapshot(s.b().thread).slot;  // keeps the record
                         s.a().remove(s.map.id, "b");
                         s.write(Client::set_of(s.map.id, "b", "again"));
                       },
                   .run = commit_of});
}

TEST(CommitAllocation, AClear) {
  expect_survives({.name = "a clear, and an entry",
                   .prepare =
                       [](Scene& s) {
                         s.write(Client::clear_of(s.map.id));
                         s.write(Client::set_of(s.map.id, "new", "value"));
                       },
                   .run = commit_of});
}

TEST(CommitAllocation, ManyInsertions) {
  expect_survives({.name = "insertions that let the index and the order log grow",
                   .prepare =
                       [](Scene& s) {
                         for (int i = 0; i < 30; ++i) {
                           const std::string& key = s.keep(std::to_string(i));
                           s.write(Client::set_of(s.map.id, key, key));
                         }
                       },
                   .run = commit_of});
}

TEST(CommitAllocation, ALargeValue) {
  expect_survives({.name = "a large value",
                   .prepare =
                       [](Scene& s) {
                         s.a().set(s.map.id, "large", s.keep(std::string(kLarge, 'x')));
                         s.write(Client::set_of(s.map.id, "large", s.keep(std::string(kLarge + 1, 'y'))));
                       },
                   .run = commit_of,
                   .content = visible_of});
}

TEST(CommitAllocation, APatchOfALargeValue) {
  expect_survives({.name = "a patch of a large value",
                   .prepare = [](Scene& s) { s.a().set(s.map.id, "large", s.keep(std::string(10 * kLarge, 'x'))); },
                   .run =
                       [](Scene& s) {
                         const LoadResult base = s.engine.load(
                             s.a().thread, {.collection = s.map.id, .key = test::bytes("large"), .out = {}});
                         const Patch patch{.at = 0, .length = 1, .bytes = {std::byte{'y'}}};
                         const BlobPtr blob = Blob::patched(s.engine.pages(), *base.blob, {&patch, 1}, {});
                         if (blob == nullptr) return Status::kOutOfMemory;
                         Write write = Client::set_of(s.map.id, "large", {});
                         write.value = blob->bytes();
                         write.blob = &blob;
                         CommitRequest request;
                         request.writes = {&write, 1};
                         return s.engine.commit(s.a().thread, request);
                       },
                   // Pages that are shared with what was patched count once, and copied ones count twice.
                   .content =
                       [](Scene& s) {
                         s.tidy();
                         return s.a().load(s.map.id, "large").value.substr(0, 2);
                       }});
}

TEST(CommitAllocation, ALinkedValue) {
  expect_survives(
      {.name = "a value that refers to collections",
       .prepare =
           [](Scene& s) {
             const CollectionInfo first = s.a().open();
             const CollectionInfo second = s.a().open();
             Write write = Client::set_of(s.map.id, "links", s.keep(test::value_with_links({first.id, second.id})));
             write.linked = true;
             s.write(write);
           },
       .run = commit_of});
}

// The collection that it referred to goes with the value that is replaced, whenever its memory does.
TEST(CommitAllocation, TheEndOfALink) {
  expect_survives({.name = "commits that end a link",
                   .prepare =
                       [](Scene& s) {
                         const CollectionInfo target = s.a().open();
                         s.a().set(target.id, "key", "value");
                         test::set_links(s.a(), s.map.id, "links", {target.id});
                         s.engine.release(s.a().thread, target.id);
                         s.write(Client::remove_of(s.map.id, "links"));
                       },
                   .run =
                       [](Scene& s) {
                         const Status status = s.commit();
                         if (status == Status::kOk) {
                           for (int turn = 0; turn < 3; ++turn) s.engine.tidy(s.a().thread);
                         }
                         return status;
                       }});
}

TEST(CommitAllocation, SeveralCollectionsAtOnce) {
  expect_survives({.name = "a commit over four collections",
                   .prepare =
                       [](Scene& s) {
                         s.write(Client::set_of(s.map.id, "new", "value"));
                         s.write(Client::set_of(s.map.id, "large", s.keep(std::string(kLarge, 'x'))));
                         s.write(test::enqueue_of(s.queue.id, "item"));
                         s.write(write_to_list(s.list.id, Write::Kind::kAppend, 0, "5"));
                         s.write(Client::remove_of(s.cache.id, "k"));
                         Write link = Client::set_of(s.cache.id, "link", s.keep(test::value_with_links({s.map.id})));
                         link.linked = true;
                         s.write(link);
                       },
                   .run = commit_of,
                   .content = visible_of});
}

TEST(CommitAllocation, SplicesOfAList) {
  using Kind = Write::Kind;
  expect_survives({.name = "elements set and appended",
                   .prepare =
                       [](Scene& s) {
                         s.write(write_to_list(s.list.id, Kind::kSet, 1, "one"));
                         s.write(write_to_list(s.list.id, Kind::kAppend, 0, "five"));
                       },
                   .run = commit_of});
  expect_survives({.name = "elements inserted and removed",
                   .prepare =
                       [](Scene& s) {
                         for (int i = 0; i < 60; ++i) s.write(write_to_list(s.list.id, Kind::kAppend, 0, "more"));
                         s.commit();
                         s.writes.clear();
                         s.slot = s.engine.open_snapshot(s.b().thread).slot;  // what is copied stays
                         s.write(write_to_list(s.list.id, Kind::kRemove, 1, {}, 2));
                         for (std::uint64_t i = 0; i < 20; ++i)
                           s.write(write_to_list(s.list.id, Kind::kInsert, 4 + i, "in"));
                         s.write(write_to_list(s.list.id, Kind::kRemove, 50, {}, 3));
                       },
                   .run = commit_of});
  expect_survives({.name = "a clear of a list",
                   .prepare = [](Scene& s) { s.write(Client::clear_of(s.list.id)); },
                   .run = commit_of});
}

// Victims go by commits of their own, before: they may be gone though the entry has not come.
TEST(CommitAllocation, AnEviction) {
  expect_survives({.name = "an insertion that evicts",
                   .prepare = [](Scene& s) { s.write(Client::set_of(s.cache.id, "new", "value")); },
                   .run = commit_of,
                   .content =
                       [](Scene& s) {
                         s.tidy();
                         return s.a().get(s.cache.id, "new") + s.content().substr(0, s.content().find("cache"));
                       }});
}

TEST(CommitAllocation, WhatTheLimitOfTheProcessLetsSweep) {
  expect_survives({.name = "a commit that has the backlog swept",
                   .prepare =
                       [](Scene& s) {
                         const std::string& value = s.keep(std::string(1000, 'x'));
                         for (int i = 0; i < 8; ++i) {
                           const std::string& key = s.keep(std::to_string(i));
                           s.write(Client::set_of(s.map.id, key, value));
                         }
                         s.commit();
                         const std::int64_t full = s.engine.stats().memory;
                         s.a().clear(s.map.id);
                         s.engine.limit_memory(static_cast<std::uint64_t>(full + 1000));
                       },
                   .run = commit_of,
                   .content =
                       [](Scene& s) {
                         // Sweeping is done when it is done.
                         return std::to_string(s.a().size(s.map.id));
                       }});
}

}  // namespace
}  // namespace heddle
