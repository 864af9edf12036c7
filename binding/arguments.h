// What ordinary functions take and return. (The hot ones speak through the frame.)
#pragma once

#include <node_api.h>

#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include "thread_state.h"

namespace heddle::binding {

inline napi_value undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

inline napi_value number(napi_env env, double content) {
  napi_value value = nullptr;
  napi_create_double(env, content, &value);
  return value;
}

inline napi_value text(napi_env env, const std::string& content) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, content.data(), content.size(), &value);
  return value;
}

// The code units that Arguments::units gave.
inline napi_value units(napi_env env, const std::string& content) {
  napi_value value = nullptr;
  std::u16string copy(content.size() / sizeof(char16_t), u'\0');
  std::memcpy(copy.data(), content.data(), content.size());
  napi_create_string_utf16(env, copy.data(), copy.size(), &value);
  return value;
}

inline napi_value boolean(napi_env env, bool content) {
  napi_value value = nullptr;
  napi_get_boolean(env, content, &value);
  return value;
}

// Memory of the engine as an ArrayBuffer. It is never unmapped, so nothing has to happen when the view goes.
inline napi_value external(napi_env env, void* data, std::size_t bytes) {
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(
          env, data, bytes, [](napi_env, void*, void*) {}, nullptr, &buffer) != napi_ok) {
    napi_throw_error(env, "ERR_HEDDLE_ENGINE_LOAD",
                     "This runtime does not map native memory (external ArrayBuffers are disabled).");
    return nullptr;
  }
  return buffer;
}

// A limit of 0 is none.
inline std::uint64_t limit(double value) {
  return value > 0 && value < 9e15 ? static_cast<std::uint64_t>(value) : Limits::kNone;
}

// The arguments of a cold function.
template <std::size_t Count>
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    std::size_t count = Count;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values_, nullptr, &data);
    state_ = static_cast<ThreadState*>(data);
  }
  [[nodiscard]] ThreadState& state() const { return *state_; }
  [[nodiscard]] napi_value operator[](std::size_t i) const { return values_[i]; }
  [[nodiscard]] double number(std::size_t i) const {
    double value = 0;
    napi_get_value_double(env_, values_[i], &value);
    return value;
  }
  // Without its fraction; 0 for what T does not hold, which to convert would be undefined.
  template <class T>
  [[nodiscard]] T integer(std::size_t i) const {
    const double value = number(i);
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const double least = std::is_signed_v<T> ? -end : 0.0;
    return value >= least && value < end ? static_cast<T>(value) : T{};
  }
  [[nodiscard]] bool flag(std::size_t i) const {
    bool value = false;
    napi_get_value_bool(env_, values_[i], &value);
    return value;
  }
  [[nodiscard]] std::optional<std::string> text(std::size_t i) const {
    std::size_t length = 0;
    if (napi_get_value_string_utf8(env_, values_[i], nullptr, 0, &length) != napi_ok) return std::nullopt;
    std::string value(length, '\0');
    napi_get_value_string_utf8(env_, values_[i], value.data(), length + 1, &length);
    return value;
  }
  // The code units as bytes: in UTF-8 all lone surrogates would be one.
  [[nodiscard]] std::optional<std::string> units(std::size_t i) const {
    std::size_t length = 0;
    if (napi_get_value_string_utf16(env_, values_[i], nullptr, 0, &length) != napi_ok) return std::nullopt;
    std::u16string value(length, u'\0');
    napi_get_value_string_utf16(env_, values_[i], value.data(), length + 1, &length);
    return std::string(reinterpret_cast<const char*>(value.data()), length * sizeof(char16_t));
  }

 private:
  napi_env env_;
  napi_value values_[Count] = {};
  ThreadState* state_ = nullptr;
};

// An ordinary function of which a C++ exception becomes a JavaScript one.
template <napi_value (*Call)(napi_env, napi_callback_info)>
napi_value cold(napi_env env, napi_callback_info info) {
  try {
    return Call(env, info);
  } catch (const std::exception& error) {
    napi_throw_range_error(env, "ERR_HEDDLE_OUT_OF_MEMORY", error.what());
    return nullptr;
  }
}

}  // namespace heddle::binding
