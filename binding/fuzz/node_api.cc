// Node-API for the addon without a runtime: each function as its documentation says, and no kinder.
#include <algorithm>
#include <cstring>
#include <utility>

#include "environment.h"

using Value = napi_value__;
using Kind = napi_value__::Kind;

napi_value napi_env__::make(Kind kind) {
  auto& home = kind == Kind::kArrayBuffer ? buffers : scope;
  home.push_back(std::make_unique<Value>());
  home.back()->kind = kind;
  return home.back().get();
}

napi_value napi_env__::make_buffer(std::size_t size) {
  napi_value buffer = make(Kind::kArrayBuffer);
  buffer->own = std::make_unique<std::byte[]>(size);
  buffer->data = buffer->own.get();
  buffer->size = size;
  return buffer;
}

napi_value napi_env__::call(napi_value function, std::vector<napi_value> arguments) {
  napi_callback_info__ info{std::move(arguments), function->context};
  thrown.clear();
  return function->callback(this, &info);
}

void napi_env__::collect() {
  std::erase_if(buffers, [this](const std::unique_ptr<Value>& buffer) {
    if (buffer->references > 0) return false;
    if (buffer->finalize != nullptr) buffer->finalize(this, buffer->data, buffer->hint);
    return true;
  });
}

bool napi_env__::turn() {
  if (doorbell == nullptr || !std::exchange(doorbell->rung, false)) return false;
  doorbell->call(this, doorbell->function, nullptr, nullptr);
  return true;
}

void napi_env__::end(bool last_first) {
  if (last_first) std::ranges::reverse(hooks);
  for (const Hook& hook : hooks) hook.run(hook.data);
  hooks.clear();
  doorbell.reset();
}

napi_env__::~napi_env__() {
  for (const auto& buffer : buffers) buffer->references = 0;
  collect();
}

namespace {

napi_status give(napi_env env, Kind kind, napi_value* result) {
  *result = env->make(kind);
  return napi_ok;
}

bool is(napi_value value, Kind kind) { return value != nullptr && value->kind == kind; }

napi_status throw_message(napi_env env, const char* message) {
  if (!env->thrown.empty()) return napi_pending_exception;
  env->thrown = message;
  return napi_ok;
}

// Half of a surrogate pair is a replacement character, and here a whole one is two of them.
std::string utf8_of(const std::u16string& text) {
  std::string bytes;
  for (const char16_t unit : text) {
    constexpr char16_t kReplacement = 0xfffd;
    const unsigned code = unit >= 0xd800 && unit < 0xe000 ? kReplacement : unit;
    const auto last = [&](unsigned shift) { bytes += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) {
      bytes += static_cast<char>(code);
    } else if (code < 0x800) {
      bytes += static_cast<char>(0xc0 | (code >> 6));
      last(0);
    } else {
      bytes += static_cast<char>(0xe0 | (code >> 12));
      last(6);
      last(0);
    }
  }
  return bytes;
}

// Copies what there is room for with a zero behind it; without `to`, how long it is.
template <class Text, class Unit>
napi_status copy_out(const Text& text, Unit* to, std::size_t room, std::size_t* length) {
  if (to == nullptr) {
    if (length == nullptr) return napi_invalid_arg;
    *length = text.size();
    return napi_ok;
  }
  if (room == 0) return napi_ok;
  const std::size_t copied = std::min(text.size(), room - 1);
  std::copy_n(text.data(), copied, to);
  to[copied] = 0;
  if (length != nullptr) *length = copied;
  return napi_ok;
}

}  // namespace

extern "C" {

napi_status napi_get_undefined(napi_env env, napi_value* result) { return give(env, Kind::kUndefined, result); }
napi_status napi_create_object(napi_env env, napi_value* result) { return give(env, Kind::kObject, result); }
napi_status napi_create_array(napi_env env, napi_value* result) { return give(env, Kind::kArray, result); }

napi_status napi_create_array_with_length(napi_env env, std::size_t length, napi_value* result) {
  *result = env->make(Kind::kArray);
  (*result)->elements.resize(length);
  return napi_ok;
}

napi_status napi_get_boolean(napi_env env, bool value, napi_value* result) {
  *result = env->make(Kind::kBoolean);
  (*result)->truth = value;
  return napi_ok;
}

napi_status napi_create_double(napi_env env, double value, napi_value* result) {
  *result = env->make(Kind::kNumber);
  (*result)->number = value;
  return napi_ok;
}

napi_status napi_create_string_utf8(napi_env env, const char* text, std::size_t length, napi_value* result) {
  const std::string copy = length == NAPI_AUTO_LENGTH ? std::string(text) : std::string(text, length);
  *result = env->make(Kind::kText);
  (*result)->text.assign(copy.begin(), copy.end());
  return napi_ok;
}

napi_status napi_create_string_utf16(napi_env env, const char16_t* text, std::size_t length, napi_value* result) {
  *result = env->make(Kind::kText);
  (*result)->text.assign(text, length);
  return napi_ok;
}

napi_status napi_create_function(napi_env env, const char* /*name*/, std::size_t /*length*/, napi_callback callback,
                                 void* data, napi_value* result) {
  env->kept.push_back(std::make_unique<Value>());
  *result = env->kept.back().get();
  (*result)->kind = Kind::kFunction;
  (*result)->callback = callback;
  (*result)->context = data;
  return napi_ok;
}

napi_status napi_get_cb_info(napi_env env, napi_callback_info info, std::size_t* count, napi_value* values,
                             napi_value* /*receiver*/, void** data) {
  if (count != nullptr && values != nullptr) {
    for (std::size_t i = 0; i < *count; ++i)
      values[i] = i < info->arguments.size() ? info->arguments[i] : env->make(Kind::kUndefined);
  }
  if (count != nullptr) *count = info->arguments.size();
  if (data != nullptr) *data = info->context;
  return napi_ok;
}

napi_status napi_get_value_double(napi_env /*env*/, napi_value value, double* result) {
  if (value == nullptr) return napi_invalid_arg;
  if (!is(value, Kind::kNumber)) return napi_number_expected;
  *result = value->number;
  return napi_ok;
}

napi_status napi_get_value_bool(napi_env /*env*/, napi_value value, bool* result) {
  if (value == nullptr) return napi_invalid_arg;
  if (!is(value, Kind::kBoolean)) return napi_boolean_expected;
  *result = value->truth;
  return napi_ok;
}

napi_status napi_get_value_string_utf8(napi_env /*env*/, napi_value value, char* to, std::size_t room,
                                       std::size_t* length) {
  if (value == nullptr) return napi_invalid_arg;
  if (!is(value, Kind::kText)) return napi_string_expected;
  return copy_out(utf8_of(value->text), to, room, length);
}

napi_status napi_get_value_string_utf16(napi_env /*env*/, napi_value value, char16_t* to, std::size_t room,
                                        std::size_t* length) {
  if (value == nullptr) return napi_invalid_arg;
  if (!is(value, Kind::kText)) return napi_string_expected;
  return copy_out(value->text, to, room, length);
}

napi_status napi_set_named_property(napi_env env, napi_value object, const char* name, napi_value value) {
  if (!env->thrown.empty()) return napi_pending_exception;
  if (object == nullptr || value == nullptr) return napi_invalid_arg;
  object->properties[name] = value;
  return napi_ok;
}

napi_status napi_set_element(napi_env env, napi_value object, std::uint32_t index, napi_value value) {
  if (!env->thrown.empty()) return napi_pending_exception;
  if (object == nullptr || value == nullptr) return napi_invalid_arg;
  if (object->elements.size() <= index) object->elements.resize(std::size_t{index} + 1);
  object->elements[index] = value;
  return napi_ok;
}

napi_status napi_get_array_length(napi_env /*env*/, napi_value value, std::uint32_t* result) {
  if (value == nullptr) return napi_invalid_arg;
  if (!is(value, Kind::kArray)) return napi_array_expected;
  *result = static_cast<std::uint32_t>(value->elements.size());
  return napi_ok;
}

napi_status napi_get_element(napi_env env, napi_value object, std::uint32_t index, napi_value* result) {
  if (!env->thrown.empty()) return napi_pending_exception;
  if (object == nullptr) return napi_invalid_arg;
  const bool there = index < object->elements.size() && object->elements[index] != nullptr;
  *result = there ? object->elements[index] : env->make(Kind::kUndefined);
  return napi_ok;
}

napi_status napi_is_arraybuffer(napi_env /*env*/, napi_value value, bool* result) {
  if (value == nullptr) return napi_invalid_arg;
  *result = is(value, Kind::kArrayBuffer);
  return napi_ok;
}

napi_status napi_create_arraybuffer(napi_env env, std::size_t size, void** data, napi_value* result) {
  *result = env->make_buffer(size);
  if (data != nullptr) *data = (*result)->data;
  return napi_ok;
}

napi_status napi_create_external_arraybuffer(napi_env env, void* data, std::size_t size, napi_finalize finalize,
                                             void* hint, napi_value* result) {
  if (!env->maps) return napi_no_external_buffers_allowed;
  if (!env->thrown.empty()) return napi_pending_exception;
  *result = env->make(Kind::kArrayBuffer);
  (*result)->data = static_cast<std::byte*>(data);
  (*result)->size = size;
  (*result)->finalize = finalize;
  (*result)->hint = hint;
  return napi_ok;
}

napi_status napi_get_arraybuffer_info(napi_env /*env*/, napi_value value, void** data, std::size_t* size) {
  if (!is(value, Kind::kArrayBuffer)) return napi_invalid_arg;
  if (data != nullptr) *data = value->data;
  if (size != nullptr) *size = value->size;
  return napi_ok;
}

napi_status napi_get_typedarray_info(napi_env /*env*/, napi_value value, napi_typedarray_type* type,
                                     std::size_t* length, void** data, napi_value* /*buffer*/,
                                     std::size_t* /*offset*/) {
  if (!is(value, Kind::kTypedArray)) return napi_invalid_arg;
  *type = value->type;
  *length = value->buffer->size;
  *data = value->buffer->data;
  return napi_ok;
}

napi_status napi_create_reference(napi_env env, napi_value value, std::uint32_t count, napi_ref* result) {
  value->references += count;
  env->references.push_back(std::make_unique<napi_ref__>(napi_ref__{value}));
  *result = env->references.back().get();
  return napi_ok;
}

napi_status napi_delete_reference(napi_env env, napi_ref reference) {
  --reference->value->references;
  std::erase_if(env->references, [&](const auto& each) { return each.get() == reference; });
  return napi_ok;
}

napi_status napi_throw_error(napi_env env, const char* /*code*/, const char* message) {
  return throw_message(env, message);
}
napi_status napi_throw_type_error(napi_env env, const char* /*code*/, const char* message) {
  return throw_message(env, message);
}
napi_status napi_throw_range_error(napi_env env, const char* /*code*/, const char* message) {
  return throw_message(env, message);
}

napi_status napi_add_env_cleanup_hook(napi_env env, void (*run)(void*), void* data) {
  env->hooks.push_back({run, data});
  return napi_ok;
}

napi_status napi_call_function(napi_env env, napi_value /*receiver*/, napi_value function, std::size_t /*count*/,
                               const napi_value* /*arguments*/, napi_value* /*result*/) {
  if (!is(function, Kind::kFunction)) return napi_function_expected;
  ++env->heard;
  return napi_ok;
}

napi_status napi_create_threadsafe_function(napi_env env, napi_value function, napi_value /*resource*/,
                                            napi_value /*name*/, std::size_t /*most*/, std::size_t /*threads*/,
                                            void* /*finalize_data*/, napi_finalize /*finalize*/, void* /*context*/,
                                            napi_threadsafe_function_call_js call, napi_threadsafe_function* result) {
  if (!is(function, Kind::kFunction)) return napi_invalid_arg;
  napi_value kept = nullptr;
  napi_create_function(env, "", 0, function->callback, function->context, &kept);
  env->doorbell = std::make_unique<napi_threadsafe_function__>(napi_threadsafe_function__{kept, call});
  *result = env->doorbell.get();
  return napi_ok;
}

napi_status napi_call_threadsafe_function(napi_threadsafe_function function, void* /*data*/,
                                          napi_threadsafe_function_call_mode /*mode*/) {
  function->rung = true;
  return napi_ok;
}

napi_status napi_ref_threadsafe_function(napi_env /*env*/, napi_threadsafe_function function) {
  return function == nullptr ? napi_invalid_arg : napi_ok;
}
napi_status napi_unref_threadsafe_function(napi_env /*env*/, napi_threadsafe_function function) {
  return function == nullptr ? napi_invalid_arg : napi_ok;
}
}
