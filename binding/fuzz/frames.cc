// Any bytes in the frame, any arguments: the addon answers or refuses, reads and writes nothing else than what it was
// given, and leaves nothing behind.
#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "answers.h"
#include "caller.h"
#include "engine.h"
#include "requests.h"
#include "target.h"

namespace heddle::fuzz {

namespace {

using binding::Frame;
using Kind = napi_value__::Kind;

constexpr std::array<const char*, 19> kStatuses = {
    "OK",           "GAP",           "NEWER",         "STALE_ID",    "CONFLICT",    "DESTROYED",  "TOO_LARGE",
    "MEMORY_LIMIT", "ENTRIES_LIMIT", "OUT_OF_MEMORY", "BAD_REQUEST", "SHAPES_FULL", "NAME_TAKEN", "PROCESS_LIMIT",
    "EXPIRED",      "EMPTY",         "CLOSED",        "QUEUE_FULL",  "OUT_OF_RANGE"};

// What no input has to lead to. OUT_OF_MEMORY takes a system without memory (core/test/faults), SHAPES_FULL as many
// shapes as there is room for, EXPIRED a machine so slow that a snapshot becomes old; nobody answers with the last one.
constexpr std::string_view kNever[] = {"OK", "OUT_OF_MEMORY", "SHAPES_FULL", "EXPIRED", "NAME_TAKEN"};

// Why ordinary functions throw.
constexpr const char* kReasons[] = {"expected an ArrayBuffer",
                                    "expected a Uint8Array",
                                    "no such answer",
                                    "no such piece",
                                    "no such staged value",
                                    "no such stamp segment",
                                    "no such recency segment",
                                    "the value lies outside of the arena",
                                    "the patches lie outside of the arena",
                                    "This runtime does not map native memory (external ArrayBuffers are disabled)."};

class Frames : Requests {
 public:
  Frames(Engine& engine, Input& input, Counts& happened)
      : Requests(input), engine_(engine), happened_(happened), witness_(engine.attach()) {
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
    constexpr double kMap = 0;
    constexpr double kPermanent = 2;
    constexpr double kQueue = 8;
    constexpr double kArray = 16;
    for (const double kind : {kMap, kQueue, kArray}) furnish(kind + kPermanent, 0, 0, 0);
    furnish(kMap, 0, 3, 0);
    furnish(kQueue, 0, 0, 3);
    furnish(kArray, 1024, 0, 0);
    put_something();
    caller_->call("poolFound", {number(ids_[0]), number(2), number(1), number(0), number(1)});
    note_result(caller_->call("poolEnlist", {number(ids_[0])}));
    caller_->environment.leave_scope();
    caller_ = callers_[1].get();
    caller_->call("poolJoin", {number(ids_[0]), number(numbers_[0]), number(2)});
    caller_->environment.leave_scope();
  }

  void furnish(double flags, double bytes, double entries, double capacity) {
    const napi_value name = make(Kind::kText);
    name->text.assign(1, static_cast<char16_t>('a' + ids_.size()));
    note_result(caller_->call(
        "open", {number(1), name, number(bytes), number(entries), number(flags), name, number(capacity)}));
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
      note_record({caller_->word(Frame::kRecord), caller_->word(Frame::kStamp), caller_->number(Frame::kIncarnation)});
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

  void count(const std::string& event) { ++happened_[event]; }

  Engine& engine_;
  Counts& happened_;
  Thread& witness_;
  std::array<std::unique_ptr<Caller>, 2> callers_;
  std::vector<CollectionId> pools_;
};

std::vector<const char*> events() {
  std::vector<const char*> all{"threads ended", "buffers collected", "bells answered", "calls without a frame",
                               "ordinary calls that returned"};
  static std::vector<std::string> names;
  for (const char* function : kHot) names.push_back(std::string("answered: ") + function);
  for (const char* status : kStatuses) {
    if (std::ranges::find(kNever, std::string_view(status)) == std::end(kNever))
      names.push_back(std::string("refused: ") + status);
  }
  for (const char* reason : kReasons) names.push_back(std::string("refused: ") + reason);
  for (const std::string& name : names) all.push_back(name.c_str());
  return all;
}

const Registered frames("frames", Frames::run, events());

}  // namespace

}  // namespace heddle::fuzz
