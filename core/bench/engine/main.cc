// What `make bench` measures of the engine alone; started by bench/run.js. Answers with lines of JSON.
//
// engine_bench rates <workload> <threads> <keys> <rounds> <milliseconds> <candidate>…
//
// Rounds of some milliseconds in which the candidates take turns: `heddle`, `heddle-held` (with a snapshot open from
// beginning to end) and `libitm`, each with a store of its own. A line for each candidate.
//
// engine_bench memory <keys> <fills>
//
// engine_bench --version
//
// The compiler's.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "memory.h"
#include "team.h"

namespace {

using namespace heddle::bench;

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(2);
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc() || value == 0)
    refuse("not a number above 0: " + std::string(text));
  return value;
}

std::unique_ptr<Candidate> make(std::string_view name, std::uint32_t keys, std::size_t threads) {
  if (name == "heddle") return make_heddle(keys, threads, false);
  if (name == "heddle-held") return make_heddle(keys, threads, true);
  if (name != "libitm") refuse("there is no candidate " + std::string(name));
  auto made = make_libitm(keys);
  if (!made) refuse("this compiler has no transactional memory (-fgnu-tm)");
  return made;
}

void print(const char* name, const std::vector<double>& numbers) {
  std::printf(R"("%s":[)", name);
  for (std::size_t i = 0; i < numbers.size(); ++i) std::printf("%s%.3f", i == 0 ? "" : ",", numbers[i]);
  std::printf("]");
}

// One candidate's part of the answer.
struct Measured {
  std::unique_ptr<Candidate> candidate;
  std::vector<double> rates;  // transactions per second, by round
  Tally all;                  // of all rounds, those of the warm-up included
};

void print(const std::string& name, const Measured& measured) {
  std::printf(
      R"({"candidate":"%s","aborts":%.9f,)", name.c_str(),
      static_cast<double>(measured.all.aborted) / static_cast<double>(measured.all.committed + measured.all.aborted));
  if (const auto kept = measured.candidate->kept(measured.all.written))
    std::printf(R"("kept":%llu,)", static_cast<unsigned long long>(*kept));
  print("rates", measured.rates);
  std::printf("}\n");
}

void rates(const std::vector<std::string>& arguments) {
  const auto workload = Workload::named(arguments[0]);
  if (!workload) refuse("there is no workload " + arguments[0]);
  const std::size_t threads = number(arguments[1]);
  const auto keys = static_cast<std::uint32_t>(number(arguments[2]));
  const std::size_t rounds = number(arguments[3]);
  const std::chrono::milliseconds time(number(arguments[4]));
  const std::vector<std::string> names(arguments.begin() + 5, arguments.end());

  std::vector<Measured> all;
  std::vector<Candidate*> candidates;
  for (const std::string& name : names) {
    all.push_back({make(name, keys, threads), {}, {}});
    candidates.push_back(all.back().candidate.get());
  }
  {
    Team team(candidates, *workload, keys, threads);
    constexpr std::size_t kWarmUp = 2;  // the first rounds meet cold caches and stocks
    for (std::size_t round = 0; round < kWarmUp + rounds; ++round) {
      for (std::size_t turn = 0; turn < all.size(); ++turn) {
        Measured& measured = all[(turn + round) % all.size()];
        const Team::Round done = team.run(*measured.candidate, time);
        measured.all += done.tally;
        const double seconds = std::chrono::duration<double>(done.elapsed).count();
        if (round >= kWarmUp) measured.rates.push_back(static_cast<double>(done.tally.committed) / seconds);
      }
    }
    for (const Measured& measured : all) {
      if (!workload->blind && measured.candidate->total() != static_cast<double>(measured.all.written))
        refuse("updates were lost");
    }
    for (std::size_t i = 0; i < all.size(); ++i) print(names[i], all[i]);
  }
}

void memory(const std::vector<std::string>& arguments) {
  const Footprint footprint = measure_memory(static_cast<std::uint32_t>(number(arguments[0])), number(arguments[1]));
  const Overhead& overhead = footprint.overhead;
  std::printf(R"({"counted":%.3f,"allocated":%.3f,"resident":%.3f,)", overhead.counted, overhead.allocated,
              overhead.resident);
  print("clearMicros", footprint.clear_micros);
  std::printf("}\n");
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  const std::string what = arguments.empty() ? "" : arguments[0];
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (what == "rates" && rest.size() >= 6) {
    rates(rest);
  } else if (what == "memory" && rest.size() == 2) {
    memory(rest);
  } else if (what == "--version") {
    std::printf("%s\n", __VERSION__);
  } else {
    refuse(
        "usage: engine_bench rates <workload> <threads> <keys> <rounds> <milliseconds> <candidate>…\n"
        "       engine_bench memory <keys> <fills>\n"
        "       engine_bench --version");
  }
}
