// Worker pools: what their hosts, their workers, and those who look at them ask for.
#include <utility>
#include <vector>

#include "functions.h"
#include "pools.h"

namespace heddle::binding {

namespace {

// pool, most workers, least, most tasks (0: no limit), ticket; false if the collection cannot stand for it.
napi_value pool_found(napi_env env, napi_callback_info info) {
  const Arguments<5> arguments(env, info);
  ThreadState& state = arguments.state();
  const auto id = arguments.integer<CollectionId>(0);
  const Pool::Settings settings{.size = arguments.integer<std::uint32_t>(1),
                                .min_size = arguments.integer<std::uint32_t>(2),
                                .max_tasks = limit(arguments.number(3))};
  auto pool =
      engine().pools().found(state.thread, id, settings, static_cast<WaitTicket>(arguments.integer<std::int64_t>(4)));
  const bool is_there = pool != nullptr;
  if (is_there) state.pools[id] = std::move(pool);
  return boolean(env, is_there);
}

napi_value pool_define(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Pool* pool = pool_of(arguments);
  return number(env, pool == nullptr ? 0 : pool->define(arguments.units(1).value_or("")));
}

napi_value pool_function(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const Pool* pool = pool_of(arguments);
  return pool == nullptr ? undefined(env) : units(env, pool->function(arguments.integer<std::uint32_t>(1)));
}

napi_value answers_by(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  arguments.state().thread.desk->answers_by(static_cast<WaitTicket>(arguments.integer<std::int64_t>(0)));
  return nullptr;
}

// -1: no more are wanted.
napi_value pool_enlist(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Pool* pool = pool_of(arguments);
  const PoolWorker* worker = pool == nullptr ? nullptr : pool->enlist();
  return number(env, worker == nullptr ? -1 : static_cast<double>(worker->number));
}

napi_value pool_join(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Pool* pool = pool_of(arguments);
  return boolean(env,
                 pool != nullptr && pool->join(arguments.state().thread, arguments.integer<WorkerNumber>(1),
                                               static_cast<WaitTicket>(arguments.integer<std::int64_t>(2))) != nullptr);
}

napi_value pool_gone(napi_env env, napi_callback_info info) {
  const Arguments<4> arguments(env, info);
  if (Pool* pool = pool_of(arguments)) {
    pool->gone(arguments.state().thread, arguments.integer<WorkerNumber>(1), arena_slice(arguments, 2));
  }
  return nullptr;
}

napi_value pool_unloadable(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Pool* pool = pool_of(arguments);
  return boolean(env, pool != nullptr && pool->unloadable(arguments.state().thread, arena_slice(arguments, 1)));
}

napi_value list_of(napi_env env, const std::vector<WorkerNumber>& numbers) {
  napi_value list = nullptr;
  napi_create_array_with_length(env, numbers.size(), &list);
  for (std::uint32_t i = 0; i < numbers.size(); ++i) napi_set_element(env, list, i, number(env, numbers[i]));
  return list;
}

napi_value pool_condemned(napi_env env, napi_callback_info info) {
  Pool* pool = pool_of(Arguments<1>(env, info));
  return list_of(env, pool == nullptr ? std::vector<WorkerNumber>() : pool->take_condemned());
}

// pool, ms that they may go on; returns the same.
napi_value pool_condemn_orphans(napi_env env, napi_callback_info info) {
  constexpr double kNanoseconds = 1e6;
  const Arguments<2> arguments(env, info);
  Pool* pool = pool_of(arguments);
  const double left =
      pool == nullptr ? -1 : pool->condemn_orphans(arguments.state().thread, arguments.number(1) * kNanoseconds);
  return number(env, left < 0 ? -1 : left / kNanoseconds);
}

napi_value pool_ending(napi_env env, napi_callback_info info) {
  Pool* pool = pool_of(Arguments<1>(env, info));
  return list_of(env, pool == nullptr ? std::vector<WorkerNumber>() : pool->take_ending());
}

// This worker's.
napi_value pool_announce_end(napi_env env, napi_callback_info info) {
  const Desk& desk = *Arguments<1>(env, info).state().thread.desk;
  if (desk.worker != nullptr) desk.pool->announce_end(*desk.worker);
  return nullptr;
}

// The worker of this thread; with true only if it has nothing to do.
napi_value pool_leave(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Thread& thread = arguments.state().thread;
  PoolWorker* me = thread.desk->worker;
  const Pool::Why why = arguments.flag(0) ? Pool::Why::kIdle : Pool::Why::kAsked;
  return boolean(env, me != nullptr && thread.desk->pool->leave(thread.epoch.stock, *me, why));
}

// Of this worker.
napi_value pool_busy(napi_env env, napi_callback_info info) {
  const Desk& desk = *Arguments<1>(env, info).state().thread.desk;
  if (desk.worker != nullptr) desk.pool->busy(*desk.worker);
  return nullptr;
}

napi_value pool_step_aside(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const Desk& desk = *arguments.state().thread.desk;
  if (desk.worker != nullptr) desk.pool->step_aside(*desk.worker, arguments.flag(0));
  return nullptr;
}

napi_value pool_resize(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  if (Pool* pool = pool_of(arguments)) pool->resize(arguments.integer<std::uint32_t>(1));
  return nullptr;
}

napi_value pool_stir(napi_env env, napi_callback_info info) {
  if (Pool* pool = pool_of(Arguments<1>(env, info))) pool->stir();
  return nullptr;
}

napi_value pool_close(napi_env env, napi_callback_info info) {
  if (Pool* pool = pool_of(Arguments<1>(env, info))) pool->close();
  return nullptr;
}

napi_value pool_terminate(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  if (Pool* pool = pool_of(arguments)) pool->terminate(arguments.state().thread.epoch.stock);
  return nullptr;
}

napi_value pool_holds(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Pool* pool = pool_of(arguments);
  const auto condition = static_cast<Pool::Condition>(arguments.integer<std::int32_t>(1));
  return boolean(env, pool == nullptr || pool->holds(arguments.state().thread, condition,
                                                     static_cast<WaitTicket>(arguments.integer<std::int64_t>(2))));
}

napi_value pool_forget(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  if (Pool* pool = pool_of(arguments)) {
    pool->forget(arguments.state().thread, static_cast<WaitTicket>(arguments.integer<std::int64_t>(1)));
  }
  return nullptr;
}

napi_value pool_counts(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  // Who only looks does not keep it.
  const auto& known = arguments.state().pools;
  const auto id = arguments.integer<CollectionId>(0);
  const auto found = known.find(id);
  const std::shared_ptr<Pool> pool = found == known.end() ? engine().pools().find(id) : found->second;
  if (pool == nullptr) return undefined(env);
  const Pool::Counts counts = pool->counts();
  napi_value object = nullptr;
  napi_create_object(env, &object);
  const auto put = [&](const char* name, auto value) {
    napi_set_named_property(env, object, name, number(env, static_cast<double>(value)));
  };
  put("active", counts.active);
  put("workers", counts.workers);
  put("threads", counts.threads);
  put("queued", counts.queued);
  put("unfinished", counts.unfinished);
  put("completed", counts.completed);
  put("failures", counts.failures);
  put("steals", counts.steals);
  put("stolen", counts.stolen);
  put("crashes", counts.crashes);
  put("cancelled", counts.cancelled);
  put("memory", counts.memory);
  put("size", counts.size);
  napi_set_named_property(env, object, "open", boolean(env, counts.open));
  napi_set_named_property(env, object, "ended", boolean(env, counts.ended));
  return object;
}

napi_value pool_times(napi_env env, napi_callback_info info) {
  const Pool* pool = pool_of(Arguments<1>(env, info));
  if (pool == nullptr) return undefined(env);
  const auto times = pool->times();
  void* data = nullptr;
  napi_value buffer = nullptr;
  napi_create_arraybuffer(env, sizeof(times), &data, &buffer);
  if (data != nullptr) std::memcpy(data, times.data(), sizeof(times));
  return buffer;
}
}  // namespace

std::span<const Function> pool_functions() {
  static constexpr Function kFunctions[] = {
      {"poolFound", cold<pool_found>},
      {"poolDefine", cold<pool_define>},
      {"poolFunction", cold<pool_function>},
      {"answersBy", cold<answers_by>},
      {"poolEnlist", cold<pool_enlist>},
      {"poolJoin", cold<pool_join>},
      {"poolGone", cold<pool_gone>},
      {"poolUnloadable", cold<pool_unloadable>},
      {"poolCondemned", cold<pool_condemned>},
      {"poolCondemnOrphans", cold<pool_condemn_orphans>},
      {"poolEnding", cold<pool_ending>},
      {"poolAnnounceEnd", cold<pool_announce_end>},
      {"poolLeave", cold<pool_leave>},
      {"poolBusy", cold<pool_busy>},
      {"poolResize", cold<pool_resize>},
      {"poolStir", cold<pool_stir>},
      {"poolClose", cold<pool_close>},
      {"poolTerminate", cold<pool_terminate>},
      {"poolStepAside", cold<pool_step_aside>},
      {"poolForget", cold<pool_forget>},
      {"poolHolds", cold<pool_holds>},
      {"poolCounts", cold<pool_counts>},
      {"poolTimes", cold<pool_times>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
