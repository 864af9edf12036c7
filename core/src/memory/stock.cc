#include "heddle/memory/stock.h"

namespace heddle {

namespace {

void free_chain(FreeBlock* block) {
  while (block != nullptr) std::free(std::exchange(block, block->next));
}

}  // namespace

Depot::~Depot() {
  for (Shelf& shelf : shelves_) {
    while (shelf.first != nullptr) free_chain(std::exchange(shelf.first, shelf.first->next_batch));
  }
}

void Depot::leave(std::size_t index, FreeBlock* batch) {
  Shelf& shelf = shelves_[index];
  {
    const std::lock_guard guard(shelf.lock);
    if ((shelf.batches + 1) * BlockClasses::kBatch * BlockClasses::size_of(index) <= kMostBytes) {
      batch->next_batch = shelf.first;
      shelf.first = batch;
      ++shelf.batches;
      return;
    }
  }
  free_chain(batch);
}

FreeBlock* Depot::take(std::size_t index) {
  Shelf& shelf = shelves_[index];
  const std::lock_guard guard(shelf.lock);
  if (shelf.first == nullptr) return nullptr;
  --shelf.batches;
  return std::exchange(shelf.first, shelf.first->next_batch);
}

bool Stock::refill(std::size_t index) {
  Class& kept = classes_[index];
  kept.first = std::exchange(kept.full, nullptr);
  if (kept.first == nullptr && depot_ != nullptr && BlockClasses::kBatch > 0) kept.first = depot_->take(index);
  if (kept.first == nullptr) return false;
  kept.blocks = BlockClasses::kBatch;
  return true;
}

void Stock::put_aside(std::size_t index) {
  Class& kept = classes_[index];
  FreeBlock* full = std::exchange(kept.full, std::exchange(kept.first, nullptr));
  kept.blocks = 0;
  if (full == nullptr) return;
  if (depot_ != nullptr) {
    depot_->leave(index, full);
  } else {
    free_chain(full);
  }
}

void Stock::clear() {
  for (Class& kept : classes_) {
    free_chain(kept.first);
    free_chain(kept.full);
    kept = {};
  }
}

}  // namespace heddle
