// Tasks on their way to workers and back.
#include <algorithm>

#include "functions.h"
#include "items.h"
#include "pools.h"

namespace heddle::binding {

namespace {

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

std::span<const Function> task_functions() {
  static constexpr Function kFunctions[] = {
      {"taskCancel", cold<task_cancel>},
      {"taskCondemn", cold<task_condemn>},
      {"taskCancelled", cold<task_cancelled>},
      {"taskReason", cold<task_reason>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
