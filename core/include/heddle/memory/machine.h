// How much memory this process can have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace heddle {

// Bytes of the machine, or of the container if it has a smaller limit: the smallest of those that apply to the control
// groups (version 2, or the memory controller of version 1) that the process is in. None if nobody tells. `root` is
// where /proc and /sys are.
[[nodiscard]] std::optional<std::uint64_t> machine_memory(const std::filesystem::path& root = "/");

}  // namespace heddle
