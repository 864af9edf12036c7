// One engine per process: two copies of this addon would share nothing and not know it.
#pragma once

#include <optional>
#include <string>

namespace heddle::binding {

// The path of another copy of the addon that this process runs, if there is one; then this copy must not be used. Asked
// before the engine is made, by each thread that loads the addon.
std::optional<std::string> other_copy();

}  // namespace heddle::binding
