#include "heddle/collections/hash_index.h"

#include <algorithm>
#include <bit>

namespace heddle {

namespace {

using Cell = std::uint64_t;
constexpr Cell kEmpty = 0;
constexpr RecordIndex kErasedIndex = kNoRecord;  // no record has it: indices are stored + 1 below it
constexpr Cell kErased = kErasedIndex;

Cell make_cell(std::uint64_t hash, RecordIndex record) { return (hash & ~Cell{0xFFFFFFFF}) | (record + 1); }
bool tagged(Cell cell, std::uint64_t hash) { return (cell ^ hash) >> 32 == 0; }
RecordIndex record_of(Cell cell) { return static_cast<RecordIndex>(cell) - 1; }
bool is_live(Cell cell) { return cell != kEmpty && cell != kErased; }

}  // namespace

class HashIndex::Table {
 public:
  explicit Table(std::size_t cells) : mask(cells - 1), cells(std::make_unique<atomic<Cell>[]>(cells)) {}

  [[nodiscard]] std::size_t capacity() const { return mask + 1; }
  [[nodiscard]] std::size_t filled() const { return used.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t room() const { return capacity() / 4 * 3 - std::min(filled(), capacity() / 4 * 3); }

  // Time to grow: at half full, so that three quarters are never reached while cells still move.
  [[nodiscard]] bool crowded(std::size_t count) const { return (filled() + count) * 2 > capacity(); }

  void put(Cell cell, std::size_t at) {
    for (std::size_t i = at & mask;; i = (i + 1) & mask) {
      if (cells[i].load(std::memory_order_relaxed) != kEmpty) continue;
      cells[i].store(cell, std::memory_order_release);  // H3
      used.store(filled() + 1, std::memory_order_relaxed);
      return;
    }
  }

  // The cell that holds `record`, or null.
  atomic<Cell>* locate(std::uint64_t hash, RecordIndex record) const {
    const Cell wanted = make_cell(hash, record);
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
      const Cell cell = cells[i].load(std::memory_order_relaxed);
      if (cell == wanted) return &cells[i];
      if (cell == kEmpty) return nullptr;
    }
  }

  const std::size_t mask;
  const std::unique_ptr<atomic<Cell>[]> cells;
  atomic<std::size_t> used{0};  // cells not empty, erased ones included; written inside the section
};

HashIndex::Spare::Spare() = default;
HashIndex::Spare::Spare(Spare&&) noexcept = default;
HashIndex::Spare& HashIndex::Spare::operator=(Spare&&) noexcept = default;
HashIndex::Spare::~Spare() = default;

HashIndex::HashIndex(const RecordTable& records)
    : records_(records), tables_(new Tables{new Table(kSmallest), nullptr}) {}

HashIndex::~HashIndex() {
  const Tables* tables = tables_.load(std::memory_order_relaxed);
  delete tables->young;
  delete tables->old;
  delete tables;
}

RecordIndex HashIndex::find(std::uint64_t hash, Bytes key) const {
  const Tables* tables = tables_.load(std::memory_order_acquire);  // H1
  for (const Table* table : {tables->young, tables->old}) {
    if (table == nullptr) break;
    for (std::size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
      const Cell cell = table->cells[i].load(std::memory_order_acquire);
      if (cell == kEmpty) break;
      if (!tagged(cell, hash) || cell == kErased) continue;
      const RecordIndex record = record_of(cell);
      const Key* candidate = records_[record].key.load(std::memory_order_acquire);
      if (candidate != nullptr && equal(candidate->bytes(), key)) return record;
    }
  }
  return kNoRecord;
}

std::optional<HashIndex::Spare> HashIndex::prepare(std::size_t count) const {
  const Tables* tables = tables_.load(std::memory_order_acquire);
  const std::size_t live = live_.load(std::memory_order_relaxed);
  if (tables->old != nullptr || !tables->young->crowded(count)) return std::nullopt;
  Spare spare;
  spare.table = std::make_unique<Table>(std::bit_ceil(std::max((live + count) * 3, kSmallest)));
  spare.growing = std::make_unique<Tables>(Tables{spare.table.get(), nullptr});
  spare.grown = std::make_unique<Tables>(Tables{spare.table.get(), nullptr});
  return spare;
}

bool HashIndex::fits(std::size_t count, const Spare* spare) const {
  const Tables* tables = tables_.load(std::memory_order_relaxed);
  if (tables->young->room() >= count + pending_) return true;
  return tables->old == nullptr && spare != nullptr && spare->table != nullptr &&
         spare->table->room() >= count + live_.load(std::memory_order_relaxed);
}

void HashIndex::grow_for(Epochs& epochs, Epochs::Participant& participant, std::size_t count, Spare& spare) {
  const Tables* tables = tables_.load(std::memory_order_relaxed);
  if (tables->old != nullptr || !tables->young->crowded(count) || spare.table == nullptr) return;
  spare.growing->old = tables->young;
  static_cast<void>(spare.table.release());  // the pair has it
  grown_ = std::move(spare.grown);
  migrated_ = 0;
  pending_ = live_.load(std::memory_order_relaxed);
  tables_.store(spare.growing.release(), std::memory_order_release);
  epochs.retire(participant, tables);
}

bool HashIndex::migrate(Epochs& epochs, Epochs::Participant& participant, std::size_t cells) {
  const Tables* tables = tables_.load(std::memory_order_relaxed);
  if (tables->old == nullptr) return true;
  Table& old = *tables->old;
  for (; cells > 0 && migrated_ < old.capacity(); --cells, ++migrated_) {
    const Cell cell = old.cells[migrated_].load(std::memory_order_relaxed);
    if (!is_live(cell)) continue;
    tables->young->put(cell, records_[record_of(cell)].hash);
    --pending_;
  }
  if (migrated_ < old.capacity()) return false;
  tables_.store(grown_.release(), std::memory_order_release);
  epochs.retire(participant, &old);
  epochs.retire(participant, tables);
  return true;
}

void HashIndex::insert(Epochs& epochs, Epochs::Participant& participant, std::uint64_t hash, RecordIndex record) {
  migrate(epochs, participant, kCellsPerInsert);
  tables_.load(std::memory_order_relaxed)->young->put(make_cell(hash, record), hash);
  live_.store(live_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void HashIndex::erase(std::uint64_t hash, RecordIndex record) {
  const Tables* tables = tables_.load(std::memory_order_relaxed);
  auto* young = tables->young->locate(hash, record);
  auto* old = tables->old == nullptr ? nullptr : tables->old->locate(hash, record);
  if (young != nullptr) young->store(kErased, std::memory_order_release);
  if (old != nullptr) old->store(kErased, std::memory_order_release);
  if (young == nullptr) --pending_;
  live_.store(live_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

void HashIndex::replace(std::uint64_t hash, RecordIndex from, RecordIndex to) {
  const Tables* tables = tables_.load(std::memory_order_relaxed);
  for (const Table* table : {tables->young, tables->old}) {
    if (table == nullptr) break;
    if (auto* cell = table->locate(hash, from)) cell->store(make_cell(hash, to), std::memory_order_release);
  }
}

}  // namespace heddle
