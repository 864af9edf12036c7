#include "sole.h"

#ifdef __linux__
#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

// How copies find each other: every one exports this word, and the loader lists all that is loaded.
extern "C" {
__attribute__((visibility("default"))) std::atomic<int> heddle_engine_claim{0};
}

namespace heddle::binding {

namespace {

using Claim = std::atomic<int>;
enum State : int { kUnclaimed, kClaiming, kRunning, kWithdrawn };

struct Other {
  Claim* claim = nullptr;
  std::string path;
};

// The word of the object at `path`, if it is a copy of this addon and not this one.
Claim* claim_of(const char* path) {
  void* object = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (object == nullptr) return nullptr;
  auto* claim = static_cast<Claim*>(dlsym(object, "heddle_engine_claim"));
  dlclose(object);
  return claim == &heddle_engine_claim ? nullptr : claim;
}

// A copy that claims or runs. Objects are listed first and looked at later: the list is held under a lock of the
// loader.
std::optional<Other> find_other() {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t /*size*/, void* list) {
        if (info->dlpi_name != nullptr && info->dlpi_name[0] == '/')
          static_cast<std::vector<std::string>*>(list)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  for (std::string& path : paths) {
    Claim* claim = claim_of(path.c_str());
    if (claim == nullptr) continue;
    const int state = claim->load();
    if (state == kClaiming || state == kRunning) return Other{claim, std::move(path)};
  }
  return std::nullopt;
}

}  // namespace

// Each copy raises its word before it looks for others (both seq_cst), so of two that start at once one sees the other.
// If both do, the one at the lower address stays.
std::optional<std::string> other_copy() {
  static std::mutex mutex;  // of this copy's threads
  const std::lock_guard guard(mutex);
  Claim& mine = heddle_engine_claim;
  while (mine.load() != kRunning) {
    mine.store(kClaiming);
    const std::optional<Other> other = find_other();
    if (!other) {
      mine.store(kRunning);
      break;
    }
    if (other->claim->load() == kRunning || other->claim < &mine) {
      mine.store(kWithdrawn);
      return other->path;
    }
    std::this_thread::yield();  // it will withdraw
  }
  return std::nullopt;
}

}  // namespace heddle::binding

#else

// Loaders elsewhere cannot be asked in this way.
std::optional<std::string> heddle::binding::other_copy() { return std::nullopt; }

#endif
