// What it takes a commit to tell watchers, apart from all that another thread would add: who writes also takes.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::bench {

// Nanoseconds for a new value of one key, by round.
struct Telling {
  std::vector<double> watched;    // each key by a watch of its own
  std::vector<double> unwatched;  // in another map
};

// Writes to so many keys in turn; what has been told is taken between the rounds, which are not timed then.
Telling measure_telling(std::uint32_t keys, std::size_t rounds);

}  // namespace heddle::bench
