// One engine for all inputs of a process, because to make one takes longer than most inputs: each leaves it as it was.
#pragma once

#include "heddle/engine.h"

namespace heddle::fuzz {

Engine& shared_engine();

// After everything has been destroyed: no collection, no memory, nobody who waits.
void require_nothing_left(Engine& engine, Thread& last);

}  // namespace heddle::fuzz
