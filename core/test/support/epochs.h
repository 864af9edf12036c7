// Epochs as tests use them: driven by hand.
#pragma once

#include "heddle/sync/epoch.h"

namespace heddle::test {

/// Gives the epoch as many chances to advance, and `participant` to free what is due, as any garbage can need.
/// Retires enough that `collect` looks each time.
inline void settle(Epochs& epochs, Epochs::Participant& participant, int looks = 8) {
  constexpr int kRetiredPerLook = kExplored ? 4 : 128;
  for (int look = 0; look < looks; ++look) {
    {
      const EpochPin pin(epochs, participant);
      for (int i = 0; i < kRetiredPerLook; ++i)
        epochs.retire(participant, nullptr, 0, [](Stock&, void*, std::uintptr_t) {});
    }
    epochs.collect(participant);
  }
}

}  // namespace heddle::test
