// The addon's engine is the one that all inputs use: in its place, so that what they leave behind can be seen.
#include "engine.h"

#include "thread_state.h"

heddle::Engine& heddle::binding::engine() { return fuzz::shared_engine(); }
