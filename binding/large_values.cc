#include "large_values.h"

#include <mutex>
#include <unordered_map>
#include <utility>

#include "arguments.h"
#include "functions.h"

namespace heddle::binding {

namespace {

// Blobs that JavaScript has buffers of, by the address that those show. A buffer's finalizer may run in any thread, and
// after the thread that made it: a buffer can be transferred.
class Leases {
 public:
  void add(const BlobPtr& blob) {
    const std::lock_guard guard(mutex_);
    Lease& lease = leases_[blob->bytes().data()];
    lease.blob = blob;
    ++lease.buffers;
  }

  void end(const void* data) {
    BlobPtr last;  // destroyed outside of the lock
    const std::lock_guard guard(mutex_);
    const auto found = leases_.find(data);
    if (found == leases_.end() || --found->second.buffers > 0) return;
    last = std::move(found->second.blob);
    leases_.erase(found);
  }

  [[nodiscard]] BlobPtr find(const void* data) {
    const std::lock_guard guard(mutex_);
    const auto found = leases_.find(data);
    return found == leases_.end() ? nullptr : found->second.blob;
  }

 private:
  struct Lease {
    BlobPtr blob;
    std::size_t buffers = 0;
  };

  std::mutex mutex_;
  std::unordered_map<const void*, Lease> leases_;
};

// Never destroyed: finalizers may run while the process exits.
Leases& leases() {
  static auto* const instance = new Leases;
  return *instance;
}

// A buffer over the blob's own bytes, for the codec alone: nobody may write to it. It keeps the blob.
napi_value buffer_over(napi_env env, const BlobPtr& blob) {
  auto* data = const_cast<std::byte*>(blob->bytes().data());
  leases().add(blob);
  napi_value buffer = nullptr;
  const auto finalize = [](napi_env, void* shown, void*) { leases().end(shown); };
  if (napi_create_external_arraybuffer(env, data, align(blob->bytes().size()), finalize, nullptr, &buffer) == napi_ok)
    return buffer;
  leases().end(data);
  napi_throw_error(env, "ERR_HEDDLE_OUT_OF_MEMORY", "A large value could not be mapped.");
  return nullptr;
}

// The blob that such a buffer shows.
BlobPtr blob_of(napi_env env, napi_value buffer) {
  void* data = nullptr;
  std::size_t size = 0;
  if (napi_get_arraybuffer_info(env, buffer, &data, &size) != napi_ok) return nullptr;
  return leases().find(data);
}

napi_value refuse(napi_env env, const char* what) {
  napi_throw_range_error(env, nullptr, what);
  return nullptr;
}

template <class T>
napi_value stage(napi_env env, Numbered<T>& staged, T thing) {
  if (thing == nullptr) {
    napi_throw_range_error(env, "ERR_HEDDLE_OUT_OF_MEMORY", "There is no memory for a large value.");
    return nullptr;
  }
  return number(env, staged.add(std::move(thing)));
}

// (index of an answer) → its bytes
napi_value leased(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  auto& answers = arguments.state().large.answers;
  const double index = arguments.number(0);
  if (!(index >= 0 && index < static_cast<double>(answers.size()))) return refuse(env, "no such answer");
  const BlobPtr blob = std::exchange(answers[static_cast<std::size_t>(index)], nullptr);
  return blob == nullptr ? refuse(env, "the answer was taken before") : buffer_over(env, blob);
}

// (buffer, number of a piece) → the caller's own copy of it, as pages that are copied when they are written to
napi_value piece(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const BlobPtr blob = blob_of(env, arguments[0]);
  const double index = arguments.number(1);
  if (blob == nullptr || !(index >= 0 && index < static_cast<double>(blob->pieces().size())))
    return refuse(env, "no such piece");
  const Piece& piece = blob->pieces()[static_cast<std::size_t>(index)];
  const std::size_t length = piece->length();
  napi_value buffer = nullptr;
  if (std::byte* mapping = piece->map_private(length)) {
    // P2: the mapping holds the extent.
    const auto finalize = [](napi_env, void* shown, void* hint) {
      auto* held = static_cast<Piece*>(hint);
      PageStore::unmap(static_cast<std::byte*>(shown), (*held)->length());
      delete held;
    };
    auto* held = new Piece(piece);
    if (napi_create_external_arraybuffer(env, mapping, length, finalize, held, &buffer) == napi_ok) return buffer;
    finalize(env, mapping, held);
  }
  void* copy = nullptr;
  if (napi_create_arraybuffer(env, length, &copy, &buffer) != napi_ok) return nullptr;
  std::memcpy(copy, piece->data(), length);
  return buffer;
}

// (Uint8Array) → number of the staged piece
napi_value stage_piece(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  napi_typedarray_type type = napi_int8_array;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, arguments[0], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    return refuse(env, "expected a Uint8Array");
  }
  const Extent::Part whole{0, {static_cast<const std::byte*>(data), length}};
  return stage(env, arguments.state().large.pieces, Extent::make(engine().pages(), length, {&whole, 1}));
}

// (offset and length in the arena, numbers of staged pieces) → number of the staged value
napi_value stage_value(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  ThreadState& state = arguments.state();
  const auto offset = arguments.integer<std::int64_t>(0);
  const auto length = arguments.integer<std::int64_t>(1);
  std::uint32_t count = 0;
  if (!(length > 0 && state.arena.holds(offset, length)) ||
      napi_get_array_length(env, arguments[2], &count) != napi_ok) {
    return refuse(env, "the value lies outside of the arena");
  }
  std::vector<Piece> pieces;
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    double wanted = 0;
    napi_get_element(env, arguments[2], i, &element);
    napi_get_value_double(env, element, &wanted);
    const Piece* found = state.large.pieces.find(wanted);
    if (found == nullptr) return refuse(env, "no such piece");
    pieces.push_back(*found);
  }
  const Bytes value = state.arena.slice(static_cast<std::int32_t>(offset), static_cast<std::int32_t>(length));
  return stage(env, state.large.values, Blob::make(engine().pages(), value, std::move(pieces)));
}

// (buffer of the base, offset of patches in the arena, their number, offset and length of what is appended)
napi_value stage_patched(napi_env env, napi_callback_info info) {
  const Arguments<5> arguments(env, info);
  ThreadState& state = arguments.state();
  const BlobPtr base = blob_of(env, arguments[0]);
  const auto at = arguments.integer<std::int64_t>(1);
  const auto count = arguments.integer<std::int64_t>(2);
  const auto appended_at = arguments.integer<std::int64_t>(3);
  const auto appended = arguments.integer<std::int64_t>(4);
  static_assert(sizeof(Patch) == 16);
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  if (base == nullptr || count < 0 || count > kMost ||
      !state.arena.holds(at, count * static_cast<std::int64_t>(sizeof(Patch))) ||
      !state.arena.holds(appended_at, appended) ||
      base->bytes().size() + static_cast<std::uint64_t>(appended) > kMostBytes) {
    return refuse(env, "the patches lie outside of the arena");
  }
  std::vector<Patch> patches(static_cast<std::size_t>(count));
  if (count > 0) std::memcpy(patches.data(), state.arena.data + at, patches.size() * sizeof(Patch));
  for (const Patch& patch : patches) {
    if (patch.length > patch.bytes.size() || std::uint64_t{patch.at} + patch.length > base->bytes().size())
      return refuse(env, "a patch lies outside of the value");
  }
  const Bytes more{state.arena.data + appended_at, static_cast<std::size_t>(appended)};
  return stage(env, state.large.values, Blob::patched(engine().pages(), *base, patches, more));
}

// (buffer) → number under which the value that it shows is staged as it is
napi_value stage_leased(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  BlobPtr blob = blob_of(env, arguments[0]);
  if (blob == nullptr) return refuse(env, "the buffer shows no value");
  return stage(env, arguments.state().large.values, std::move(blob));
}

// (number of a staged value) → its bytes
napi_value staged(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const BlobPtr* found = arguments.state().large.values.find(arguments.number(0));
  return found == nullptr ? refuse(env, "no such staged value") : buffer_over(env, *found);
}

napi_value unstage(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  arguments.state().large.values.remove(arguments.number(0));
  return nullptr;
}

napi_value unstage_piece(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  arguments.state().large.pieces.remove(arguments.number(0));
  return nullptr;
}

}  // namespace

std::span<const Function> large_value_functions() {
  static constexpr Function kFunctions[] = {
      {"leased", cold<leased>},
      {"piece", cold<piece>},
      {"stagePiece", cold<stage_piece>},
      {"stageValue", cold<stage_value>},
      {"stagePatched", cold<stage_patched>},
      {"stageLeased", cold<stage_leased>},
      {"staged", cold<staged>},
      {"unstage", cold<unstage>},
      {"unstagePiece", cold<unstage_piece>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
