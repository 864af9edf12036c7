// What `make bench` measures of the engine alone; started by bench/run.js. Answers with lines of JSON.
//
// engine_bench rates <workload> <keys> <rounds> <milliseconds> <candidate>@<threads>…
//
// Rounds of some milliseconds in which the candidates take turns: `heddle`, `heddle-held` (with a snapshot open from
// beginning to end) and `libitm`, each with a store of its own. A line for each candidate.
//
// engine_bench memory <keys> <fills>
//
// engine_bench watches <keys>
//
// engine_bench telling <keys> <rounds>
//
// engine_bench --version
//
// The compiler's.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "memory.h"
#include "team.h"
#include "telling.h"

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

// The harness knows this exit status: a candidate cannot run here.
constexpr int kCannotRun = 3;

// A candidate and how it fared.
struct Measured {
  std::string name;
  std::size_t threads;
  std::unique_ptr<Candidate> candidate;
  std::vector<double> rates;  // transactions per second, by round
  Tally all;                  // of all rounds, those of the warm-up included
};

Measured parse(const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) refuse("not a candidate and its threads: " + text);
  return {text, number(std::string_view(text).substr(at + 1)), nullptr, {}, {}};
}

std::unique_ptr<Candidate> make(const std::string& text, std::uint32_t keys, std::size_t threads) {
  const std::string name = text.substr(0, text.find('@'));
  if (name == "heddle") return make_heddle(keys, threads, false);
  if (name == "heddle-held") return make_heddle(keys, threads, true);
  if (name != "libitm") refuse("there is no candidate " + name);
  auto made = make_libitm(keys);
  if (!made) {
    std::fputs("libitm: the compiler has no transactional memory (-fgnu-tm)\n", stderr);
    std::exit(kCannotRun);
  }
  return made;
}

void print(const char* name, const std::vector<double>& numbers) {
  std::printf(R"("%s":[)", name);
  for (std::size_t i = 0; i < numbers.size(); ++i) std::printf("%s%.3f", i == 0 ? "" : ",", numbers[i]);
  std::printf("]");
}

void print(const Measured& measured) {
  const auto aborted = static_cast<double>(measured.all.aborted);
  std::printf(R"({"candidate":"%s","aborted":%.9f,)", measured.name.c_str(),
              aborted / (static_cast<double>(measured.all.committed) + aborted));
  if (const auto kept = measured.candidate->kept(measured.all.written))
    std::printf(R"("kept":%llu,)", static_cast<unsigned long long>(*kept));
  print("rates", measured.rates);
  std::printf("}\n");
}

void rates(const std::vector<std::string>& arguments) {
  constexpr std::size_t kWarmUp = 2;  // the first rounds meet cold caches and stocks
  const auto workload = Workload::named(arguments[0]);
  if (!workload) refuse("there is no workload " + arguments[0]);
  const auto keys = static_cast<std::uint32_t>(number(arguments[1]));
  const std::size_t rounds = number(arguments[2]);
  const std::chrono::milliseconds time(number(arguments[3]));
  std::vector<Measured> all;
  std::size_t threads = 0;
  for (std::size_t i = 4; i < arguments.size(); ++i) {
    all.push_back(parse(arguments[i]));
    threads = std::max(threads, all.back().threads);
  }
  std::vector<Candidate*> candidates;
  for (Measured& measured : all) {
    measured.candidate = make(measured.name, keys, threads);
    candidates.push_back(measured.candidate.get());
  }
  Team team(candidates, *workload, keys, threads);
  for (std::size_t round = 0; round < kWarmUp + rounds; ++round) {
    for (std::size_t turn = 0; turn < all.size(); ++turn) {
      Measured& measured = all[(turn + round) % all.size()];
      const Team::Round done = team.run(*measured.candidate, measured.threads, time);
      measured.all += done.tally;
      const double seconds = std::chrono::duration<double>(done.elapsed).count();
      if (round >= kWarmUp) measured.rates.push_back(static_cast<double>(done.tally.committed) / seconds);
    }
  }
  for (const Measured& measured : all) {
    // The held snapshot is looked at here, too.
    const double total = measured.candidate->total();
    if (!workload->blind && total != static_cast<double>(measured.all.written))
      refuse(measured.name + " loses updates");
    print(measured);
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

void watches(const std::vector<std::string>& arguments) {
  std::printf("{\"bytes\":%.3f}\n", measure_watches(static_cast<std::uint32_t>(number(arguments[0]))));
}

void telling(const std::vector<std::string>& arguments) {
  const Telling times = measure_telling(static_cast<std::uint32_t>(number(arguments[0])), number(arguments[1]));
  std::printf("{");
  print("watched", times.watched);
  std::printf(",");
  print("unwatched", times.unwatched);
  std::printf("}\n");
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  const std::string what = arguments.empty() ? "" : arguments[0];
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (what == "rates" && rest.size() >= 5) {
    rates(rest);
  } else if (what == "memory" && rest.size() == 2) {
    memory(rest);
  } else if (what == "watches" && rest.size() == 1) {
    watches(rest);
  } else if (what == "telling" && rest.size() == 2) {
    telling(rest);
  } else if (what == "--version") {
    std::printf("%s\n", __VERSION__);
  } else {
    refuse(
        "usage: engine_bench rates <workload> <keys> <rounds> <milliseconds> <candidate>@<threads>…\n"
        "       engine_bench memory <keys> <fills>\n"
        "       engine_bench watches <keys>\n"
        "       engine_bench telling <keys> <rounds>\n"
        "       engine_bench --version");
  }
}
