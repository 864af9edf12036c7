// Where libFuzzer comes in. FUZZ_TARGET names the target; what has happened to it is printed at the end, one event a
// line.
#include "target.h"

namespace {

using namespace heddle::fuzz;

Target* chosen = nullptr;

void print_counts() {
  for (const auto& [event, count] : chosen->happened)
    std::printf("happened: %s: %llu\n", event.c_str(), static_cast<unsigned long long>(count));
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* name = std::getenv("FUZZ_TARGET");  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  auto& targets = Registered::all();
  const auto found = targets.find(name == nullptr ? "" : name);
  if (found == targets.end()) {
    std::fprintf(stderr, "FUZZ_TARGET must be one of:");
    for (const auto& [known, target] : targets) std::fprintf(stderr, " %s", known.c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
  }
  chosen = &found->second;
  std::atexit(print_counts);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run(Input({reinterpret_cast<const std::byte*>(data), size}));
  return 0;
}
