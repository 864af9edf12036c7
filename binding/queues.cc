// Queues and arrays: taking items, receiving what was waited for, looking at places and parts.
#include <algorithm>

#include "calls.h"
#include "heddle/hold.h"
#include "items.h"

namespace heddle::binding {

namespace {

// Writes items into the inbox as they are taken.
class ItemList {
 public:
  explicit ItemList(ThreadState& state) : state_(state), hold_(engine(), state.thread) {
    state.large.answers.clear();
    takings.room = state.inbox.size;
    takings.visit = [this](const Version& item) {
      put(item);
      if (item.linked) engine().hold_links(state_.thread, item.bytes());
    };
  }

  Takings takings;

  void answer(Status status) {
    Frame& frame = state_.frame;
    if (status == Status::kTooLarge && takings.needed > kMostBytes) status = Status::kOutOfMemory;
    frame.answer(status);
    frame[Frame::kCount] = count_;
    frame[Frame::kValueLength] = static_cast<std::int32_t>(std::min(takings.needed, kMostBytes));
    frame[Frame::kUntidy] = engine().wants_tidying() ? 1 : 0;
  }

  [[nodiscard]] std::int32_t count() const { return count_; }
  // JavaScript will look at what was put if there was room, and let go of what it refers to.
  void keep() { hold_.keep_links(); }

  // False when it does not fit; `needed` says what it would take if it is the first one.
  bool put_if_room(const Version& item) {
    const std::size_t needed = used_ + item_room(item);
    if (needed > takings.room) {
      takings.needed = needed;
      return false;
    }
    put(item);
    if (item.linked) hold_.links_of(item.bytes());
    return true;
  }

 private:
  void put(const Version& item) {
    put_item(state_, item, state_.inbox.data + used_);
    used_ += item_room(item);
    ++count_;
  }

  ThreadState& state_;
  Hold hold_;
  std::size_t used_ = 0;
  std::int32_t count_ = 0;
};

// Writes elements into the inbox that differ in their last eight bytes alone, as numbers do: the first ones once.
class AlikeElements {
 public:
  explicit AlikeElements(ThreadState& state) : inbox_(state.inbox) {}

  // False for one that is not like the others, or when there is no more room.
  bool put(const Version& element) {
    constexpr std::size_t kHalf = sizeof(std::uint64_t);
    if (used_ + 2 * kHalf > inbox_.size) return false;
    different_ = element.length != 2 * kHalf || element.linked || element.outside;
    if (different_) return false;
    if (count_ == 0) {
      std::memcpy(inbox_.data, element.data(), kHalf);
      used_ = kHalf;
    }
    different_ = std::memcmp(inbox_.data, element.data(), kHalf) != 0;
    if (different_) return false;
    std::memcpy(inbox_.data + used_, element.data() + kHalf, kHalf);
    used_ += kHalf;
    ++count_;
    return true;
  }

  [[nodiscard]] std::int32_t count() const { return count_; }
  // Whether there are enough of them, of so many that are wanted.
  [[nodiscard]] bool worth_it(std::uint64_t wanted) const {
    constexpr std::int32_t kFew = 64;
    return count_ > 0 && (!different_ || count_ >= kFew || static_cast<std::uint64_t>(count_) == wanted);
  }

 private:
  Buffer& inbox_;
  std::size_t used_ = 0;
  std::int32_t count_ = 0;
  bool different_ = false;
};

void answer_state(Frame& frame, bool old, std::uint64_t size, std::uint64_t changes) {
  frame[Frame::kStamp] = old ? kStaleStamp : 0;
  frame.set_number(Frame::kSize, static_cast<double>(size));
  frame.set_number(Frame::kChanges, static_cast<double>(changes));
}

}  // namespace

void take(ThreadState& state) {
  Frame& frame = state.frame;
  const std::int32_t most = frame[Frame::kCount];
  constexpr std::int32_t kMost = 1 << 16;
  if (most <= 0 || most > kMost) return frame.answer(Status::kBadRequest);
  const std::int32_t ticket = frame[Frame::kTicket];
  ItemList items(state);
  items.takings.most = static_cast<std::size_t>(most);
  state.large.answers.reserve(items.takings.most);
  const auto wait = ticket == 0 ? std::nullopt : std::optional(static_cast<WaitTicket>(ticket));
  items.answer(engine().take(state.thread, static_cast<CollectionId>(frame[Frame::kCollection]), items.takings, wait));
}

void receive(ThreadState& state) {
  ItemList items(state);
  items.answer(engine().receive(state.thread, static_cast<WaitTicket>(state.frame[Frame::kTicket]), items.takings));
}

void peek(ThreadState& state) {
  Frame& frame = state.frame;
  PeekRequest request;
  if (!snapshot_of(state, request.snapshot)) return frame.answer(Status::kBadRequest);
  request.collection = static_cast<CollectionId>(frame[Frame::kCollection]);
  request.index = Frame::to_integer(frame.number(Frame::kCursor));
  request.registered = frame.has(Frame::kRegistered);
  if (request.registered) request.slot = frame[Frame::kSlot];
  request.out = {state.inbox.data, state.inbox.size};
  state.large.answers.clear();
  PeekResult result = engine().peek(state.thread, request);
  frame.answer(result.status);
  answer_state(frame, result.old, result.size, result.changes);
  frame[Frame::kRecord] = static_cast<std::int32_t>(result.members);
  if (!result.old) frame[Frame::kStamp] = result.stamp;
  frame[Frame::kCollectionStamp] = result.collection_stamp;
  frame[Frame::kCount] = result.closed ? 1 : 0;
  frame[Frame::kValueLength] = result.absent ? -1
                               : result.blob ? Frame::outside(result.length)
                                             : static_cast<std::int32_t>(result.length);
  if (result.blob) state.large.answers.push_back(std::move(result.blob));
  frame.set_number(Frame::kIncarnation, static_cast<double>(result.serial));
  frame.set_number(Frame::kVersion, static_cast<double>(result.version));
  frame.set_number(Frame::kSnapshot, static_cast<double>(result.snapshot));
}

void walk(ThreadState& state) {
  Frame& frame = state.frame;
  WalkRequest request;
  if (!snapshot_of(state, request.snapshot)) return frame.answer(Status::kBadRequest);
  request.collection = static_cast<CollectionId>(frame[Frame::kCollection]);
  request.from = Frame::to_integer(frame.number(Frame::kCursor));
  request.to = Frame::to_integer(frame.number(Frame::kEnd));
  SnapshotSlot slot = kNoSlot;
  if (frame.has(Frame::kRegistered)) request.slot = slot = frame[Frame::kSlot];
  if (frame.has(Frame::kOpen)) {
    const auto opened = engine().open_snapshot(state.thread);
    request.snapshot = opened.rv;
    request.slot = slot = frame[Frame::kSlot] = opened.slot;
  }
  AlikeElements alike(state);
  WalkResult result = engine().walk(state.thread, request, [&](const Version& element) { return alike.put(element); });
  std::int32_t count = alike.count();
  std::size_t needed = 0;
  if (!alike.worth_it(request.to - request.from) && result.status == Status::kOk) {
    ItemList all(state);
    result = engine().walk(state.thread, request, [&](const Version& element) { return all.put_if_room(element); });
    count = all.count();
    if (result.status == Status::kOk) all.keep();
    needed = all.takings.needed;
    if (count == 0 && needed > 0 && result.status == Status::kOk)
      result.status = needed > kMostBytes ? Status::kOutOfMemory : Status::kTooLarge;
    frame[Frame::kFlags] = 0;
  } else {
    frame[Frame::kFlags] = Frame::kAlike;
  }
  frame.answer(result.status);
  answer_state(frame, result.old, result.size, result.changes);
  frame[Frame::kCount] = count;
  frame[Frame::kSlot] = slot;
  frame[Frame::kValueLength] = static_cast<std::int32_t>(std::min(needed, kMostBytes));
  frame.set_number(Frame::kSnapshot, static_cast<double>(request.snapshot));
}

}  // namespace heddle::binding
