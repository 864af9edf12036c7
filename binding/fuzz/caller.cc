#include "caller.h"

#include <algorithm>

extern "C" napi_value NAPI_MODULE_INITIALIZER(napi_env env, napi_value exports);

namespace heddle::fuzz {

Caller::Caller(bool maps) {
  environment.maps = maps;
  const napi_value exports = environment.make(napi_value__::Kind::kObject);
  exports_ = NAPI_MODULE_INITIALIZER(&environment, exports)->properties;
  environment.leave_scope();
  for (const auto& [name, function] : exports_) {
    if (std::ranges::find(kHot, name) == std::end(kHot)) cold.push_back(name);
  }
}

napi_value Caller::use(const char* function, std::size_t size) {
  const napi_value buffer = environment.make_buffer(size);
  call(function, {buffer});
  environment.leave_scope();
  return buffer;
}

void Caller::hear_bells() {
  call("onBell", {environment.make(napi_value__::Kind::kFunction)});
  environment.leave_scope();
}

void Caller::note(const std::string& function, napi_value buffer) {
  if (function == "setFrame") frame_ = buffer;
  if (function == "setArena") arena_ = buffer;
  if (function == "setInbox") inbox_ = buffer;
}

}  // namespace heddle::fuzz
