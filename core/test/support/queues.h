// A thread's use of queues, with text for items.
#pragma once

#include "support/client.h"

namespace heddle::test {

inline CollectionInfo open_queue(Client& client, std::optional<std::string> name = std::nullopt, Limits limits = {}) {
  return client.engine.open(
      client.thread,
      {.kind = 4, .name = std::move(name), .structure = Structure::kQueue, .limits = limits, .options = {}});
}

inline Write enqueue_of(CollectionId queue, std::string_view item) {
  return {.kind = Write::Kind::kAppend, .collection = queue, .key = {}, .value = bytes(item)};
}
inline Write take_of(CollectionId queue, std::uint64_t count) {
  return {.kind = Write::Kind::kTake, .collection = queue, .key = {}, .value = {}, .count = count};
}
// Puts back what was taken.
inline Write return_of(CollectionId queue, std::string_view item) {
  return {.kind = Write::Kind::kReturn, .collection = queue, .key = {}, .value = bytes(item)};
}
inline Write close_of(CollectionId queue) {
  return {.kind = Write::Kind::kClose, .collection = queue, .key = {}, .value = {}};
}

inline Status enqueue(Client& client, CollectionId queue, std::string_view item) {
  Write write = enqueue_of(queue, item);
  return client.commit(write);
}

// What was taken, joined by spaces; the status in brackets if nothing was.
struct Taking {
  explicit Taking(std::size_t most = 1, std::size_t room = 1024) {
    takings.most = most;
    takings.room = room;
    takings.visit = [this](const Version& item) { items += (items.empty() ? "" : " ") + text(item.bytes()); };
  }
  std::string result(Status status) {
    return status == Status::kOk ? items : "[" + std::to_string(static_cast<int>(status)) + "]";
  }
  Takings takings;
  std::string items;
};

inline std::string take(Client& client, CollectionId queue, std::size_t most = 1,
                        std::optional<WaitTicket> ticket = std::nullopt) {
  Taking taking(most);
  return taking.result(client.engine.take(client.thread, queue, taking.takings, ticket));
}

inline std::string receive(Client& client, WaitTicket ticket) {
  Taking taking;
  return taking.result(client.engine.receive(client.thread, ticket, taking.takings));
}

inline PeekResult peek(Client& client, CollectionId queue, std::string& item, Seq snapshot = kLatest,
                       bool registered = false, std::uint64_t index = 0) {
  std::array<std::byte, 256> out;
  PeekResult result = client.engine.peek(
      client.thread, {.collection = queue, .index = index, .snapshot = snapshot, .registered = registered, .out = out});
  item = result.absent ? "-" : text(Bytes(out).first(result.length));
  return result;
}

// All that a queue holds at a snapshot, joined by spaces.
inline std::string content(Client& client, CollectionId queue, Seq snapshot = kLatest, bool registered = false) {
  std::string all;
  for (std::uint64_t index = 0;; ++index) {
    std::string item;
    const PeekResult result = peek(client, queue, item, snapshot, registered, index);
    if (result.status != Status::kOk) return "[" + std::to_string(static_cast<int>(result.status)) + "]";
    if (result.absent) return all;
    all += (all.empty() ? "" : " ") + item;
  }
}

inline const std::string kNothing = "[15]";  // kEmpty

}  // namespace heddle::test
