// Waiting for changes: what the doorbell is for.
#include <vector>

#include "arguments.h"
#include "functions.h"

namespace heddle::binding {

namespace {

napi_value on_bell(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  return boolean(env, arguments.state().doorbell.install(arguments[0]));
}

napi_value hold_open(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  bool open = false;
  napi_get_value_bool(env, arguments[0], &open);
  arguments.state().doorbell.hold_open(open);
  return nullptr;
}

napi_value give_up_wait(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  engine().give_up_wait(arguments.state().thread, static_cast<WaitTicket>(arguments.integer<std::int64_t>(0)));
  return nullptr;
}

napi_value ended_waits(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const std::vector<WaitTicket> tickets = engine().ended_waits(arguments.state().thread, arguments.flag(0));
  napi_value list = nullptr;
  napi_create_array_with_length(env, tickets.size(), &list);
  for (std::uint32_t i = 0; i < tickets.size(); ++i) napi_set_element(env, list, i, number(env, tickets[i]));
  return list;
}

}  // namespace

std::span<const Function> wait_functions() {
  static constexpr Function kFunctions[] = {
      {"onBell", cold<on_bell>},
      {"holdOpen", cold<hold_open>},
      {"giveUpWait", cold<give_up_wait>},
      {"endedWaits", cold<ended_waits>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
