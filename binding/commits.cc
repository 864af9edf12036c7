#include "calls.h"

namespace heddle::binding {

namespace {

// The three lists of a commit, bounds-checked: JavaScript's counts and offsets are not trusted.
class Lists {
 public:
  explicit Lists(ThreadState& state) : state_(state), frame_(state.frame) {}

  // Translates them; false if anything lies outside its buffer or has an unknown kind.
  bool parse(bool with_writes) {
    const std::int64_t reads = frame_[Frame::kReads];
    const std::int64_t predicates = frame_[Frame::kPredicates];
    const std::int64_t writes = with_writes ? frame_[Frame::kWrites] : 0;
    if (reads < 0 || predicates < 0 || writes < 0) return false;
    const std::uint64_t words = Frame::kLists + static_cast<std::uint64_t>(reads) * Frame::kReadWords +
                                static_cast<std::uint64_t>(predicates) * Frame::kPredicateWords +
                                static_cast<std::uint64_t>(writes) * Frame::kWriteWords;
    if (words > frame_.size()) return false;

    static_assert(sizeof(ReadEntry) == Frame::kReadWords * sizeof(std::int32_t));
    std::int32_t* at = frame_.words(Frame::kLists);
    reads_ = {reinterpret_cast<const ReadEntry*>(at), static_cast<std::size_t>(reads)};
    at += static_cast<std::size_t>(reads) * Frame::kReadWords;
    state_.predicates.clear();
    for (std::int64_t i = 0; i < predicates; ++i, at += Frame::kPredicateWords) {
      if (!parse_predicate(at)) return false;
    }
    writes_at_ = at;
    const auto count = static_cast<std::size_t>(writes);
    if (state_.writes.size() < count) state_.writes.resize(count);
    writes_ = {state_.writes.data(), count};
    for (Write& write : writes_) {
      if (!parse_write(at, write)) return false;
      at += Frame::kWriteWords;
    }
    return true;
  }

  [[nodiscard]] std::span<const ReadEntry> reads() const { return reads_; }
  [[nodiscard]] std::span<Write> writes() const { return writes_; }

  // What the commit has to say about each write.
  void answer_writes() {
    std::int32_t* at = writes_at_;
    for (const Write& write : writes_) {
      const auto record = static_cast<std::int32_t>(write.record);
      std::int32_t answer = write.existed ? Frame::kExisted : 0;
      if (at[1] != record || Frame::integer_at(at + 2) != write.incarnation) {
        answer |= Frame::kChangedId;
        const auto incarnation = static_cast<double>(write.incarnation);
        at[1] = record;
        std::memcpy(at + 2, &incarnation, sizeof(incarnation));
      }
      at[4] = write.stamp;
      at[5] = answer;
      at += Frame::kWriteWords;
    }
  }

 private:
  bool parse_predicate(const std::int32_t* at) {
    if (at[0] < static_cast<std::int32_t>(Predicate::Kind::kAbsent) ||
        at[0] > static_cast<std::int32_t>(Predicate::Kind::kElement)) {
      return false;
    }
    const auto kind = static_cast<Predicate::Kind>(at[0]);
    if (kind == Predicate::Kind::kElement) {
      state_.predicates.push_back(
          {kind, static_cast<CollectionId>(at[1]), {}, Frame::integer_at(at + 4), Frame::integer_at(at + 2)});
      return true;
    }
    if (!state_.arena.holds(at[2], at[3])) return false;
    state_.predicates.push_back(
        {kind, static_cast<CollectionId>(at[1]), state_.arena.slice(at[2], at[3]), Frame::integer_at(at + 4), 0});
    return true;
  }

  // Fills every field that the engine reads: the objects are used again.
  bool parse_write(const std::int32_t* at, Write& write) {
    const auto bits = static_cast<std::uint32_t>(at[0]);
    const std::uint32_t kind = bits & Frame::kKindMask;
    const bool inlined = (bits & Frame::kInline) != 0;
    const bool keyed = (bits & Frame::kKeyed) != 0;
    write.kind = static_cast<Write::Kind>(kind);
    const bool valued = write.has_value();
    const bool staged = (bits & Frame::kStaged) != 0;
    if (kind == 0 || write.kind > Write::Kind::kRemove) return false;
    if (keyed && !state_.arena.holds(at[8], at[9])) return false;
    write.blob = staged ? state_.large.values.find(at[4]) : nullptr;
    if (staged && (!valued || write.blob == nullptr)) return false;
    if (valued && !inlined && !staged && !state_.arena.holds(at[4], at[5])) return false;
    const bool counts = write.kind == Write::Kind::kTake || write.kind == Write::Kind::kRemove;
    write.count = counts ? Frame::integer_at(at + 4) : 0;
    write.move = (bits & Frame::kReadded) != 0;
    write.linked = (bits & Frame::kLinked) != 0;
    write.collection = bits >> Frame::kCollectionShift;
    write.record = static_cast<RecordIndex>(at[1]);
    write.incarnation = write.index = Frame::integer_at(at + 2);
    write.key = keyed ? state_.arena.slice(at[8], at[9]) : Bytes{};
    constexpr std::size_t kInlineBytes = 16;
    if (staged) {
      write.value = (*write.blob)->bytes();
    } else if (inlined) {
      write.value = {reinterpret_cast<const std::byte*>(at + 4), kInlineBytes};
    } else {
      write.value = valued ? state_.arena.slice(at[4], at[5]) : Bytes{};
    }
    return !write.linked || (valued && !inlined && ends_in_links(write.value));
  }

  ThreadState& state_;
  Frame& frame_;
  std::span<const ReadEntry> reads_;
  std::span<Write> writes_;
  std::int32_t* writes_at_ = nullptr;
};

}  // namespace

void commit(ThreadState& state) {
  Frame& frame = state.frame;
  Lists lists(state);
  if (!lists.parse(true)) return frame.answer(Status::kBadRequest);
  CommitRequest request;
  request.reads = lists.reads();
  request.predicates = state.predicates;
  request.writes = lists.writes();
  Status status = Status::kOk;
  if (frame[Frame::kTimed] == 0) {
    status = engine().commit(state.thread, request);
  } else {
    double nanoseconds = 0;
    status = engine().commit_timed(state.thread, request, nanoseconds);
    frame.set_number(Frame::kNanoseconds, nanoseconds);
  }
  frame.answer(status);
  frame[Frame::kFailed] = static_cast<std::int32_t>(request.failed);
  if (status == Status::kOk) {
    frame.set_number(Frame::kVersion, static_cast<double>(request.commit));
    lists.answer_writes();
    frame[Frame::kUntidy] = engine().wants_tidying() ? 1 : 0;
  }
  constexpr std::size_t kKept = 1024;  // one huge commit must not cost its size for ever
  if (state.writes.size() > kKept) state.writes = std::vector<Write>();
  if (state.predicates.size() > kKept) state.predicates = std::vector<Predicate>();
}

void extend(ThreadState& state) {
  Frame& frame = state.frame;
  Lists lists(state);
  if (!lists.parse(false)) return frame.answer(Status::kBadRequest);
  const Extension extension =
      engine().extend(state.thread, lists.reads(), state.predicates, frame[Frame::kSlot], frame.has(Frame::kOpen));
  frame.answer(extension.status);
  frame[Frame::kFailed] = static_cast<std::int32_t>(extension.failed);
  frame[Frame::kSlot] = extension.slot;
  if (extension.status == Status::kOk) frame.set_number(Frame::kSnapshot, static_cast<double>(extension.snapshot));
}

void wait(ThreadState& state) {
  Frame& frame = state.frame;
  Lists lists(state);
  if (!lists.parse(false)) return frame.answer(Status::kBadRequest);
  const auto ticket = static_cast<WaitTicket>(frame[Frame::kTicket]);
  frame.answer(engine().wait(state.thread, lists.reads(), state.predicates, ticket));
}

}  // namespace heddle::binding
