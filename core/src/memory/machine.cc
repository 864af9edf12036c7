#include "heddle/memory/machine.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace heddle {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

// The number that a file consists of; kNone if there is none ("max", or no such file).
std::uint64_t number_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t number = 0;
  return in >> number ? number : kNone;
}

std::uint64_t total_memory(const fs::path& root) {
  std::ifstream in(root / "proc/meminfo");
  for (std::string name; in >> name; in.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    std::uint64_t kilobytes = 0;
    if (name == "MemTotal:" && in >> kilobytes) return kilobytes * 1024;
  }
  return kNone;
}

// A limit holds for everything below it. Inside a container the own group may be mounted as the root.
std::uint64_t smallest_up_from(const fs::path& mount, std::string group, const char* file) {
  std::uint64_t smallest = number_in(mount / file);
  while (group.size() > 1) {
    smallest = std::min(smallest, number_in(mount / group.substr(1) / file));
    group.resize(group.rfind('/'));
  }
  return smallest;
}

std::uint64_t group_limit(const fs::path& root) {
  const fs::path mount = root / "sys/fs/cgroup";
  std::uint64_t smallest = kNone;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {  // hierarchy:controllers:/group
    const std::size_t controllers = line.find(':') + 1;
    const std::size_t group = line.find(':', controllers) + 1;
    if (controllers == 0 || group == 0) continue;
    const std::string named = "," + line.substr(controllers, group - 1 - controllers) + ",";
    if (named == ",,") {
      smallest = std::min(smallest, smallest_up_from(mount, line.substr(group), "memory.max"));
    } else if (named.find(",memory,") != std::string::npos) {
      smallest = std::min(smallest, smallest_up_from(mount / "memory", line.substr(group), "memory.limit_in_bytes"));
    }
  }
  return smallest;
}

}  // namespace

std::optional<std::uint64_t> machine_memory(const fs::path& root) {
  const std::uint64_t bytes = std::min(total_memory(root), group_limit(root));
  return bytes == kNone ? std::nullopt : std::optional(bytes);
}

}  // namespace heddle
