// A thread's use of watches, with text for what they tell.
#pragma once

#include <atomic>

#include "support/client.h"

namespace heddle::test {

inline std::string told_values(std::span<Version* const> versions) {
  std::string all;
  for (const Version* version : versions) all += (all.empty() ? "" : ",") + text(version->bytes());
  return all.empty() ? "-" : all;
}

// "key:before>after", "clear", or of arrays "index:before>after"; "+n" for what is told of in one with it, "!" if
// evicted.
inline std::string told(const Link& link) {
  const Change& change = *link.change;
  if (change.kind == Change::Kind::kClear)
    return "clear" + (link.skipped > 0 ? "+" + std::to_string(link.skipped) : "");
  const Change& since = link.since == nullptr ? change : *link.since;
  return (change.key == nullptr ? std::to_string(change.place) : text(change.key->bytes())) + ":" +
         told_values(since.before()) + ">" + told_values(change.after()) + (change.evicted ? "!" : "") +
         (link.skipped > 0 ? "+" + std::to_string(link.skipped) : "");
}

class Watching {
 public:
  Watching(Client& client, Watch::Description what, std::string_view key = {}, bool initial = false)
      : client(client), ticket(next_ticket()) {
    status = client.engine.watch(client.thread, {.what = what, .key = bytes(key), .initial = initial}, ticket, start);
  }
  ~Watching() { client.engine.unwatch(client.thread, ticket); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  // What it has to tell, joined by spaces; "lost" before it, "ended" behind it.
  std::string tell(bool wait = false) {
    std::string all;
    const auto add = [&](const std::string& more) { all += (all.empty() ? "" : " ") + more; };
    tidings = client.engine.tidings(client.thread, {.ticket = ticket, .wait = wait}, [&](const Link& link) {
      add(told(link));
      commits.push_back(link.change->commit);
      return true;
    });
    if (tidings.taken.lost) all = all.empty() ? "lost" : "lost " + all;
    if (tidings.taken.ended) add("ended");
    return all;
  }
  [[nodiscard]] std::uint64_t lag() const { return Engine::lag(client.thread, ticket); }

  static WatchTicket next_ticket() {
    static std::atomic<WatchTicket> last{1000};
    return ++last;
  }

  Client& client;
  const WatchTicket ticket;
  WatchStart start;
  Status status;
  Tidings tidings;
  std::vector<Seq> commits;
};

inline Watch::Description watch_key(CollectionId id, std::uint32_t buffer = 1024,
                                    Watch::Overflow overflow = Watch::Overflow::kCoalesce) {
  return {.collection = id, .kind = Watch::Kind::kKey, .overflow = overflow, .buffer = buffer};
}
inline Watch::Description watch_all(CollectionId id, std::uint32_t buffer = 1024,
                                    Watch::Overflow overflow = Watch::Overflow::kLose) {
  return {.collection = id, .kind = Watch::Kind::kEverything, .overflow = overflow, .buffer = buffer};
}
inline Watch::Description watch_place(CollectionId id, std::uint64_t index, std::uint32_t buffer = 1024) {
  return {.collection = id, .kind = Watch::Kind::kPlace, .buffer = buffer, .index = index};
}
inline Watch::Description watch_kind(CollectionId id, Watch::Kind kind) { return {.collection = id, .kind = kind}; }

}  // namespace heddle::test
