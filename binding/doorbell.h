// What rings in a JavaScript thread when its bell does: a function that is called from its event loop.
#pragma once

#include <node_api.h>

#include "heddle/sync/bell.h"

namespace heddle::binding {

class Doorbell {
 public:
  Doorbell(napi_env env, Bell& bell) : env_(env), bell_(bell) {}
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  // `function` is called, without arguments, after a ring. Once for each environment.
  bool install(napi_value function);
  // Before the thread gives its bell back.
  void close();
  // Whether the event loop, and with it the process, must stay alive until it rings. Not from the start.
  void hold_open(bool open) const;

 private:
  const napi_env env_;
  Bell& bell_;
  napi_threadsafe_function function_ = nullptr;

  // Closes the bell when the environment ends. Hooks run in any order: whoever comes second deletes it.
  struct Ending {
    Bell* bell;
    bool close();
  };
  Ending* ending_ = nullptr;
};

}  // namespace heddle::binding
