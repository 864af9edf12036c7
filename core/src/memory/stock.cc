#include "heddle/memory/stock.h"

namespace heddle {

void Stock::clear() {
  for (Class& kept : classes_) {
    for (Block* block = kept.first; block != nullptr;) {
      Block* next = block->next;
      std::free(block);
      block = next;
    }
    kept = {};
  }
}

}  // namespace heddle
