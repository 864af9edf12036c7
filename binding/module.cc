// The addon's exports. Hot functions speak through the frame and take no arguments; the cold ones are ordinary.
#include <node_api.h>

#include <span>
#include <string>

#include "arguments.h"
#include "calls.h"
#include "functions.h"
#include "sole.h"

namespace heddle::binding {

namespace {

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

template <bool (ThreadState::*Use)(napi_value)>
napi_value use(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  (arguments.state().*Use)(arguments[0]);
  return nullptr;
}

napi_value clock(napi_env env, napi_callback_info /*info*/) {
  return external(env, engine().clock_word(), sizeof(Seq));
}

napi_value stamp_segment(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  auto* stamps = engine().records().segment_stamps(arguments.integer<RecordIndex>(0));
  if (stamps == nullptr) {
    napi_throw_range_error(env, nullptr, "no such stamp segment");
    return nullptr;
  }
  return external(env, stamps, RecordTable::kSegmentRecords * sizeof(Stamp));
}

napi_value recency_segment(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  auto* recency = engine().records().segment_recency(arguments.integer<RecordIndex>(0));
  if (recency == nullptr) {
    napi_throw_range_error(env, nullptr, "no such recency segment");
    return nullptr;
  }
  return external(env, recency, RecordTable::kSegmentRecords);
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
  engine().limit_snapshot_age(milliseconds >= 0 && milliseconds < kMost ? static_cast<std::int64_t>(milliseconds)
                                                                        : Snapshots::kNoMaxAge);
  return nullptr;
}

napi_value snapshot_expired(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto slot = arguments.integer<SnapshotSlot>(0);
  return boolean(env, engine().has_expired(arguments.state().thread, slot));
}

napi_value thread_id(napi_env env, napi_callback_info info) {
  return number(env, Arguments<1>(env, info).state().thread.id);
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
  const auto add_cold = [&](std::span<const Function> functions) {
    for (const auto& [name, callback] : functions) add(name, callback);
  };
  add_cold(collection_functions());
  add_cold(statistics_functions());
  add_cold(large_value_functions());
  add_cold(wait_functions());
  add_cold(watch_functions());
  add_cold(pool_functions());
  add_cold(task_functions());
  add("load", hot<load>);
  add("scan", hot<scan>);
  add("commit", hot<commit>);
  add("extend", hot<extend>);
  add("wait", hot<wait>);
  add("snapshotOpen", hot<snapshot_open>);
  add("snapshotClose", hot<snapshot_close>);
  add("lease", hot<lease>);
  add("leaseEnd", hot<lease_end>);
  add("pause", hot<pause>);
  add("shapeDefine", hot<shape_define>);
  add("shapeRead", hot<shape_read>);
  add("take", hot<take>);
  add("receive", hot<receive>);
  add("peek", hot<peek>);
  add("walk", hot<walk>);
  add("watch", hot<watch>);
  add("tidings", hot<tidings>);
  add("taskSubmit", hot<task_submit>);
  add("taskNext", hot<task_next>);
  add("taskAnswers", hot<task_answers>);
  add("setFrame", use<&ThreadState::use_frame>);
  add("setArena", use<&ThreadState::use_arena>);
  add("setInbox", use<&ThreadState::use_inbox>);
  add("clock", cold<clock>);
  add("stampSegment", cold<stamp_segment>);
  add("recencySegment", cold<recency_segment>);
  add("tidy", cold<tidy>);
  add("limitMemory", cold<limit_memory>);
  add("limitSnapshotAge", cold<limit_snapshot_age>);
  add("snapshotExpired", cold<snapshot_expired>);
  add("threadId", cold<thread_id>);
  return exports;
}

}  // namespace heddle::binding

NAPI_MODULE_INIT() { return heddle::binding::initialise(env, exports); }
