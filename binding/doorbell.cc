#include "doorbell.h"

#include <utility>

namespace heddle::binding {

namespace {

void call(napi_env env, napi_value function, void* /*context*/, void* /*data*/) {
  if (env == nullptr) return;
  napi_value receiver = nullptr;
  napi_get_undefined(env, &receiver);
  napi_call_function(env, receiver, function, 0, nullptr, nullptr);
}

}  // namespace

bool Doorbell::install(napi_value function) {
  if (function_ != nullptr) return false;
  napi_value name = nullptr;
  napi_create_string_utf8(env_, "heddle", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env_, function, nullptr, name, 0, 1, nullptr, nullptr, nullptr, call,
                                      &function_) != napi_ok) {
    return false;
  }
  napi_unref_threadsafe_function(env_, function_);
  // Node 20 aborts if a thread is terminated while its function is being called. There the hook that was added last
  // runs first: this one comes before the function's own, and waits for who is ringing (D1).
  ending_ = new Ending{&bell_};
  napi_add_env_cleanup_hook(
      env_,
      [](void* data) {
        auto* ending = static_cast<Ending*>(data);
        if (!ending->close()) delete ending;
      },
      ending_);
  bell_.open([ring = function_] { napi_call_threadsafe_function(ring, nullptr, napi_tsfn_nonblocking); });
  return true;
}

// False if that has happened before.
bool Doorbell::Ending::close() {
  if (bell == nullptr) return false;
  std::exchange(bell, nullptr)->close();
  return true;
}

void Doorbell::close() {
  if (ending_ != nullptr && !ending_->close()) delete ending_;
  ending_ = nullptr;
}

void Doorbell::hold_open(bool open) const {
  if (function_ == nullptr) return;
  if (open) {
    napi_ref_threadsafe_function(env_, function_);
  } else {
    napi_unref_threadsafe_function(env_, function_);
  }
}

}  // namespace heddle::binding
