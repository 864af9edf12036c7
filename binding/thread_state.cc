#include "thread_state.h"

namespace heddle::binding {

ThreadState::~ThreadState() {
  doorbell.close();
  const bool in_body = frame.usable() && frame[Frame::kOpenBodies] > 0;
  engine().detach(thread, in_body);
}

bool ThreadState::use(napi_value buffer, napi_ref& reference, Buffer& registered) {
  void* data = nullptr;
  std::size_t size = 0;
  bool is_buffer = false;
  if (napi_is_arraybuffer(env, buffer, &is_buffer) != napi_ok || !is_buffer ||
      napi_get_arraybuffer_info(env, buffer, &data, &size) != napi_ok) {
    napi_throw_type_error(env, nullptr, "expected an ArrayBuffer");
    return false;
  }
  napi_ref fresh = nullptr;
  if (napi_create_reference(env, buffer, 1, &fresh) != napi_ok) return false;
  if (reference != nullptr) napi_delete_reference(env, reference);
  reference = fresh;
  registered = {static_cast<std::byte*>(data), size};
  return true;
}

bool ThreadState::use_frame(napi_value buffer) {
  Buffer registered;
  if (!use(buffer, frame_reference_, registered)) return false;
  frame = Frame(registered);
  return true;
}

}  // namespace heddle::binding
