// The ordinary functions of the addon, by topic.
#pragma once

#include <node_api.h>

#include <span>

namespace heddle::binding {

struct Function {
  const char* name;
  napi_callback callback;
};

std::span<const Function> collection_functions();
std::span<const Function> statistics_functions();
std::span<const Function> large_value_functions();
std::span<const Function> wait_functions();
std::span<const Function> watch_functions();
std::span<const Function> pool_functions();
std::span<const Function> task_functions();

}  // namespace heddle::binding
