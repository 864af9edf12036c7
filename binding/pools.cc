// Worker pools: tasks on their way to workers and back, and what their workers and hosts ask for.
#include <algorithm>
#include <utility>
#include <vector>

#include "arguments.h"
#include "calls.h"
#include "functions.h"
#include "items.h"

namespace heddle::binding {

namespace {

// Null if there is no such pool.
Pool* pool_of(ThreadState& state, CollectionId id) {
  const auto known = state.pools.find(id);
  if (known != state.pools.end()) return known->second.get();
  std::shared_ptr<Pool> found = engine().pools().find(id);
  return found == nullptr ? nullptr : (state.pools[id] = std::move(found)).get();
}

Pool* pool_of(ThreadState& state) { return pool_of(state, static_cast<CollectionId>(state.frame[Frame::kCollection])); }

// The pool that the first argument names.
template <std::size_t Count>
Pool* pool_of(const Arguments<Count>& arguments) {
  return pool_of(arguments.state(), arguments.template integer<CollectionId>(0));
}

// What the frame says of a value that was encoded. False if it lies outside.
struct Encoded {
  Bytes bytes;
  const BlobPtr* blob = nullptr;
  bool linked = false;

  bool parse(ThreadState& state) {
    Frame& frame = state.frame;
    linked = frame.has(Frame::kTaskLinked);
    if (frame[Frame::kStagedValue] != 0) {
      blob = state.large.values.find(frame[Frame::kStagedValue]);
      return blob != nullptr;
    }
    const std::int32_t offset = frame[Frame::kBytesOffset];
    const std::int32_t length = frame[Frame::kBytesLength];
    if (!state.arena.holds(offset, length)) return false;
    bytes = state.arena.slice(offset, length);
    return true;
  }
};

// Gives a task's arguments out, once.
void answer_task(ThreadState& state, Pool& pool, Task& task) {
  Frame& frame = state.frame;
  frame[Frame::kLane] = static_cast<std::int32_t>(task.lane);
  const Version& arguments = *task.arguments;
  const std::size_t needed = item_room(arguments);
  if (needed > state.inbox.size) {
    frame.answer(Status::kTooLarge);
    frame[Frame::kValueLength] = static_cast<std::int32_t>(std::min(needed, kMostBytes));
    return;
  }
  state.large.answers.clear();
  state.large.answers.reserve(1);
  frame.answer(Status::kOk);
  frame[Frame::kFunction] = static_cast<std::int32_t>(task.function);
  frame[Frame::kTaskFlags] = static_cast<std::int32_t>(task.flags);
  frame.set_number(Frame::kDeadline, task.deadline);
  put_item(state, arguments, state.inbox.data);
  if (arguments.linked) engine().hold_links_of(state.thread, arguments);
  pool.arguments_read(state.thread, task);
  frame[Frame::kUntidy] = engine().wants_tidying() ? 1 : 0;
}

void finish_task(ThreadState& state, Pool& pool, PoolWorker& me) {
  Frame& frame = state.frame;
  Encoded encoded;
  const bool readable = encoded.parse(state);
  const auto lane = static_cast<std::uint32_t>(frame[Frame::kLane]);
  auto outcome = static_cast<Outcome>(frame[Frame::kOutcome]);
  if (outcome != Outcome::kReturned && outcome != Outcome::kCancelled) outcome = Outcome::kThrew;
  Version* answer = nullptr;
  if (!readable || frame[Frame::kBytesLength] > 0 || encoded.blob != nullptr) {
    try {
      if (readable) answer = pool.make_value(state.thread.epoch.stock, encoded.bytes, encoded.blob, encoded.linked);
    } catch (const std::bad_alloc&) {
      answer = nullptr;
    }
    if (answer == nullptr) outcome = Outcome::kNoMemory;
  }
  pool.finish(state.thread, me, lane, outcome, answer);
}

}  // namespace

void task_submit(ThreadState& state) {
  Frame& frame = state.frame;
  Pool* pool = pool_of(state);
  if (pool == nullptr) return frame.answer(Status::kClosed);
  Encoded encoded;
  const std::int32_t priority = frame[Frame::kPriority];
  if (!encoded.parse(state) || priority > TaskQueue::kMostPriority || priority < -TaskQueue::kMostPriority) {
    return frame.answer(Status::kBadRequest);
  }
  const Pool::Calls calls = frame.has(Frame::kFurther) ? Pool::Calls::kIfNeeded
                            : frame.has(Frame::kQuiet) ? Pool::Calls::kLater
                                                       : Pool::Calls::kNow;
  const Pool::Request request{.function = static_cast<std::uint32_t>(frame[Frame::kFunction]),
                              .flags = static_cast<std::uint32_t>(frame[Frame::kTaskFlags]),
                              .priority = priority,
                              .deadline = frame.number(Frame::kDeadline),
                              .arguments = encoded.bytes,
                              .blob = encoded.blob,
                              .linked = encoded.linked,
                              .calls = calls};
  TaskTicket ticket = 0;
  frame.answer(pool->submit(state.thread, request, ticket));
  frame[Frame::kTicket] = static_cast<std::int32_t>(ticket);
}

// Finishes the task in LANE, if that is not negative, and gives the next one out.
void task_next(ThreadState& state) {
  Frame& frame = state.frame;
  const std::shared_ptr<Pool>& pool = state.thread.desk->pool;
  PoolWorker* me = state.thread.desk->worker;
  if (me == nullptr) return frame.answer(Status::kBadRequest);
  if (frame.has(Frame::kAgain)) {
    Task* task = pool->running(*me, static_cast<std::uint32_t>(frame[Frame::kLane]));
    if (task == nullptr || task->arguments == nullptr) return frame.answer(Status::kBadRequest);
    return answer_task(state, *pool, *task);
  }
  if (frame[Frame::kLane] >= 0) finish_task(state, *pool, *me);
  if (frame.has(Frame::kOnly)) return frame.answer(Status::kOk);
  Task* task = nullptr;
  switch (pool->next(state.thread, *me, task)) {
    case Pool::Next::kSleep:
      return frame.answer(Status::kEmpty);
    case Pool::Next::kLeave:
      return frame.answer(Status::kClosed);
    case Pool::Next::kTask:
      return answer_task(state, *pool, *task);
  }
}

// As many as fit, each with what came of it before its value: ticket, outcome, how long it ran, and whether there is
// one.
void task_answers(ThreadState& state) {
  constexpr std::size_t kHeader = 24;
  Frame& frame = state.frame;
  Desk& desk = *state.thread.desk;
  frame[Frame::kCount] = 0;
  state.large.answers.clear();
  constexpr std::size_t kSmallest = 40;
  state.large.answers.reserve(state.inbox.size / kSmallest + 1);  // so that nothing fails on the way
  std::size_t used = 0;
  std::int32_t count = 0;
  frame.answer(Status::kOk);
  for (Task* task = desk.first_answer(); task != nullptr; task = desk.first_answer()) {
    const std::size_t needed = kHeader + (task->answer == nullptr ? 0 : item_room(*task->answer));
    if (used + needed > state.inbox.size) {
      if (count == 0) frame.answer(Status::kTooLarge);
      frame[Frame::kValueLength] = static_cast<std::int32_t>(std::min(needed, kMostBytes));
      break;
    }
    std::byte* at = state.inbox.data + used;
    const std::array<std::int32_t, 4> words{static_cast<std::int32_t>(task->ticket),
                                            static_cast<std::int32_t>(task->outcome), task->answer == nullptr ? 0 : 1,
                                            0};
    std::memcpy(at, words.data(), sizeof(words));
    std::memcpy(at + sizeof(words), &task->ran, sizeof(task->ran));
    if (task->answer != nullptr) {
      put_item(state, *task->answer, at + kHeader);
      if (task->answer->linked) engine().hold_links_of(state.thread, *task->answer);
    }
    used += needed;
    ++count;
    desk.pop_answer();
    desk.release(task->ticket);
    const std::shared_ptr<Pool> pool = task->pool;
    pool->let_go(state.thread.epoch.stock, *task);
  }
  frame[Frame::kCount] = count;
  frame[Frame::kBytesLength] = static_cast<std::int32_t>(used);
  frame[Frame::kUntidy] = engine().wants_tidying() ? 1 : 0;
}

namespace {

// pool, most workers, least, most tasks (0: no limit), ticket
napi_value pool_found(napi_env env, napi_callback_info info) {
  const Arguments<5> arguments(env, info);
  ThreadState& state = arguments.state();
  const auto id = arguments.integer<CollectionId>(0);
  const Pool::Settings settings{.size = arguments.integer<std::uint32_t>(1),
                                .min_size = arguments.integer<std::uint32_t>(2),
                                .max_tasks = limit(arguments.number(3))};
  state.pools[id] =
      engine().pools().found(state.thread, id, settings, static_cast<WaitTicket>(arguments.integer<std::int64_t>(4)));
  return nullptr;
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

// The bytes that two arguments name.
template <std::size_t Count>
Bytes arena_slice(const Arguments<Count>& arguments, std::size_t at) {
  const auto offset = arguments.template integer<std::int32_t>(at);
  const auto length = arguments.template integer<std::int32_t>(at + 1);
  const Buffer& arena = arguments.state().arena;
  return arena.holds(offset, length) ? arena.slice(offset, length) : Bytes{};
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

// The task of that ticket; with what its worker is told of the reason, in the frame.
napi_value task_cancel(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  ThreadState& state = arguments.state();
  Task* task = state.thread.desk->find(arguments.integer<TaskTicket>(0));
  if (task == nullptr) return nullptr;
  Encoded encoded;
  const std::shared_ptr<Pool> pool = task->pool;
  Version* reason = nullptr;
  if (encoded.parse(state) && (encoded.blob != nullptr || !encoded.bytes.empty())) {
    reason = pool->make_value(state.thread.epoch.stock, encoded.bytes, encoded.blob, encoded.linked);
  }
  pool->cancel(state.thread, *task, reason);
  return nullptr;
}

napi_value task_condemn(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Thread& thread = arguments.state().thread;
  Task* task = thread.desk->find(arguments.integer<TaskTicket>(0));
  const std::shared_ptr<Pool> pool = task == nullptr ? nullptr : task->pool;
  return boolean(env, pool != nullptr && pool->condemn(thread, *task));
}

// Of a task that this thread runs.
napi_value task_cancelled(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const Desk& desk = *arguments.state().thread.desk;
  return boolean(env,
                 desk.worker != nullptr && desk.pool->is_cancelled(*desk.worker, arguments.integer<std::uint32_t>(0)));
}

// Why it was cancelled: how many bytes that is; in the inbox, if it has room for them.
napi_value task_reason(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  ThreadState& state = arguments.state();
  const Desk& desk = *state.thread.desk;
  if (desk.worker == nullptr) return number(env, 0);
  std::size_t needed = 0;
  desk.pool->visit_reason(*desk.worker, arguments.integer<std::uint32_t>(0), [&](const Version& why) {
    needed = item_room(why);
    if (needed > state.inbox.size) return;
    state.large.answers.clear();
    put_item(state, why, state.inbox.data);
    if (why.linked) engine().hold_links_of(state.thread, why);
  });
  return number(env, static_cast<double>(needed));
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
      {"taskCancel", cold<task_cancel>},
      {"taskCondemn", cold<task_condemn>},
      {"taskCancelled", cold<task_cancelled>},
      {"taskReason", cold<task_reason>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
