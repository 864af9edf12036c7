// Watching: what has changed, as docs/internals/wire.md says it.
#include <algorithm>
#include <vector>

#include "arguments.h"
#include "calls.h"
#include "functions.h"

namespace heddle::binding {

namespace {

// Writes changes into the inbox.
class ChangeList {
 public:
  explicit ChangeList(ThreadState& state) : state_(state) { state.large.answers.clear(); }

  // False when it does not fit.
  bool put(const Link& link) {
    if (count_ == kMost) return false;
    const Change& change = *link.change;
    const Change& since = link.since == nullptr ? change : *link.since;
    const Bytes key = change.key == nullptr ? Bytes{} : change.key->bytes();
    needed_ = used_ + kHeader + align(key.size());
    for (const Version* version : since.before()) needed_ += item_room(*version);
    for (const Version* version : change.after()) needed_ += item_room(*version);
    if (needed_ > state_.inbox.size) return false;
    const auto kind = static_cast<std::int32_t>(change.kind) | (change.evicted ? kEvicted : 0);
    put_word(kind);
    put_word(static_cast<std::int32_t>(key.size()));
    put_number(static_cast<double>(change.commit));
    put_number(change.time);
    put_number(static_cast<double>(change.place));
    put_number(static_cast<double>(link.skipped));
    put_word(static_cast<std::int32_t>(since.before().size()));
    put_word(static_cast<std::int32_t>(change.after().size()));
    put_bytes(key);
    for (const Version* version : since.before()) put_value(*version);
    for (const Version* version : change.after()) put_value(*version);
    ++count_;
    return true;
  }

  [[nodiscard]] std::int32_t count() const { return count_; }
  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t needed() const { return needed_; }  // for the next one

 private:
  static constexpr std::int32_t kMost = 256;  // changes in one answer
  static constexpr std::int32_t kEvicted = 8;
  static constexpr std::size_t kHeader = 48;

  void put_raw(const void* from, std::size_t size) {
    if (size > 0) std::memcpy(state_.inbox.data + used_, from, size);
    used_ += size;
  }
  void put_word(std::int32_t word) { put_raw(&word, sizeof(word)); }
  void put_number(double number) { put_raw(&number, sizeof(number)); }
  void put_bytes(Bytes bytes) {
    put_raw(bytes.data(), bytes.size());
    used_ = align(used_);
  }
  void put_value(const Version& version) {
    const Bytes value = version.bytes();
    const std::uint64_t length = value.size();
    put_word(version.outside ? Frame::outside(state_.large.answers.size()) : static_cast<std::int32_t>(length));
    put_word(0);
    if (version.outside) {
      put_raw(&length, sizeof(length));
      state_.large.answers.push_back(version.blob());
    } else {
      put_bytes(value);
    }
    if (version.linked) engine().hold_links(state_.thread, value);
  }

  ThreadState& state_;
  std::size_t used_ = 0;
  std::size_t needed_ = 0;
  std::int32_t count_ = 0;
};

napi_value unwatch(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  engine().unwatch(arguments.state().thread, static_cast<WatchTicket>(arguments.integer<std::int64_t>(0)));
  return nullptr;
}

napi_value lag(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto ticket = static_cast<WatchTicket>(arguments.integer<std::int64_t>(0));
  return number(env, static_cast<double>(Engine::lag(arguments.state().thread, ticket)));
}

}  // namespace

void watch(ThreadState& state) {
  Frame& frame = state.frame;
  const std::int32_t flags = frame[Frame::kFlags];
  const std::int32_t kind = (flags & Frame::kWatchKind) >> Frame::kWatchKindShift;
  const std::int32_t buffer = frame[Frame::kCount];
  constexpr std::int32_t kMostBuffer = 1 << 20;  // there is room for all of it from the beginning
  if (kind > static_cast<std::int32_t>(Watch::Kind::kKeySignal) || buffer < 1 || buffer > kMostBuffer ||
      !state.arena.holds(frame[Frame::kKeyOffset], frame[Frame::kKeyLength])) {
    return frame.answer(Status::kBadRequest);
  }
  WatchRequest request;
  request.what = {.collection = static_cast<CollectionId>(frame[Frame::kCollection]),
                  .kind = static_cast<Watch::Kind>(kind),
                  .overflow = frame.has(Frame::kCoalesce) ? Watch::Overflow::kCoalesce : Watch::Overflow::kLose,
                  .buffer = static_cast<std::uint32_t>(buffer),
                  .index = Frame::to_integer(frame.number(Frame::kCursor))};
  request.key = state.arena.slice(frame[Frame::kKeyOffset], frame[Frame::kKeyLength]);
  request.initial = frame.has(Frame::kInitial);
  request.snapshot = frame.has(Frame::kOpen);
  WatchStart start;
  const Status status = engine().watch(state.thread, request, static_cast<WatchTicket>(frame[Frame::kTicket]), start);
  frame.answer(status);
  frame[Frame::kSlot] = start.slot;
  frame.set_number(Frame::kSnapshot, static_cast<double>(start.since));
}

void tidings(ThreadState& state) {
  Frame& frame = state.frame;
  constexpr std::size_t kTotals = 6 * sizeof(double);
  if (state.inbox.size < kTotals) {  // before anything is taken
    frame[Frame::kCount] = 0;
    frame[Frame::kValueLength] = kTotals;
    return frame.answer(Status::kTooLarge);
  }
  ChangeList changes(state);
  const Tidings told = engine().tidings(state.thread,
                                        {.ticket = static_cast<WatchTicket>(frame[Frame::kTicket]),
                                         .wait = frame.has(Frame::kWait),
                                         .snapshot = frame.has(Frame::kOpen)},
                                        [&](const Link& link) { return changes.put(link); });
  Status status = told.status;
  if (status == Status::kOk && told.more && changes.count() == 0)
    status = changes.needed() > kMostBytes ? Status::kOutOfMemory : Status::kTooLarge;
  frame.answer(status);
  frame[Frame::kCount] = changes.count();
  const std::size_t length = changes.count() > 0 ? changes.used() : std::min(changes.needed(), kMostBytes);
  frame[Frame::kValueLength] = static_cast<std::int32_t>(length);
  frame[Frame::kFlags] =
      (told.taken.lost ? Frame::kLost : 0) | (told.taken.ended ? Frame::kEnded : 0) | (told.more ? Frame::kMore : 0);
  frame[Frame::kSlot] = told.start.slot;
  frame.set_number(Frame::kChanges, static_cast<double>(told.taken.lag));
  frame[Frame::kUntidy] = engine().wants_tidying() ? 1 : 0;
  frame.set_number(Frame::kSnapshot, static_cast<double>(told.start.since));
  const QueueTotals& totals = told.taken.totals;
  if (totals.commits == 0) return frame.set_number(Frame::kVersion, -1);
  frame.set_number(Frame::kVersion, static_cast<double>(totals.commit));
  const double answer[] = {static_cast<double>(totals.commits), totals.time,
                           static_cast<double>(totals.added),   static_cast<double>(totals.removed),
                           static_cast<double>(totals.size),    totals.closed ? 1.0 : 0.0};
  static_assert(sizeof(answer) == kTotals);
  std::memcpy(state.inbox.data, answer, sizeof(answer));
}

std::span<const Function> watch_functions() {
  static constexpr Function kFunctions[] = {{"unwatch", cold<unwatch>}, {"lag", cold<lag>}};
  return kFunctions;
}

}  // namespace heddle::binding
