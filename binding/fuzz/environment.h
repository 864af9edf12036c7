// A JavaScript environment, as far as the addon can tell: the values that Node-API's functions (node_api.cc) make and
// look at, buffers of exactly their size, hooks that run at the end, a collector that runs when it is told to.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

// Node-API leaves it to the runtime what its handles point to.
struct napi_value__ {
  enum class Kind { kUndefined, kBoolean, kNumber, kText, kObject, kArray, kArrayBuffer, kTypedArray, kFunction };
  Kind kind = Kind::kUndefined;
  bool truth = false;
  double number = 0;
  std::u16string text;
  std::map<std::string, napi_value> properties;
  std::vector<napi_value> elements;
  // Of a buffer. What is not its own has a finalizer.
  std::byte* data = nullptr;
  std::size_t size = 0;
  std::unique_ptr<std::byte[]> own;
  napi_finalize finalize = nullptr;
  void* hint = nullptr;
  unsigned references = 0;
  // Of a typed array.
  napi_value buffer = nullptr;
  napi_typedarray_type type = napi_uint8_array;
  // Of a function.
  napi_callback callback = nullptr;
  void* context = nullptr;
};

struct napi_ref__ {
  napi_value value;
};

struct napi_callback_info__ {
  std::vector<napi_value> arguments;
  void* context;
};

struct napi_threadsafe_function__ {
  napi_value function;
  napi_threadsafe_function_call_js call;
  bool rung = false;
};

struct napi_env__ {
  napi_env__() = default;
  ~napi_env__();
  napi_env__(const napi_env__&) = delete;
  napi_env__& operator=(const napi_env__&) = delete;

  napi_value make(napi_value__::Kind kind);
  napi_value make_buffer(std::size_t size);
  // Calls a native function. What it returns, and all that was made meanwhile, lives until `leave_scope`.
  napi_value call(napi_value function, std::vector<napi_value> arguments);
  void leave_scope() { scope.clear(); }
  // Buffers that nothing refers to go.
  void collect();
  // What rang is called, as from the event loop; false if nothing did.
  bool turn();
  // The hooks, the last one first or last.
  void end(bool last_first);

  bool maps = true;    // whether native memory can be shown as a buffer
  std::string thrown;  // the message; empty if nothing was
  unsigned heard = 0;  // calls from the event loop

  struct Hook {
    void (*run)(void*);
    void* data;
  };
  std::vector<Hook> hooks;
  std::vector<std::unique_ptr<napi_value__>> scope;    // values of the call under way
  std::vector<std::unique_ptr<napi_value__>> buffers;  // until they are collected
  std::vector<std::unique_ptr<napi_value__>> kept;     // exports and callbacks, to the end
  std::vector<std::unique_ptr<napi_ref__>> references;
  std::unique_ptr<napi_threadsafe_function__> doorbell;
};
