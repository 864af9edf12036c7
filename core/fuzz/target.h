// What a target is: a program that bytes drive, which ends the process when something is not as it should be, and
// counts what has happened to it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "input.h"

namespace heddle::fuzz {

using Counts = std::map<std::string, std::uint64_t>;

struct Target {
  std::string name;
  void (*run)(Input input);
  Counts happened;  // each event that it hunts for, and how often it has met it in this process
};

// All that are linked in. A file that defines one has a constant of this type.
class Registered {
 public:
  Registered(const char* name, void (*run)(Input input), const std::vector<const char*>& events) {
    Target& target = all()[name];
    target = {name, run, {}};
    for (const char* event : events) target.happened[event] = 0;
  }
  static std::map<std::string, Target>& all() {
    static std::map<std::string, Target> targets;
    return targets;
  }
};

// The caller's place in the source; clang 14 has no std::source_location.
struct Where {
  const char* file;
  unsigned line;
  static constexpr Where here(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
};

[[noreturn]] inline void fail(std::string_view what, const std::string& more, Where where) {
  std::fprintf(stderr, "%s:%u: %s%s\n", where.file, where.line, std::string(what).c_str(), more.c_str());
  std::abort();
}

inline void require(bool holds, std::string_view what, Where where = Where::here()) {
  if (!holds) [[unlikely]]
    fail(what, " does not hold", where);
}

template <class T>
void require_equal(const T& is, const T& should, std::string_view what, Where where = Where::here()) {
  if (is == should) [[likely]]
    return;
  if constexpr (std::is_convertible_v<T, std::string_view>) {
    fail(what, ": is " + is.substr(0, 64) + ", should be " + should.substr(0, 64), where);
  } else {
    fail(what,
         ": is " + std::to_string(static_cast<std::int64_t>(is)) + ", should be " +
             std::to_string(static_cast<std::int64_t>(should)),
         where);
  }
}

}  // namespace heddle::fuzz
