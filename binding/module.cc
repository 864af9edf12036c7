// The addon's exports. Hot functions speak through the frame and take no arguments; the cold ones are ordinary.
#include <node_api.h>

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

napi_value describe(napi_env env, const CollectionInfo& info) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "id", number(env, info.id));
  napi_set_named_property(env, object, "kind", number(env, info.kind));
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
  const Arguments<5> arguments(env, info);
  OpenRequest request;
  request.kind = static_cast<std::int32_t>(arguments.number(0));
  request.name = arguments.units(1);
  request.limits = {limit(arguments.number(2)), limit(arguments.number(3))};
  request.options = arguments.text(4).value_or("");
  return describe(env, engine().open(arguments.state().thread, request));
}

napi_value find(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto found = engine().find(arguments.state().thread, arguments.units(0).value_or(""));
  return found ? describe(env, *found) : undefined(env);
}

napi_value publish(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const auto id = static_cast<CollectionId>(arguments.number(0));
  return boolean(env, engine().publish(arguments.state().thread, id, arguments.units(1).value_or("")));
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
  add("open", cold<open>);
  add("find", cold<find>);
  add("publish", cold<publish>);
  add("destroy", cold<destroy>);
  add("memory", cold<memory>);
  add("threadId", cold<thread_id>);
  add("stats", cold<stats>);
  return exports;
}

}  // namespace heddle::binding

NAPI_MODULE_INIT() { return heddle::binding::initialise(env, exports); }
