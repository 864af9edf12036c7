// Queues: taking items, receiving what was waited for, looking at the front.
#include <vector>

#include "calls.h"

namespace heddle::binding {

namespace {

// Writes items into the inbox as they are taken.
class ItemList {
 public:
  explicit ItemList(ThreadState& state) : state_(state) {
    state.large.answers.clear();
    takings.room = state.inbox.size;
    takings.visit = [this](const Version& item) { put(item); };
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

 private:
  void put(const Version& item) {
    const Bytes value = item.bytes();
    const std::uint64_t length = value.size();
    const auto word = item.outside ? Frame::outside(state_.large.answers.size()) : static_cast<std::int32_t>(length);
    std::byte* at = state_.inbox.data + used_;
    std::memcpy(at, &word, sizeof(word));
    at += sizeof(std::uint64_t);
    if (item.outside) {
      std::memcpy(at, &length, sizeof(length));
      state_.large.answers.push_back(item.blob());
    } else {
      std::memcpy(at, value.data(), value.size());
    }
    if (item.linked) engine().hold_links(state_.thread, value);
    used_ += item_room(item);
    ++count_;
  }

  ThreadState& state_;
  std::size_t used_ = 0;
  std::int32_t count_ = 0;
};

}  // namespace

void take(ThreadState& state) {
  Frame& frame = state.frame;
  const std::int32_t most = frame[Frame::kCount];
  if (most <= 0) return frame.answer(Status::kBadRequest);
  const std::int32_t ticket = frame[Frame::kTicket];
  ItemList items(state);
  items.takings.most = static_cast<std::size_t>(most);
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
  frame[Frame::kStamp] = result.old ? kStaleStamp : 0;
  frame[Frame::kCount] = result.closed ? 1 : 0;
  frame[Frame::kValueLength] = result.absent ? -1
                               : result.blob ? Frame::outside(result.length)
                                             : static_cast<std::int32_t>(result.length);
  if (result.blob) state.large.answers.push_back(std::move(result.blob));
  frame.set_number(Frame::kVersion, static_cast<double>(result.size));
  frame.set_number(Frame::kIncarnation, static_cast<double>(result.changes));
}

}  // namespace heddle::binding
