// The functions of docs/internals/wire.md that speak through the frame.
#pragma once

#include "thread_state.h"

namespace heddle::binding {

// Each reads its request from state.frame and answers there. None throws into JavaScript.
void load(ThreadState& state);
void scan(ThreadState& state);
void commit(ThreadState& state);
void extend(ThreadState& state);
void wait(ThreadState& state);
void snapshot_open(ThreadState& state);
void snapshot_close(ThreadState& state);
void lease(ThreadState& state);
void lease_end(ThreadState& state);
void pause(ThreadState& state);
void shape_define(ThreadState& state);
void shape_read(ThreadState& state);
void take(ThreadState& state);
void receive(ThreadState& state);
void peek(ThreadState& state);
void walk(ThreadState& state);
void watch(ThreadState& state);
void tidings(ThreadState& state);
void task_submit(ThreadState& state);
void task_next(ThreadState& state);
void task_answers(ThreadState& state);

// The snapshot number in the frame; false if it lies in the future.
bool snapshot_of(const ThreadState& state, Seq& snapshot);

}  // namespace heddle::binding
