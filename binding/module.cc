// The addon's exports. Hot functions speak through the frame and take no arguments; the cold ones are ordinary.
#include <node_api.h>

#include <cstring>
#include <limits>
#include <string>

#include "calls.h"
#include "sole.h"

namespace heddle::binding {

namespace {

napi_value undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value number(napi_env env, double content) {
  napi_value value = nullptr;
  napi_create_double(env, content, &value);
  return value;
}

napi_value text(napi_env env, const std::string& content) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, content.data(), content.size(), &value);
  return value;
}

// The code units that Arguments::units gave.
napi_value units(napi_env env, const std::string& content) {
  napi_value value = nullptr;
  std::u16string copy(content.size() / sizeof(char16_t), u'\0');
  std::memcpy(copy.data(), content.data(), content.size());
  napi_create_string_utf16(env, copy.data(), copy.size(), &value);
  return value;
}

napi_value boolean(napi_env env, bool content) {
  napi_value value = nullptr;
  napi_get_boolean(env, content, &value);
  return value;
}

// The arguments of a cold function.
template <std::size_t Count>
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    std::size_t count = Count;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values_, nullptr, &data);
    state_ = static_cast<ThreadState*>(data);
  }
  [[nodiscard]] ThreadState& state() const { return *state_; }
  [[nodiscard]] napi_value operator[](std::size_t i) const { return values_[i]; }
  [[nodiscard]] double number(std::size_t i) const {
    double value = 0;
    napi_get_value_double(env_, values_[i], &value);
    return value;
  }
  [[nodiscard]] bool flag(std::size_t i) const {
    bool value = false;
    napi_get_value_bool(env_, values_[i], &value);
    return value;
  }
  [[nodiscard]] std::optional<std::string> text(std::size_t i) const {
    std::size_t length = 0;
    if (napi_get_value_string_utf8(env_, values_[i], nullptr, 0, &length) != napi_ok) return std::nullopt;
    std::string value(length, '\0');
    napi_get_value_string_utf8(env_, values_[i], value.data(), length + 1, &length);
    return value;
  }
  // The code units as bytes: in UTF-8 all lone surrogates would be one.
  [[nodiscard]] std::optional<std::string> units(std::size_t i) const {
    std::size_t length = 0;
    if (napi_get_value_string_utf16(env_, values_[i], nullptr, 0, &length) != napi_ok) return std::nullopt;
    std::u16string value(length, u'\0');
    napi_get_value_string_utf16(env_, values_[i], value.data(), length + 1, &length);
    return std::string(reinterpret_cast<const char*>(value.data()), length * sizeof(char16_t));
  }

 private:
  napi_env env_;
  napi_value values_[Count] = {};
  ThreadState* state_ = nullptr;
};

template <void (*Call)(ThreadState&)>
napi_value hot(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  auto& state = *static_cast<ThreadState*>(data);
  if (!state.frame.usable()) return nullptr;
  try {
    Call(state);
  } catch (const std::bad_alloc&) {
    state.frame.answer(Status::kOutOfMemory);
  }
  return nullptr;
}

// An ordinary function of which a C++ exception becomes a JavaScript one.
template <napi_value (*Call)(napi_env, napi_callback_info)>
napi_value cold(napi_env env, napi_callback_info info) {
  try {
    return Call(env, info);
  } catch (const std::exception& error) {
    napi_throw_range_error(env, "ERR_HEDDLE_OUT_OF_MEMORY", error.what());
    return nullptr;
  }
}

template <bool (ThreadState::*Use)(napi_value)>
napi_value use(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  (arguments.state().*Use)(arguments[0]);
  return nullptr;
}

// Memory of the engine as an ArrayBuffer. It is never unmapped, so nothing has to happen when the view goes.
napi_value external(napi_env env, void* data, std::size_t bytes) {
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(
          env, data, bytes, [](napi_env, void*, void*) {}, nullptr, &buffer) != napi_ok) {
    napi_throw_error(env, "ERR_HEDDLE_ENGINE_LOAD",
                     "This runtime does not map native memory (external ArrayBuffers are disabled).");
    return nullptr;
  }
  return buffer;
}

napi_value clock(napi_env env, napi_callback_info /*info*/) {
  return external(env, engine().clock_word(), sizeof(Seq));
}

napi_value stamp_segment(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  auto* stamps = engine().records().segment_stamps(static_cast<RecordIndex>(arguments.number(0)));
  if (stamps == nullptr) {
    napi_throw_range_error(env, nullptr, "no such stamp segment");
    return nullptr;
  }
  return external(env, stamps, RecordTable::kSegmentRecords * sizeof(Stamp));
}

napi_value recency_segment(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  auto* recency = engine().records().segment_recency(static_cast<RecordIndex>(arguments.number(0)));
  if (recency == nullptr) {
    napi_throw_range_error(env, nullptr, "no such recency segment");
    return nullptr;
  }
  return external(env, recency, RecordTable::kSegmentRecords);
}

napi_value describe(napi_env env, const CollectionInfo& info) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "id", number(env, info.id));
  napi_set_named_property(env, object, "kind", number(env, info.kind));
  napi_set_named_property(env, object, "name", info.name.empty() ? undefined(env) : units(env, info.name));
  napi_set_named_property(env, object, "collectionStamp", number(env, info.stamp));
  napi_set_named_property(env, object, "membersRecord", number(env, info.members));
  napi_set_named_property(env, object, "created", boolean(env, info.created));
  napi_set_named_property(env, object, "optionsText", text(env, info.options));
  return object;
}

std::uint64_t limit(double value) {
  return value > 0 && value < 9e15 ? static_cast<std::uint64_t>(value) : Limits::kNone;
}

napi_value open(napi_env env, napi_callback_info info) {
  const Arguments<6> arguments(env, info);
  OpenRequest request;
  request.kind = static_cast<std::int32_t>(arguments.number(0));
  request.name = arguments.units(1);
  enum Flag : unsigned { kLru = 1, kPermanent = 2 };
  const auto flags = static_cast<unsigned>(arguments.number(4));
  request.limits = {limit(arguments.number(2)), limit(arguments.number(3)), (flags & kLru) != 0};
  request.permanent = (flags & kPermanent) != 0;
  request.options = arguments.text(5).value_or("");
  return describe(env, engine().open(arguments.state().thread, request));
}

napi_value find(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto found = engine().find(arguments.state().thread, arguments.units(0).value_or(""));
  return found ? describe(env, *found) : undefined(env);
}

napi_value publish(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Thread& thread = arguments.state().thread;
  const auto id = static_cast<CollectionId>(arguments.number(0));
  return boolean(env, engine().publish(thread, id, arguments.units(1).value_or(""), arguments.flag(2)));
}

napi_value describe_by_id(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto found = engine().find(arguments.state().thread, static_cast<CollectionId>(arguments.number(0)));
  return found ? describe(env, *found) : undefined(env);
}

napi_value collections(napi_env env, napi_callback_info info) {
  napi_value array = nullptr;
  napi_create_array(env, &array);
  std::uint32_t i = 0;
  for (const CollectionInfo& each : engine().collections(Arguments<1>(env, info).state().thread)) {
    napi_set_element(env, array, i++, describe(env, each));
  }
  return array;
}

napi_value release(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  engine().release(arguments.state().thread, static_cast<CollectionId>(arguments.number(0)));
  return nullptr;
}

// 0 if the collection has ended.
napi_value send(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto token = engine().send(arguments.state().thread, static_cast<CollectionId>(arguments.number(0)));
  return number(env, static_cast<double>(token.value_or(0)));
}

napi_value land(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Thread& thread = arguments.state().thread;
  const auto id = static_cast<CollectionId>(arguments.number(0));
  const auto token = static_cast<Lifetimes::Token>(arguments.number(1));
  const auto found = engine().land(thread, id, token) ? engine().find(thread, id) : std::nullopt;
  return found ? describe(env, *found) : undefined(env);
}

napi_value destroy(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  return boolean(env, engine().destroy(arguments.state().thread, static_cast<CollectionId>(arguments.number(0))));
}

napi_value memory(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto bytes = engine().memory(arguments.state().thread, static_cast<CollectionId>(arguments.number(0)));
  return number(env, bytes ? static_cast<double>(*bytes) : -1);
}

// Of the process without an argument that is an id.
napi_value recount(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Thread& thread = arguments.state().thread;
  const double id = arguments.number(0);
  if (id <= 0) return number(env, static_cast<double>(engine().recount(thread)));
  const auto bytes = engine().recount(thread, static_cast<CollectionId>(id));
  return number(env, bytes ? static_cast<double>(*bytes) : -1);
}

napi_value tidy(napi_env env, napi_callback_info info) {
  return boolean(env, engine().tidy(Arguments<1>(env, info).state().thread));
}

napi_value limit_memory(napi_env env, napi_callback_info info) {
  engine().limit_memory(limit(Arguments<1>(env, info).number(0)));
  return nullptr;
}

napi_value limit_snapshot_age(napi_env env, napi_callback_info info) {
  const double milliseconds = Arguments<1>(env, info).number(0);
  constexpr double kMost = 1e15;
  engine().limit_snapshot_age(milliseconds < kMost ? static_cast<std::int64_t>(milliseconds) : Snapshots::kNoMaxAge);
  return nullptr;
}

napi_value snapshot_expired(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto slot = static_cast<SnapshotSlot>(arguments.number(0));
  return boolean(env, engine().has_expired(arguments.state().thread, slot));
}

napi_value thread_id(napi_env env, napi_callback_info info) {
  return number(env, Arguments<1>(env, info).state().thread.id);
}

napi_value stats(napi_env env, napi_callback_info /*info*/) {
  const Stats stats = engine().stats();
  napi_value object = nullptr;
  napi_create_object(env, &object);
  const auto put = [&](const char* name, auto value) {
    napi_set_named_property(env, object, name, number(env, static_cast<double>(value)));
  };
  put("commits", stats.commits);
  put("conflicts", stats.conflicts);
  put("extensions", stats.extensions);
  put("threads", stats.threads);
  put("threadsInside", stats.threads_inside);
  put("compactions", stats.compactions);
  put("threadsDiedInBody", stats.threads_died_in_body);
  put("openSnapshots", stats.open_snapshots);
  put("recordsTaken", stats.records_taken);
  put("recordsReclaimed", stats.records_reclaimed);
  put("versionsDropped", stats.versions_dropped);
  put("retired", stats.retired);
  put("evictions", stats.evictions);
  put("snapshotsRevoked", stats.snapshots_revoked);
  put("memory", stats.memory);
  put("memoryLimit", engine().memory_limit());
  put("maxSnapshotAge", engine().max_snapshot_age());
  return object;
}

}  // namespace

napi_value initialise(napi_env env, napi_value exports) {
  if (const auto other = other_copy()) {
    napi_set_named_property(env, exports, "otherCopy", text(env, *other));
    return exports;
  }
  auto* state = new ThreadState(env);
  // Synchronous on purpose: Deno runs asynchronous cleanup hooks twice.
  napi_add_env_cleanup_hook(
      env, [](void* data) { delete static_cast<ThreadState*>(data); }, state);
  const auto add = [&](const char* name, napi_callback callback) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, state, &function);
    napi_set_named_property(env, exports, name, function);
  };
  add("load", hot<load>);
  add("scan", hot<scan>);
  add("commit", hot<commit>);
  add("extend", hot<extend>);
  add("snapshotOpen", hot<snapshot_open>);
  add("snapshotClose", hot<snapshot_close>);
  add("lease", hot<lease>);
  add("leaseEnd", hot<lease_end>);
  add("pause", hot<pause>);
  add("shapeDefine", hot<shape_define>);
  add("shapeRead", hot<shape_read>);
  add("setFrame", use<&ThreadState::use_frame>);
  add("setArena", use<&ThreadState::use_arena>);
  add("setInbox", use<&ThreadState::use_inbox>);
  add("clock", cold<clock>);
  add("stampSegment", cold<stamp_segment>);
  add("recencySegment", cold<recency_segment>);
  add("open", cold<open>);
  add("find", cold<find>);
  add("publish", cold<publish>);
  add("describe", cold<describe_by_id>);
  add("collections", cold<collections>);
  add("release", cold<release>);
  add("send", cold<send>);
  add("land", cold<land>);
  add("destroy", cold<destroy>);
  add("memory", cold<memory>);
  add("recount", cold<recount>);
  add("tidy", cold<tidy>);
  add("limitMemory", cold<limit_memory>);
  add("limitSnapshotAge", cold<limit_snapshot_age>);
  add("snapshotExpired", cold<snapshot_expired>);
  add("threadId", cold<thread_id>);
  add("stats", cold<stats>);
  return exports;
}

}  // namespace heddle::binding

NAPI_MODULE_INIT() { return heddle::binding::initialise(env, exports); }
