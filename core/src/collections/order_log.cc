#include "heddle/collections/order_log.h"

#include <algorithm>

namespace heddle {

namespace {
constexpr std::size_t kFirstDirectory = 4;
}  // namespace

std::uint32_t OrderLog::Chunk::lower_bound(std::uint64_t wanted) const {
  const std::uint32_t n = used.load(std::memory_order_acquire);
  if (!positions) return wanted <= first ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted - first, n));
  return static_cast<std::uint32_t>(std::lower_bound(positions.get(), positions.get() + n, wanted) - positions.get());
}

std::size_t OrderLog::Directory::find(std::uint64_t position) const {
  std::size_t low = 0;
  std::size_t high = count.load(std::memory_order_acquire);
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (chunks[middle].load(std::memory_order_acquire)->first <= position ? low : high) = middle;
  }
  return low;
}

OrderLog::OrderLog() {
  auto chunk = std::make_unique<Chunk>();
  auto directory = std::make_unique<Directory>(kFirstDirectory);
  directory->chunks[0].store(chunk.release(), std::memory_order_relaxed);
  directory->count.store(1, std::memory_order_relaxed);
  directory_.store(directory.release(), std::memory_order_relaxed);
}

OrderLog::~OrderLog() {
  const Directory* directory = directory_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < directory->count.load(std::memory_order_relaxed); ++i) {
    delete directory->chunks[i].load(std::memory_order_relaxed);
  }
  delete directory;
}

OrderLog::Chunk& OrderLog::last() const {
  const Directory* directory = directory_.load(std::memory_order_acquire);
  return *directory->chunks[directory->count.load(std::memory_order_acquire) - 1].load(std::memory_order_acquire);
}

std::unique_ptr<OrderLog::Spare> OrderLog::prepare(std::size_t count) const {
  const Directory* directory = directory_.load(std::memory_order_acquire);
  if (kChunkEntries - last().used.load(std::memory_order_relaxed) >= count &&
      !sealed_.load(std::memory_order_relaxed)) {
    return nullptr;
  }
  const std::size_t wanted = count / kChunkEntries + 2;
  auto spare = std::make_unique<Spare>();
  for (std::size_t i = 0; i < wanted; ++i) spare->chunks.push_back(std::make_unique<Chunk>());
  const std::size_t chunks = directory->count.load(std::memory_order_acquire) + wanted;
  if (chunks > directory->capacity) spare->directory = std::make_unique<Directory>(chunks * 2);
  return spare;
}

bool OrderLog::fits(std::size_t count, const Spare* spare) const {
  const std::size_t here =
      sealed_.load(std::memory_order_relaxed) ? 0 : kChunkEntries - last().used.load(std::memory_order_relaxed);
  if (here >= count) return true;
  const std::size_t chunks = (count - here + kChunkEntries - 1) / kChunkEntries;
  if (spare == nullptr || spare->chunks.size() < chunks) return false;
  const Directory* directory = directory_.load(std::memory_order_relaxed);
  const std::size_t wanted = directory->count.load(std::memory_order_relaxed) + chunks;
  return wanted <= directory->capacity || (spare->directory && wanted <= spare->directory->capacity);
}

std::uint64_t OrderLog::append(Epochs& epochs, Epochs::Participant& participant, RecordIndex record, Spare* spare) {
  Chunk* chunk = &last();
  if (sealed_.load(std::memory_order_relaxed) || chunk->used.load(std::memory_order_relaxed) == kChunkEntries) {
    chunk = spare->chunks.back().release();
    spare->chunks.pop_back();
    chunk->first = end_;
    Directory* directory = directory_.load(std::memory_order_relaxed);
    const std::size_t count = directory->count.load(std::memory_order_relaxed);
    if (count == directory->capacity) {
      Directory* larger = spare->directory.release();
      for (std::size_t i = 0; i < count; ++i) {
        larger->chunks[i].store(directory->chunks[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
      }
      larger->count.store(count, std::memory_order_relaxed);
      directory_.store(larger, std::memory_order_release);
      epochs.retire(participant, directory);
      directory = larger;
    }
    directory->chunks[count].store(chunk, std::memory_order_release);
    directory->count.store(count + 1, std::memory_order_release);
    sealed_.store(false, std::memory_order_relaxed);
  }
  const std::uint32_t i = chunk->used.load(std::memory_order_relaxed);
  chunk->records[i].store(record, std::memory_order_relaxed);
  chunk->used.store(i + 1, std::memory_order_release);  // O3
  ++chunk->live;
  live_.store(live_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return end_++;
}

OrderLog::Chunk* OrderLog::chunk_of(std::uint64_t position, std::uint32_t& entry) const {
  const Directory* directory = directory_.load(std::memory_order_relaxed);
  Chunk* chunk = directory->chunks[directory->find(position)].load(std::memory_order_relaxed);
  entry = chunk->lower_bound(position);
  return chunk;
}

void OrderLog::kill(std::uint64_t position) {
  std::uint32_t entry = 0;
  Chunk* chunk = chunk_of(position, entry);
  chunk->records[entry].store(kNoRecord, std::memory_order_release);
  --chunk->live;
  live_.store(live_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

void OrderLog::replace(std::uint64_t position, RecordIndex record) {
  std::uint32_t entry = 0;
  Chunk* chunk = chunk_of(position, entry);
  chunk->records[entry].store(record, std::memory_order_release);
}

bool OrderLog::sparse() const {
  const std::size_t chunks = directory_.load(std::memory_order_acquire)->count.load(std::memory_order_relaxed);
  return chunks > 4 && live_.load(std::memory_order_relaxed) < chunks * kChunkEntries / 4;
}

std::unique_ptr<OrderLog::Compacted> OrderLog::prepare_compaction() const {
  auto room = std::make_unique<Compacted>();
  // A few commits may come between: leave them some room, and give up in `compact` if that was not enough.
  const std::size_t chunks = live_.load(std::memory_order_relaxed) / kChunkEntries + 3;
  for (std::size_t i = 0; i < chunks; ++i) {
    room->chunks.push_back(std::make_unique<Chunk>());
    room->chunks.back()->positions = std::make_unique<std::uint64_t[]>(kChunkEntries);
  }
  room->directory = std::make_unique<Directory>(chunks * 2);
  room->retirements = directory_.load(std::memory_order_acquire)->count.load(std::memory_order_relaxed) + 8;
  return room;
}

void OrderLog::compact(Epochs& epochs, Epochs::Participant& participant, std::unique_ptr<Compacted> room) {
  Directory* old = directory_.load(std::memory_order_relaxed);
  const std::size_t old_count = old->count.load(std::memory_order_relaxed);
  if (live_.load(std::memory_order_relaxed) > room->chunks.size() * kChunkEntries || old_count >= room->retirements)
    return;
  std::size_t filled = 0;
  Chunk* target = room->chunks[0].get();
  for (std::size_t c = 0; c < old_count; ++c) {
    const Chunk& chunk = *old->chunks[c].load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < chunk.used.load(std::memory_order_relaxed); ++i) {
      const RecordIndex record = chunk.records[i].load(std::memory_order_relaxed);
      if (record == kNoRecord) continue;
      if (target->live == kChunkEntries) target = room->chunks[++filled].get();
      const std::uint32_t at = target->live++;
      if (at == 0) target->first = chunk.position(i);
      target->positions[at] = chunk.position(i);
      target->records[at].store(record, std::memory_order_relaxed);
      target->used.store(at + 1, std::memory_order_relaxed);
    }
  }
  if (target->live == 0) target->first = end_;
  for (std::size_t i = 0; i <= filled; ++i) {
    room->directory->chunks[i].store(room->chunks[i].release(), std::memory_order_relaxed);
  }
  room->directory->count.store(filled + 1, std::memory_order_relaxed);
  directory_.store(room->directory.release(), std::memory_order_release);  // O2
  sealed_.store(true, std::memory_order_relaxed);
  for (std::size_t c = 0; c < old_count; ++c)
    epochs.retire(participant, old->chunks[c].load(std::memory_order_relaxed));
  epochs.retire(participant, old);
}

}  // namespace heddle
