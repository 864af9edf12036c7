#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "calls.h"
#include "heddle/hold.h"

namespace heddle::binding {

namespace {

// Writes one entry of a scan into the inbox; false when it does not fit.
bool put_entry(ThreadState& state, const ScanEntry& entry, bool keys_only, std::size_t& used, std::size_t& needed) {
  constexpr std::size_t kHeader = 32;
  const bool outside = entry.blob != nullptr && !keys_only;
  const std::uint64_t length = entry.value.size();
  Bytes value = keys_only ? Bytes{} : entry.value;
  if (outside) value = std::as_bytes(std::span(&length, 1));
  needed = used + kHeader + align(entry.key.size()) + align(value.size());
  if (needed > kMostBytes) return false;
  if (needed > state.inbox.size) return false;
  std::byte* at = state.inbox.data + used;
  const auto put = [&](std::size_t offset, auto content) { std::memcpy(at + offset, &content, sizeof(content)); };
  put(0, entry.record);
  put(4, entry.stamp);
  put(8, static_cast<double>(entry.incarnation));
  put(16, static_cast<double>(entry.version));
  put(24, static_cast<std::int32_t>(entry.key.size()));
  put(28, outside ? Frame::outside(state.large.answers.size()) : static_cast<std::int32_t>(value.size()));
  std::memcpy(at + kHeader, entry.key.data(), entry.key.size());
  if (!value.empty()) std::memcpy(at + kHeader + align(entry.key.size()), value.data(), value.size());
  if (outside) state.large.answers.push_back(*entry.blob);
  used = needed;
  return true;
}

}  // namespace

bool snapshot_of(const ThreadState& state, Seq& snapshot) {
  const double number = state.frame.number(Frame::kSnapshot);
  if (number < 0) {
    snapshot = kLatest;
    return true;
  }
  snapshot = Frame::to_integer(number);
  return snapshot <= engine().published();
}

void load(ThreadState& state) {
  constexpr double kMembers = -1;  // as INCARNATION
  Frame& frame = state.frame;
  LoadRequest request;
  if (!snapshot_of(state, request.snapshot) || !state.arena.holds(frame[Frame::kKeyOffset], frame[Frame::kKeyLength])) {
    return frame.answer(Status::kBadRequest);
  }
  request.collection = static_cast<CollectionId>(frame[Frame::kCollection]);
  request.record = static_cast<RecordIndex>(frame[Frame::kRecord]);
  const double incarnation = frame.number(Frame::kIncarnation);
  request.members = incarnation == kMembers && frame[Frame::kRecord] >= 0;
  request.incarnation = Frame::to_integer(incarnation);
  request.key = state.arena.slice(frame[Frame::kKeyOffset], frame[Frame::kKeyLength]);
  request.registered = frame.has(Frame::kRegistered);
  if (request.registered) request.slot = frame[Frame::kSlot];
  request.out = {state.inbox.data, state.inbox.size};

  state.large.answers.clear();
  LoadResult result = engine().load(state.thread, request);
  frame.answer(result.status);
  frame[Frame::kRecord] = static_cast<std::int32_t>(result.record);
  frame[Frame::kStamp] = result.stamp;
  frame[Frame::kCollectionStamp] = result.collection_stamp;
  frame[Frame::kValueLength] = result.absent ? -1
                               : result.blob ? Frame::outside(result.length)
                                             : static_cast<std::int32_t>(result.length);
  if (result.blob) state.large.answers.push_back(std::move(result.blob));
  frame.set_number(Frame::kIncarnation, request.members ? kMembers : static_cast<double>(result.incarnation));
  frame.set_number(Frame::kSnapshot, static_cast<double>(result.snapshot));
  frame.set_number(Frame::kVersion, static_cast<double>(result.version));
}

void scan(ThreadState& state) {
  Frame& frame = state.frame;
  ScanRequest request;
  if (!snapshot_of(state, request.snapshot)) return frame.answer(Status::kBadRequest);
  request.collection = static_cast<CollectionId>(frame[Frame::kCollection]);
  request.cursor = Frame::to_integer(frame.number(Frame::kCursor));
  SnapshotSlot slot = kNoSlot;
  if (frame.has(Frame::kRegistered)) request.slot = frame[Frame::kSlot];
  Hold hold(engine(), state.thread);
  if (frame.has(Frame::kOpen)) {
    const auto opened = hold.open_snapshot();
    request.snapshot = opened.rv;
    request.slot = slot = opened.slot;
  }
  const bool keys_only = frame.has(Frame::kKeysOnly);
  std::size_t used = 0;
  std::size_t needed = 0;
  std::int32_t count = 0;
  state.large.answers.clear();
  ScanResult result = engine().scan(state.thread, request, [&](const ScanEntry& entry) {
    if (!put_entry(state, entry, keys_only, used, needed)) return false;
    if (entry.linked && !keys_only) hold.links_of(entry.value);
    ++count;
    return true;
  });
  if (result.status == Status::kOk && !result.done && count == 0) {
    result.status = needed > kMostBytes ? Status::kOutOfMemory : Status::kTooLarge;
  }
  if (result.status == Status::kOk) hold.keep_links();
  if (result.status == Status::kOk && !result.done) {
    hold.keep_snapshot();
  } else {
    slot = kNoSlot;
  }
  frame.answer(result.status);
  frame[Frame::kCount] = count;
  frame[Frame::kValueLength] = static_cast<std::int32_t>(needed);
  frame[Frame::kRecord] = static_cast<std::int32_t>(result.members);
  frame[Frame::kStamp] = result.members_stamp;
  frame[Frame::kCollectionStamp] = result.collection_stamp;
  frame[Frame::kSlot] = slot;
  frame.set_number(Frame::kSnapshot, static_cast<double>(request.snapshot));
  frame.set_number(Frame::kCursor, result.done ? -1 : static_cast<double>(result.cursor));
}

void snapshot_open(ThreadState& state) {
  const auto opened = engine().open_snapshot(state.thread);
  state.frame[Frame::kSlot] = opened.slot;
  state.frame.set_number(Frame::kSnapshot, static_cast<double>(opened.rv));
  state.frame.answer(Status::kOk);
}

void snapshot_close(ThreadState& state) {
  engine().close_snapshot(state.thread, state.frame[Frame::kSlot]);
  state.frame.answer(Status::kOk);
}

void lease(ThreadState& state) {
  const auto milliseconds = std::chrono::milliseconds(Frame::to_integer(state.frame.number(Frame::kVersion)));
  engine().lease(state.thread, milliseconds);
  state.frame.answer(Status::kOk);
}

void lease_end(ThreadState& state) {
  engine().end_lease(state.thread);
  state.frame.answer(Status::kOk);
}

void pause(ThreadState& state) {
  constexpr std::uint64_t kLongest = 50'000;  // a terminated worker waits for this call to return
  const std::uint64_t microseconds = std::min(Frame::to_integer(state.frame.number(Frame::kVersion)), kLongest);
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  state.frame.answer(Status::kOk);
}

void shape_define(ThreadState& state) {
  Frame& frame = state.frame;
  if (!state.arena.holds(frame[Frame::kKeyOffset], frame[Frame::kKeyLength])) return frame.answer(Status::kBadRequest);
  const auto number = engine().shapes().define(state.arena.slice(frame[Frame::kKeyOffset], frame[Frame::kKeyLength]));
  frame[Frame::kRecord] = static_cast<std::int32_t>(number);
  frame.answer(number == 0 ? Status::kShapesFull : Status::kOk);
}

void shape_read(ThreadState& state) {
  Frame& frame = state.frame;
  const Bytes shape = engine().shapes().read(static_cast<std::uint32_t>(frame[Frame::kRecord]));
  frame[Frame::kValueLength] = static_cast<std::int32_t>(shape.size());
  if (shape.empty()) return frame.answer(Status::kBadRequest);
  if (shape.size() > state.inbox.size) return frame.answer(Status::kTooLarge);
  std::memcpy(state.inbox.data, shape.data(), shape.size());
  frame.answer(Status::kOk);
}

}  // namespace heddle::binding
