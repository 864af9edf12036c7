#include "model.h"

#include <algorithm>

namespace heddle::fuzz {

std::string Value::bytes() const {
  std::string all(length, '\0');
  for (std::uint32_t i = 0; i < length; ++i) all[i] = static_cast<char>(i < 4 ? seed >> 8 * i : seed + i);
  return all;
}

const Entry* State::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::int64_t State::memory() const {
  std::int64_t all = 0;
  for (const Entry& entry : entries)
    all += static_cast<std::int64_t>(Collection::kEntryOverhead + sizeof(Key) + entry.key.size()) + entry.value.size();
  for (const Element& element : elements) all += Deque::kSlotBytes + element.value.size();
  return all;
}

namespace {

class Application {
 public:
  Application(const State& before, const Shape& shape, std::size_t in_line)
      : before_(before), shape_(shape), in_line_(in_line) {
    outcome_.state = before;
  }

  Outcome run(std::span<const Intent> intents) {
    for (const Intent& intent : intents) {
      if (intent.kind == Write::Kind::kClear) {
        clear();
      } else {
        outcome_.status = shape_.structure == Structure::kKeyed  ? keyed(intent)
                          : shape_.structure == Structure::kList ? list(intent)
                                                                 : queue(intent);
      }
      if (outcome_.status != Status::kOk) return outcome_;
    }
    if (shape_.structure == Structure::kList && changed_) ++state().changes;
    check_limits(intents);
    return outcome_;
  }

 private:
  State& state() { return outcome_.state; }

  void clear() {
    state().entries.clear();
    state().elements.clear();
    if (shape_.structure == Structure::kQueue) ++state().changes;
    outcome_.members_change = outcome_.cleared = changed_ = true;
  }

  Status keyed(const Intent& intent) {
    auto& entries = state().entries;
    const auto found = std::ranges::find(entries, intent.key, &Entry::key);
    const bool existed = found != entries.end();
    if (intent.kind == Write::Kind::kDelete) {
      if (existed) entries.erase(found);
      outcome_.members_change = outcome_.members_change || existed;
      return Status::kOk;
    }
    if (existed && !intent.move) {
      found->value = intent.value;
      found->version = kForever;
      return Status::kOk;
    }
    if (existed) entries.erase(found);
    entries.push_back({intent.key, intent.value, kForever});
    outcome_.members_change = true;
    return Status::kOk;
  }

  Status list(const Intent& intent) {
    auto& elements = state().elements;
    const std::uint64_t length = elements.size();
    const Element fresh{intent.value, state().serials + 1};
    outcome_.members_change = changed_ = true;
    const auto at = elements.begin() + static_cast<std::ptrdiff_t>(std::min(intent.index, length));
    switch (intent.kind) {
      case Write::Kind::kSet:
        if (intent.index == length) break;  // it appends
        if (structural_ || intent.index < next_set_ || intent.index > length) return Status::kOutOfRange;
        next_set_ = intent.index + 1;
        *at = fresh;
        ++state().serials;
        return Status::kOk;
      case Write::Kind::kInsert:
      case Write::Kind::kRemove: {
        const std::uint64_t count = intent.kind == Write::Kind::kRemove ? intent.count : 0;
        if (appended_ || intent.index < settled_ || intent.index > length || count > length - intent.index)
          return Status::kOutOfRange;
        settled_ = intent.index + 1 - (count > 0 ? 1 : 0);
        structural_ = structural_ || intent.kind == Write::Kind::kInsert || count > 0;
        if (intent.kind == Write::Kind::kRemove) {
          elements.erase(at, at + static_cast<std::ptrdiff_t>(count));
          return Status::kOk;
        }
        ++state().serials;
        elements.insert(at, fresh);
        return Status::kOk;
      }
      default:
        break;
    }
    appended_ = structural_ = true;
    ++state().serials;
    elements.push_back(fresh);
    return Status::kOk;
  }

  Status queue(const Intent& intent) {
    auto& elements = state().elements;
    switch (intent.kind) {
      case Write::Kind::kTake:
        elements.erase(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(intent.count));
        state().changes += intent.count;
        outcome_.members_change = outcome_.members_change || intent.count > 0;
        return Status::kOk;
      case Write::Kind::kClose:
        if (state().closed) return Status::kOk;
        state().closed = outcome_.dismissed = outcome_.members_change = true;
        return Status::kOk;
      default:
        if (state().closed) return Status::kClosed;
        if (in_line_ > 0) {
          --in_line_;
          outcome_.handed_over.push_back(intent.value);
          return Status::kOk;
        }
        elements.push_back({intent.value, 0});
        appended_ = outcome_.members_change = true;
        return Status::kOk;
    }
  }

  void check_limits(std::span<const Intent> intents) {
    const Limits& limits = shape_.limits;
    const bool crowded = state().size() > before_.size() && state().size() > limits.max_entries;
    const bool limited = limits.max_memory != Limits::kNone;
    const bool heavy = limited && state().memory() > before_.memory() &&
                       state().memory() > static_cast<std::int64_t>(limits.max_memory);
    if (shape_.structure == Structure::kQueue && appended_ && state().size() > limits.capacity) {
      outcome_.status = Status::kQueueFull;
    } else if ((crowded || heavy) && !(limits.lru && fits_alone(intents))) {
      outcome_.status = crowded ? Status::kEntriesLimit : Status::kMemoryLimit;
    }
  }

  [[nodiscard]] bool fits_alone(std::span<const Intent> intents) const {
    State alone;
    for (const Intent& intent : intents) {
      if (intent.kind == Write::Kind::kSet) alone.entries.push_back({intent.key, intent.value, 0});
    }
    return alone.size() <= shape_.limits.max_entries &&
           (shape_.limits.max_memory == Limits::kNone ||
            alone.memory() <= static_cast<std::int64_t>(shape_.limits.max_memory));
  }

  const State& before_;
  const Shape& shape_;
  std::size_t in_line_;
  Outcome outcome_;
  bool changed_ = false;
  bool appended_ = false;
  bool structural_ = false;  // something of an array is not where it was
  std::uint64_t next_set_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace

Outcome apply(const State& before, const Shape& shape, std::span<const Intent> intents, std::size_t in_line) {
  return Application(before, shape, in_line).run(intents);
}

bool may_become(const State& written, const State& found, std::span<const Intent> intents) {
  for (const Entry& entry : found.entries) {
    const Entry* should = written.find(entry.key);
    if (should == nullptr || should->value != entry.value) return false;
  }
  return std::ranges::all_of(intents, [&](const Intent& intent) {
    return intent.kind != Write::Kind::kSet || found.find(intent.key) != nullptr;
  });
}

}  // namespace heddle::fuzz
