// The targets of core/fuzz.
#include "fuzz/corpus.h"

namespace heddle::fuzz {
namespace {

TEST(Fuzz, TransactionsAreAsTheModelSays) { run_corpus(HEDDLE_FUZZ_CORPUS, "transactions"); }
TEST(Fuzz, CollectionsLiveAsLongAsSomethingRefersToThem) { run_corpus(HEDDLE_FUZZ_CORPUS, "links"); }

}  // namespace
}  // namespace heddle::fuzz
