// Any bytes in the frame, any arguments: the addon answers or refuses, reads and writes nothing else than what it was
// given, and leaves nothing behind.
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string_view>

#include "answers.h"
#include "caller.h"
#include "engine.h"
#include "target.h"

namespace heddle::fuzz {

namespace {

using binding::Frame;
using Kind = napi_value__::Kind;

constexpr std::array<const char*, 19> kStatuses = {
    "OK",           "GAP",           "NEWER",         "STALE_ID",    "CONFLICT",    "DESTROYED",  "TOO_LARGE",
    "MEMORY_LIMIT", "ENTRIES_LIMIT", "OUT_OF_MEMORY", "BAD_REQUEST", "SHAPES_FULL", "NAME_TAKEN", "PROCESS_LIMIT",
    "EXPIRED",      "EMPTY",         "CLOSED",        "QUEUE_FULL",  "OUT_OF_RANGE"};

// Sizes, ends of what words and numbers can hold, and their neighbours.
constexpr double kNumbers[] = {8,
                               16,
                               63,
                               64,
                               65,
                               255,
                               256,
                               4095,
                               4096,
                               4097,
                               65535,
                               65536,
                               1 << 20,
                               2147483647,
                               2147483648,
                               4294967295,
                               4294967296,
                               9007199254740991,
                               9007199254740992,
                               9223372036854775807,
                               18446744073709551615.0,
                               1e300,
                               -2,
                               -8,
                               -2147483648,
                               -9223372036854775808.0,
                               0.5,
                               -0.0,
                               std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity()};

class Frames {
 public:
  Frames(Engine& engine, Input& input, Counts& happened)
      : engine_(engine), input_(input), happened_(happened), witness_(engine.attach()) {
    for (auto& caller : callers_) start(caller);
    furnish();
  }

  static void run(Input input) {
    constexpr int kMostSteps = 200;
    Frames frames(shared_engine(), input, Registered::all()["frames"].happened);
    for (int step = 0; step < kMostSteps && !input.empty(); ++step) frames.step();
    frames.finish();
  }

 private:
  static constexpr std::size_t kBytes = 4096;

  void step() {
    caller_ = callers_[input_.below(callers_.size())].get();
    switch (input_.below(16)) {
      case 0:
        return fill_arena();
      case 1:
        return link_arena();
      case 2:
        return housekeeping();
      case 3:
      case 4:
      case 5:
      case 6:
        return call_cold();
      case 7:
      case 8:
      case 9:
        draw_lists();
        return call_hot(std::array{"commit", "commit", "extend", "wait"}[input_.below(4)]);
      default: {
        const char* function = kHot[input_.below(std::size(kHot))];
        if (!input_.one_in(3)) draw_header();
        forge();
        return call_hot(function);
      }
    }
  }

  // A collection of each kind, and once more with limits; a pool of which the second thread is a worker.
  void furnish() {
    caller_ = callers_[0].get();
    constexpr double kPermanent = 2;
    constexpr double kLimit = 3;
    for (const bool limited : {false, true}) {
      for (const double flags : {0.0, 8.0, 16.0}) {  // a map, a queue, an array
        const napi_value name = make(Kind::kText);
        name->text.assign(1, static_cast<char16_t>('a' + ids_.size()));
        const napi_value most = number(limited ? kLimit : 0);
        note_result(caller_->call(
            "open", {number(1), name, number(0), most, number(flags + (limited ? 0 : kPermanent)), name, most}));
        caller_->environment.leave_scope();
      }
    }
    put_something();
    caller_->call("poolFound", {number(ids_[0]), number(2), number(1), number(0), number(1)});
    note_result(caller_->call("poolEnlist", {number(ids_[0])}));
    caller_->environment.leave_scope();
    caller_ = callers_[1].get();
    caller_->call("poolJoin", {number(ids_[0]), number(numbers_[0]), number(2)});
    caller_->environment.leave_scope();
  }

  // An entry, an item, an element.
  void put_something() {
    constexpr std::int32_t kSet = 1 | Frame::kKeyed;
    constexpr std::int32_t kAppend = 4;
    std::size_t at = Frame::kLists;
    for (const std::size_t i : {0, 1, 2}) {
      const auto collection = static_cast<std::int32_t>(ids_[i] << Frame::kCollectionShift);
      put_words(at, {(i == 0 ? kSet : kAppend) | collection, -1, 0, 0, 0, 16, 0, 0, 8, 8});
      at += Frame::kWriteWords;
    }
    caller_->put_word(Frame::kWrites, 3);
    caller_->call("commit");
    caller_->put_word(Frame::kWrites, 0);
  }

  void start(std::unique_ptr<Caller>& caller) {
    caller = std::make_unique<Caller>(!input_.one_in(16));
    caller->use_frame(kBytes);
    caller->hear_bells();
    caller->use_arena(kBytes);
    caller->use_inbox(input_.one_in(8) ? input_.byte() : kBytes);
  }

  void finish() {
    for (auto& caller : callers_) end(caller);
    engine_.limit_memory(Limits::kNone);
    engine_.limit_snapshot_age(Snapshots::kNoMaxAge);
    for (const CollectionInfo& info : engine_.collections(witness_)) engine_.destroy(witness_, info.id);
    require_nothing_left(engine_, witness_);
    require_equal(engine_.stats().tasks, std::int64_t{0}, "what is left of tasks");
    require(engine_.open_calls().all().empty(), "no thread is left that has a transaction open");
    for (const CollectionId id : pools_) require(engine_.pools().find(id) == nullptr, "no pool is left");
    engine_.detach(witness_);
  }

  void end(std::unique_ptr<Caller>& caller) {
    caller->environment.end(input_.one_in(2));
    caller.reset();
    count("threads ended");
  }

  // What a runtime does between two calls.
  void housekeeping() {
    switch (input_.below(8)) {
      case 0: {
        auto& caller = callers_[input_.below(callers_.size())];
        end(caller);
        return start(caller);
      }
      case 1:
        return caller_->use_frame(input_.one_in(2) ? input_.byte() * 4U : kBytes);
      case 2:
        return caller_->use_arena(input_.one_in(2) ? input_.byte() : kBytes);
      case 3:
        return caller_->use_inbox(input_.one_in(2) ? input_.byte() : kBytes);
      case 4:
      case 5: {
        const std::size_t before = caller_->environment.buffers.size();
        caller_->environment.collect();
        if (caller_->environment.buffers.size() < before) count("buffers collected");
        return;
      }
      default:
        if (caller_->environment.turn()) count("bells answered");
        caller_->environment.leave_scope();
    }
  }

  void fill_arena() {
    const std::size_t at = input_.one_in(2) ? 8U * input_.below(32) : input_.number<std::uint16_t>();
    const Bytes bytes = input_.bytes(1 + input_.below(64));
    caller_->put_arena(at, bytes.data(), bytes.size());
  }

  // A value of 16 bytes that ends in ids and their number.
  void link_arena() {
    const std::array<std::uint32_t, 4> words{0, draw_id(), draw_id(), input_.one_in(8) ? input_.byte() : 2U};
    caller_->put_arena(8U * input_.below(32), words.data(), sizeof(words));
  }

  // Much as JavaScript would fill it in; the rest is what earlier calls have left there.
  void draw_header() {
    const auto word = [&](Frame::Word at, std::size_t value) {
      caller_->put_word(at, static_cast<std::int32_t>(value));
    };
    word(Frame::kCollection, draw_id());
    word(Frame::kFlags, input_.one_in(2) ? input_.number<std::uint32_t>() & 0x1ffff : 0);
    word(Frame::kKeyOffset, 8U * input_.below(32));
    word(Frame::kKeyLength, input_.below(24));
    word(Frame::kCount, 1 + input_.below(16));
    word(Frame::kTicket, input_.below(6));
    word(Frame::kFunction, input_.below(3));
    word(Frame::kTaskFlags, input_.below(4));
    word(Frame::kPriority, input_.below(3));
    word(Frame::kOutcome, input_.below(3));
    word(Frame::kStagedValue, input_.one_in(4) ? input_.below(4) : 0);
    word(Frame::kBytesOffset, 8U * input_.below(32));
    word(Frame::kBytesLength, input_.below(64));
    if (input_.one_in(2)) return;  // the record, the snapshot and the lane
    caller_->put_word(Frame::kRecord, -1);
    caller_->put_word(Frame::kSlot, -1);
    caller_->put_word(Frame::kLane, static_cast<std::int32_t>(input_.below(3)) - 1);
    caller_->put_number(Frame::kIncarnation, 0);
    caller_->put_number(Frame::kSnapshot, -1);
    caller_->put_number(Frame::kCursor, 0);
    caller_->put_number(Frame::kEnd, input_.byte());
    caller_->put_number(Frame::kDeadline, 0);
  }

  void forge() {
    constexpr std::size_t kNumbersInHeader = Frame::kLists / 2;
    for (unsigned n = input_.below(4); n > 0; --n) {
      if (input_.one_in(2)) {
        caller_->put_word(input_.below(Frame::kLists), draw_word());
      } else {
        caller_->put_number(input_.below(kNumbersInHeader), draw_number());
      }
    }
  }

  void draw_lists() {
    const unsigned reads = input_.one_in(3) ? 1 + input_.below(2) : 0;
    const unsigned predicates = input_.one_in(4) ? 1 + input_.below(2) : 0;
    const unsigned writes = 1 + input_.below(3);
    std::size_t at = Frame::kLists;
    for (unsigned n = 0; n < reads; ++n, at += Frame::kReadWords) {
      const Record& record = records_[input_.below(records_.size())];
      put_words(at, {record.index, record.stamp});
    }
    for (unsigned n = 0; n < predicates; ++n, at += Frame::kPredicateWords) draw_predicate(at);
    for (unsigned n = 0; n < writes; ++n, at += Frame::kWriteWords) draw_write(at);
    const auto words = static_cast<unsigned>(at - Frame::kLists);
    if (input_.one_in(5)) caller_->put_word(Frame::kLists + input_.below(words), draw_word());
    caller_->put_word(Frame::kReads, static_cast<std::int32_t>(reads));
    caller_->put_word(Frame::kPredicates, static_cast<std::int32_t>(predicates));
    caller_->put_word(Frame::kWrites, static_cast<std::int32_t>(writes));
    caller_->put_word(Frame::kTimed, input_.one_in(8) ? 1 : 0);
    if (input_.one_in(8)) caller_->put_word(Frame::kReads + input_.below(3), draw_word());
  }

  void draw_predicate(std::size_t at) {
    put_words(
        at, {1 + static_cast<std::int32_t>(input_.below(4)), static_cast<std::int32_t>(draw_id()), place(), length()});
    caller_->put_number(at / 2 + 2, input_.one_in(2) ? input_.byte() : draw_number());
  }

  void draw_write(std::size_t at) {
    // What suits a map, a queue and an array.
    static constexpr std::array<std::array<unsigned, 5>, 3> kKinds = {
        {{1, 1, 1, 2, 3}, {4, 4, 5, 6, 3}, {4, 1, 8, 9, 3}}};
    const unsigned which = input_.below(static_cast<unsigned>(ids_.size()));
    const unsigned kind = input_.one_in(8) ? input_.below(16) : kKinds[which % 3][input_.below(5)];
    const unsigned bits = input_.one_in(2) ? unsigned{Frame::kKeyed} : input_.below(32) << 4;
    const auto head = kind | bits | (ids_[which] << Frame::kCollectionShift);
    const Record& record = records_[input_.below(records_.size())];
    const bool by_index = input_.one_in(3);
    put_words(at, {static_cast<std::int32_t>(head), by_index ? record.index : -1});
    caller_->put_number(at / 2 + 1, by_index ? record.incarnation : input_.below(4));
    if ((bits & Frame::kStaged) != 0) {
      put_words(at + 4, {static_cast<std::int32_t>(input_.below(4)), 0});
    } else if (kind == 5 || kind == 9) {
      caller_->put_number(at / 2 + 2, input_.below(4));
    } else {
      put_words(at + 4, {place(), length()});
    }
    put_words(at + 8, {place(), length()});
  }

  // Of a key or a value in the arena.
  std::int32_t place() { return static_cast<std::int32_t>(8 * input_.below(32)); }
  std::int32_t length() { return static_cast<std::int32_t>(input_.below(40)); }

  void put_words(std::size_t at, std::initializer_list<std::int32_t> words) {
    for (const std::int32_t word : words) caller_->put_word(at++, word);
  }

  // A commit has each key once: that much the engine takes JavaScript's word for (docs/internals/wire.md). What might
  // be a second write to one is left out, with all that follow.
  void keep_keys_apart() {
    constexpr std::int32_t kSet = 1;
    constexpr std::int32_t kDelete = 2;
    const std::int64_t reads = caller_->word(Frame::kReads);
    const std::int64_t predicates = caller_->word(Frame::kPredicates);
    if (reads < 0 || predicates < 0) return;
    std::map<std::uint32_t, std::set<std::string_view>> known;
    std::set<std::uint32_t> closed;  // what was written to there may be any key
    auto at = Frame::kLists + static_cast<std::size_t>(reads) * Frame::kReadWords +
              static_cast<std::size_t>(predicates) * Frame::kPredicateWords;
    for (std::int32_t i = 0; i < caller_->word(Frame::kWrites); ++i, at += Frame::kWriteWords) {
      if (!caller_->has_words(at + Frame::kWriteWords)) return;  // it will be refused
      const auto bits = static_cast<std::uint32_t>(caller_->word(at));
      const auto kind = static_cast<std::int32_t>(bits & Frame::kKindMask);
      if (kind != kSet && kind != kDelete) continue;
      const std::uint32_t collection = bits >> Frame::kCollectionShift;
      const bool by_key = (bits & Frame::kKeyed) != 0 && caller_->word(at + 1) < 0;
      const std::string_view key = caller_->arena_text(caller_->word(at + 8), caller_->word(at + 9));
      const bool first = known.count(collection) == 0;
      if (closed.count(collection) > 0 || (by_key ? !known[collection].insert(key).second : !first))
        return caller_->put_word(Frame::kWrites, i);
      if (!by_key) closed.insert(collection);
    }
  }

  void call_hot(const std::string& function) {
    if (!caller_->usable()) {
      caller_->call(function);
      return count("calls without a frame");
    }
    if (function == "commit") keep_keys_apart();
    constexpr double kMostPause = 10;  // µs; and no lease is left open, for others would wait for it
    const double asked = caller_->number(Frame::kVersion);
    if (function == "pause" && !(asked <= kMostPause)) caller_->put_number(Frame::kVersion, kMostPause);
    const Seq before = engine_.published();
    caller_->call(function);
    if (function == "lease") caller_->call("leaseEnd");
    caller_->environment.leave_scope();
    const auto status = static_cast<std::size_t>(caller_->word(Frame::kStatus));
    require(status < kStatuses.size(), "the status is one of those that there are");
    if (static_cast<Status>(status) == Status::kBadRequest)
      require_equal(engine_.published(), before, "what a bad request has committed");
    if (status != 0) return count(std::string("refused: ") + kStatuses[status]);
    count("answered: " + function);
    require_readable(*caller_, function);
    if (function == "load") {
      records_[next_record_++ % records_.size()] = {caller_->word(Frame::kRecord), caller_->word(Frame::kStamp),
                                                    caller_->number(Frame::kIncarnation)};
    }
  }

  void call_cold() {
    const std::string& function = caller_->cold[input_.below(static_cast<unsigned>(caller_->cold.size()))];
    std::vector<napi_value> arguments;
    constexpr unsigned kMost = 8;
    for (unsigned n = input_.below(kMost); n > 0; --n) arguments.push_back(draw_argument());
    if (function == "poolFound" && !arguments.empty() && arguments[0]->number >= 0 &&
        arguments[0]->number < 4294967296.0)
      pools_.push_back(static_cast<CollectionId>(arguments[0]->number));
    const napi_value result = caller_->call(function, arguments);
    const std::string& thrown = caller_->environment.thrown;
    if (!thrown.empty()) {
      count("refused: " + thrown);
    } else {
      count("ordinary calls that returned");
      if (!arguments.empty()) caller_->note(function, arguments[0]);
      note_result(result);
    }
    caller_->environment.leave_scope();
  }

  // Ids and numbers that a function has given are good for others.
  void note_result(napi_value result) {
    if (result == nullptr) return;
    if (result->kind == Kind::kNumber) note_number(result->number);
    for (const napi_value each : result->elements) {
      if (each != nullptr && each->kind == Kind::kNumber) note_number(each->number);
    }
    const auto id = result->properties.find("id");
    if (id != result->properties.end()) ids_.push_back(static_cast<CollectionId>(id->second->number));
  }
  void note_number(double value) { numbers_[next_number_++ % numbers_.size()] = value; }

  napi_value make(Kind kind) { return caller_->environment.make(kind); }
  napi_value number(double value) {
    const napi_value made = make(Kind::kNumber);
    made->number = value;
    return made;
  }

  napi_value draw_argument() {
    switch (input_.below(16)) {
      case 0: {
        const napi_value made = make(Kind::kBoolean);
        made->truth = input_.one_in(2);
        return made;
      }
      case 1:
      case 2: {
        const napi_value made = make(Kind::kText);
        for (unsigned n = input_.below(4); n > 0; --n)
          made->text += input_.one_in(8) ? input_.number<char16_t>() : static_cast<char16_t>('a' + input_.below(4));
        return made;
      }
      case 3: {
        const napi_value made = make(Kind::kArray);
        for (unsigned n = input_.below(4); n > 0; --n) made->elements.push_back(draw_argument());
        return made;
      }
      case 4:
        return draw_buffer();
      case 5: {
        const napi_value buffer = draw_buffer();
        const napi_value made = make(Kind::kTypedArray);
        made->buffer = buffer;
        if (input_.one_in(8)) made->type = napi_float64_array;
        return made;
      }
      case 6:
        return make(std::array{Kind::kUndefined, Kind::kObject, Kind::kFunction}[input_.below(3)]);
      case 7:
      case 8:
      case 9:
        return number(draw_id());
      default:
        return number(draw_number());
    }
  }

  // A new one, or one that the addon has made or been given.
  napi_value draw_buffer() {
    auto& buffers = caller_->environment.buffers;
    if (buffers.empty() || input_.one_in(3)) return caller_->environment.make_buffer(input_.below(64) * 8U);
    const auto newest = std::min<std::size_t>(buffers.size(), 1 + input_.below(8));
    return buffers[buffers.size() - newest].get();
  }

  CollectionId draw_id() { return ids_[input_.below(static_cast<unsigned>(std::min<std::size_t>(ids_.size(), 16)))]; }

  double draw_number() {
    switch (input_.below(8)) {
      case 0:
        return kNumbers[input_.below(std::size(kNumbers))];
      case 1:
        return input_.number<double>();
      case 2:
        return input_.number<std::int32_t>();
      case 3:
        return draw_id();
      case 4:
        return numbers_[input_.below(numbers_.size())];
      case 5:
        return -1;
      default:
        return input_.below(8);
    }
  }
  std::int32_t draw_word() {
    const double value = draw_number();
    const bool fits = value >= -2147483648.0 && value < 2147483648.0;
    return fits ? static_cast<std::int32_t>(value) : input_.number<std::int32_t>();
  }

  void count(const std::string& event) { ++happened_[event]; }

  struct Record {
    std::int32_t index = -1;
    std::int32_t stamp = 0;
    double incarnation = 0;
  };

  Engine& engine_;
  Input& input_;
  Counts& happened_;
  Thread& witness_;
  std::array<std::unique_ptr<Caller>, 2> callers_;
  Caller* caller_ = nullptr;
  std::vector<CollectionId> ids_;
  std::vector<CollectionId> pools_;
  std::array<double, 4> numbers_{};
  std::size_t next_number_ = 0;
  std::array<Record, 4> records_;
  std::size_t next_record_ = 0;
};

const Registered frames("frames", Frames::run,
                        {"threads ended", "buffers collected", "bells answered", "calls without a frame",
                         "ordinary calls that returned"});

}  // namespace

}  // namespace heddle::fuzz
