// What the addon keeps for one JavaScript environment: its engine thread and the buffers it shares with it.
//
// Lives from module initialisation to the environment's cleanup hook, which runs in that environment's own thread in
// all three runtimes. Finalizers are not relied on: Deno skips some at a worker's end, Bun at process exit.
#pragma once

#include <node_api.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "doorbell.h"
#include "frame.h"
#include "large_values.h"

namespace heddle::binding {

// The process's engine. Never destroyed: threads may still run while the process exits.
Engine& engine();

class ThreadState {
 public:
  explicit ThreadState(napi_env env) : env(env), thread(engine().attach()), doorbell(env, thread.waiter.bell) {}
  ~ThreadState();
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;

  // Registers an ArrayBuffer, replacing the one before. Throws a TypeError for anything else and returns false.
  bool use_frame(napi_value buffer);
  bool use_arena(napi_value buffer) { return use(buffer, arena_reference_, arena); }
  bool use_inbox(napi_value buffer) { return use(buffer, inbox_reference_, inbox); }

  const napi_env env;
  Thread& thread;
  Doorbell doorbell;
  Frame frame;
  Buffer arena;
  Buffer inbox;
  LargeValues large;
  std::unordered_map<CollectionId, std::shared_ptr<Pool>> pools;  // that it has to do with

  // The commit's lists, translated; kept for their capacity.
  std::vector<Predicate> predicates;
  std::vector<Write> writes;

 private:
  bool use(napi_value buffer, napi_ref& reference, Buffer& registered);

  // Strong: the collector must not take a buffer that the engine may still read, up to the cleanup hook.
  napi_ref frame_reference_ = nullptr;
  napi_ref arena_reference_ = nullptr;
  napi_ref inbox_reference_ = nullptr;
};

}  // namespace heddle::binding
