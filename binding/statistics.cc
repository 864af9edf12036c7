// What the engine tells of itself.
#include <algorithm>

#include "arguments.h"
#include "functions.h"

namespace heddle::binding {

namespace {

napi_value memory(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto bytes = engine().memory(arguments.state().thread, arguments.integer<CollectionId>(0));
  return number(env, bytes ? static_cast<double>(*bytes) : -1);
}

// Of the process without an argument that is an id.
napi_value recount(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Thread& thread = arguments.state().thread;
  const double id = arguments.number(0);
  if (id <= 0) return number(env, static_cast<double>(engine().recount(thread)));
  const auto bytes = engine().recount(thread, arguments.integer<CollectionId>(0));
  return number(env, bytes ? static_cast<double>(*bytes) : -1);
}

// The thread's own block of counters, or with `true` the sum over all threads.
napi_value counters(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  if (!arguments.flag(0)) return external(env, arguments.state().thread.counters.data(), sizeof(Counters::Block));
  void* data = nullptr;
  napi_value buffer = nullptr;
  if (napi_create_arraybuffer(env, sizeof(Counters::Block), &data, &buffer) != napi_ok) return nullptr;
  const Counters::Block sum = engine().counters().sum();
  std::memcpy(data, sum.data(), sizeof(sum));
  return buffer;
}

napi_value label_row(napi_env env, napi_callback_info info) {
  const auto row = engine().counters().row_of(Arguments<1>(env, info).units(0).value_or(""));
  return number(env, static_cast<double>(row));
}

napi_value labels(napi_env env, napi_callback_info /*info*/) {
  napi_value array = nullptr;
  napi_create_array(env, &array);
  std::uint32_t i = 0;
  for (const std::string& label : engine().counters().labels()) napi_set_element(env, array, i++, units(env, label));
  return array;
}

napi_value note_conflict(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  engine().note_conflict(arguments.state().thread, arguments.integer<CollectionId>(0));
  return nullptr;
}

napi_value counts(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto found = engine().counts(arguments.state().thread, arguments.integer<CollectionId>(0));
  if (!found) return undefined(env);
  napi_value object = nullptr;
  napi_create_object(env, &object);
  const auto put = [&](const char* name, std::uint64_t value) {
    napi_set_named_property(env, object, name, number(env, static_cast<double>(value)));
  };
  put("commits", found->commits);
  put("loads", found->loads);
  put("conflicts", found->conflicts);
  put("evictions", found->evictions);
  put("refusals", found->refusals);
  put("watches", found->watches);
  put("entries", found->entries);
  return object;
}

// Another thread's is only told of when it has been open for long.
napi_value open_calls(napi_env env, napi_callback_info info) {
  const ThreadId own = Arguments<1>(env, info).state().thread.id;
  napi_value array = nullptr;
  napi_create_array(env, &array);
  std::uint32_t i = 0;
  for (const OpenCalls::Call& call : engine().open_calls().all()) {
    if (call.thread == own) continue;
    napi_value object = nullptr;
    napi_create_object(env, &object);
    napi_set_named_property(env, object, "since", number(env, call.since));
    napi_set_named_property(env, object, "text", units(env, call.text));
    napi_set_element(env, array, i++, object);
  }
  return array;
}

napi_value note_open_call(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  engine().open_calls().note({arguments.state().thread.id, arguments.integer<std::uint32_t>(0), arguments.number(1),
                              arguments.units(2).value_or("")});
  return nullptr;
}

napi_value forget_open_call(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  engine().open_calls().forget(arguments.state().thread.id, arguments.integer<std::uint32_t>(0));
  return nullptr;
}

// After how many ms threads warn of their own; sets that too, if it is given.
napi_value warn_after(napi_env env, napi_callback_info info) {
  const double given = Arguments<1>(env, info).number(0);
  auto& after = engine().open_calls().warn_after;
  if (given > 0) after.store(static_cast<std::int64_t>(std::min(given, 9e15)));
  return number(env, static_cast<double>(after.load()));
}

napi_value waiting(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto id = arguments.integer<CollectionId>(0);
  return number(env, static_cast<double>(engine().waiting(arguments.state().thread, id)));
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
  put("loads", stats.loads);
  put("refusals", stats.refusals);
  put("snapshotsRevoked", stats.snapshots_revoked);
  put("memory", stats.memory);
  put("memoryOutside", stats.outside);
  put("memoryTold", stats.told);
  put("memoryTasks", stats.tasks);
  put("watches", stats.watches);
  put("watchLag", stats.watch_lag);
  put("overflows", stats.overflows);
  put("memoryLimit", engine().memory_limit());
  put("maxSnapshotAge", engine().max_snapshot_age());
  return object;
}

}  // namespace

std::span<const Function> statistics_functions() {
  static constexpr Function kFunctions[] = {
      {"memory", cold<memory>},
      {"recount", cold<recount>},
      {"counters", cold<counters>},
      {"labelRow", cold<label_row>},
      {"labels", cold<labels>},
      {"noteConflict", cold<note_conflict>},
      {"counts", cold<counts>},
      {"stats", cold<stats>},
      {"waiting", cold<waiting>},
      {"warnAfter", cold<warn_after>},
      {"openCalls", cold<open_calls>},
      {"noteOpenCall", cold<note_open_call>},
      {"forgetOpenCall", cold<forget_open_call>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
