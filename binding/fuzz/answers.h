// What the addon has put into the inbox is what docs/internals/wire.md says, and none of it lies outside.
#pragma once

#include <string>

#include "caller.h"

namespace heddle::fuzz {

// After `function` has answered OK.
void require_readable(const Caller& caller, const std::string& function);

}  // namespace heddle::fuzz
