// The target of the addon without libFuzzer.
#include "fuzz/corpus.h"

namespace heddle::fuzz {
namespace {

TEST(Fuzz, AnyFrameAndAnyArgumentIsAnsweredOrRefused) { run_corpus(HEDDLE_FRAMES_CORPUS, "frames"); }

}  // namespace
}  // namespace heddle::fuzz
