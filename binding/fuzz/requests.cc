#include "requests.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace heddle::fuzz {

using binding::Frame;
using Kind = napi_value__::Kind;

namespace {

// Sizes, ends of what words and numbers can hold, and their neighbours.
constexpr double kNumbers[] = {8,
                               16,
                               63,
                               64,
                               65,
                               255,
                               256,
                               4095,
                               4096,
                               4097,
                               65535,
                               65536,
                               1 << 20,
                               2147483647,
                               2147483648,
                               4294967295.0,
                               4294967296.0,
                               9007199254740991.0,
                               9007199254740992.0,
                               9223372036854775807.0,
                               18446744073709551615.0,
                               1e300,
                               -2,
                               -8,
                               -2147483648,
                               -9223372036854775808.0,
                               0.5,
                               -0.0,
                               std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity()};

}  // namespace

void Requests::fill_arena() {
  const std::size_t at = input_.one_in(2) ? 8U * input_.below(32) : input_.number<std::uint16_t>();
  const Bytes bytes = input_.bytes(1 + input_.below(64));
  caller_->put_arena(at, bytes.data(), bytes.size());
}

void Requests::link_arena() {
  const std::array<std::uint32_t, 4> words{0, draw_id(), draw_id(), input_.one_in(8) ? input_.byte() : 2U};
  caller_->put_arena(8U * input_.below(32), words.data(), sizeof(words));
}

void Requests::draw_header() {
  const auto word = [&](Frame::Word at, std::size_t value) { caller_->put_word(at, static_cast<std::int32_t>(value)); };
  word(Frame::kCollection, draw_id());
  word(Frame::kFlags, input_.one_in(2) ? input_.number<std::uint32_t>() & 0x1ffff : 0);
  caller_->put_word(Frame::kKeyOffset, place());
  caller_->put_word(Frame::kKeyLength, length());
  word(Frame::kCount, 1 + input_.below(16));
  word(Frame::kTicket, input_.below(6));
  word(Frame::kFunction, input_.below(3));
  word(Frame::kTaskFlags, input_.below(4));
  word(Frame::kPriority, input_.below(3));
  word(Frame::kOutcome, input_.below(3));
  word(Frame::kStagedValue, input_.one_in(4) ? input_.below(4) : 0);
  caller_->put_word(Frame::kBytesOffset, place());
  caller_->put_word(Frame::kBytesLength, length());
  if (input_.one_in(2)) return;  // the record, the snapshot and the lane
  caller_->put_word(Frame::kRecord, -1);
  caller_->put_word(Frame::kSlot, -1);
  caller_->put_word(Frame::kLane, static_cast<std::int32_t>(input_.below(3)) - 1);
  caller_->put_number(Frame::kIncarnation, 0);
  caller_->put_number(Frame::kSnapshot, -1);
  caller_->put_number(Frame::kCursor, 0);
  caller_->put_number(Frame::kEnd, input_.byte());
  caller_->put_number(Frame::kDeadline, 0);
}

void Requests::forge() {
  constexpr std::size_t kNumbersInHeader = Frame::kLists / 2;
  for (unsigned n = input_.below(4); n > 0; --n) {
    const bool word = input_.one_in(2);
    const std::size_t at = input_.below(word ? std::size_t{Frame::kLists} : kNumbersInHeader);
    if (word) {
      caller_->put_word(at, draw_word());
    } else {
      caller_->put_number(at, draw_number());
    }
  }
}

void Requests::draw_lists() {
  const unsigned reads = input_.one_in(3) ? 1 + input_.below(2) : 0;
  const unsigned predicates = input_.one_in(4) ? 1 + input_.below(2) : 0;
  const unsigned writes = 1 + input_.below(3);
  std::size_t at = Frame::kLists;
  for (unsigned n = 0; n < reads; ++n, at += Frame::kReadWords) {
    const Record& record = records_[input_.below(records_.size())];
    put_words(at, {record.index, record.stamp});
  }
  for (unsigned n = 0; n < predicates; ++n, at += Frame::kPredicateWords) draw_predicate(at);
  for (unsigned n = 0; n < writes; ++n, at += Frame::kWriteWords) draw_write(at);
  const auto words = static_cast<unsigned>(at - Frame::kLists);
  if (input_.one_in(5)) {
    const std::size_t forged = Frame::kLists + input_.below(words);
    caller_->put_word(forged, draw_word());
  }
  caller_->put_word(Frame::kReads, static_cast<std::int32_t>(reads));
  caller_->put_word(Frame::kPredicates, static_cast<std::int32_t>(predicates));
  caller_->put_word(Frame::kWrites, static_cast<std::int32_t>(writes));
  caller_->put_word(Frame::kTimed, input_.one_in(8) ? 1 : 0);
  if (input_.one_in(8)) {
    const std::size_t forged = Frame::kReads + input_.below(3);
    caller_->put_word(forged, draw_word());
  }
}

void Requests::draw_predicate(std::size_t at) {
  put_words(at,
            {1 + static_cast<std::int32_t>(input_.below(4)), static_cast<std::int32_t>(draw_id()), place(), length()});
  caller_->put_number(at / 2 + 2, input_.one_in(2) ? input_.byte() : draw_number());
}

void Requests::draw_write(std::size_t at) {
  // What suits a map, a queue and an array.
  static constexpr std::array<std::array<unsigned, 5>, 3> kKinds = {
      {{1, 1, 1, 2, 3}, {4, 4, 5, 6, 3}, {4, 1, 8, 9, 3}}};
  const unsigned which = input_.below(static_cast<unsigned>(ids_.size()));
  const unsigned kind = input_.one_in(8) ? input_.below(16) : kKinds[which % 3][input_.below(5)];
  const unsigned bits = input_.one_in(2) ? unsigned{Frame::kKeyed} : input_.below(32) << 4;
  const auto head = kind | bits | (ids_[which] << Frame::kCollectionShift);
  const Record& record = records_[input_.below(records_.size())];
  const bool by_index = input_.one_in(3);
  put_words(at, {static_cast<std::int32_t>(head), by_index ? record.index : -1});
  caller_->put_number(at / 2 + 1, by_index ? record.incarnation : input_.below(4));
  if ((bits & Frame::kStaged) != 0) {
    put_words(at + 4, {static_cast<std::int32_t>(input_.below(4)), 0});
  } else if (kind == 5 || kind == 9) {
    caller_->put_number(at / 2 + 2, input_.below(4));
  } else {
    put_words(at + 4, {place(), length()});
  }
  put_words(at + 8, {place(), length()});
}

std::int32_t Requests::place() {
  constexpr unsigned kForged = 248;
  const unsigned byte = input_.byte();
  return byte < kForged ? static_cast<std::int32_t>(8 * (byte % 32)) : draw_word();
}

std::int32_t Requests::length() {
  constexpr unsigned kForged = 248;
  const unsigned byte = input_.byte();
  return byte < kForged ? static_cast<std::int32_t>(byte % 40) : draw_word();
}

void Requests::put_words(std::size_t at, std::initializer_list<std::int32_t> words) {
  for (const std::int32_t word : words) caller_->put_word(at++, word);
}

void Requests::keep_keys_apart() {
  constexpr std::int32_t kSet = 1;
  constexpr std::int32_t kDelete = 2;
  const std::int64_t reads = caller_->word(Frame::kReads);
  const std::int64_t predicates = caller_->word(Frame::kPredicates);
  if (reads < 0 || predicates < 0) return;
  std::map<std::uint32_t, std::set<std::string_view>> known;
  std::set<std::uint32_t> closed;  // what was written to there may be any key
  auto at = Frame::kLists + static_cast<std::size_t>(reads) * Frame::kReadWords +
            static_cast<std::size_t>(predicates) * Frame::kPredicateWords;
  for (std::int32_t i = 0; i < caller_->word(Frame::kWrites); ++i, at += Frame::kWriteWords) {
    if (!caller_->has_words(at + Frame::kWriteWords)) return;  // it will be refused
    const auto bits = static_cast<std::uint32_t>(caller_->word(at));
    const auto kind = static_cast<std::int32_t>(bits & Frame::kKindMask);
    if (kind != kSet && kind != kDelete) continue;
    const std::uint32_t collection = bits >> Frame::kCollectionShift;
    const bool by_key = (bits & Frame::kKeyed) != 0 && caller_->word(at + 1) < 0;
    const std::string_view key = caller_->arena_text(caller_->word(at + 8), caller_->word(at + 9));
    const bool first = known.count(collection) == 0;
    if (closed.count(collection) > 0 || (by_key ? !known[collection].insert(key).second : !first))
      return caller_->put_word(Frame::kWrites, i);
    if (!by_key) closed.insert(collection);
  }
}

void Requests::note_result(napi_value result) {
  if (result == nullptr) return;
  if (result->kind == Kind::kNumber) note_number(result->number);
  for (const napi_value each : result->elements) {
    if (each != nullptr && each->kind == Kind::kNumber) note_number(each->number);
  }
  const auto id = result->properties.find("id");
  if (id != result->properties.end()) ids_.push_back(static_cast<CollectionId>(id->second->number));
}

void Requests::note_number(double value) { numbers_[next_number_++ % numbers_.size()] = value; }

napi_value Requests::make(Kind kind) { return caller_->environment.make(kind); }

napi_value Requests::number(double value) {
  const napi_value made = make(Kind::kNumber);
  made->number = value;
  return made;
}

napi_value Requests::draw_argument() {
  switch (input_.below(16)) {
    case 0: {
      const napi_value made = make(Kind::kBoolean);
      made->truth = input_.one_in(2);
      return made;
    }
    case 1:
    case 2: {
      const napi_value made = make(Kind::kText);
      for (unsigned n = input_.below(4); n > 0; --n)
        made->text += input_.one_in(8) ? input_.number<char16_t>() : static_cast<char16_t>('a' + input_.below(4));
      return made;
    }
    case 3: {
      const napi_value made = make(Kind::kArray);
      for (unsigned n = input_.below(4); n > 0; --n) made->elements.push_back(draw_argument());
      return made;
    }
    case 4:
      return draw_buffer();
    case 5: {
      const napi_value buffer = draw_buffer();
      const napi_value made = make(Kind::kTypedArray);
      made->buffer = buffer;
      if (input_.one_in(8)) made->type = napi_float64_array;
      return made;
    }
    case 6:
      return make(std::array{Kind::kUndefined, Kind::kObject, Kind::kFunction}[input_.below(3)]);
    case 7:
    case 8:
    case 9:
      return number(draw_id());
    default:
      return number(draw_number());
  }
}

napi_value Requests::draw_buffer() {
  auto& buffers = caller_->environment.buffers;
  if (buffers.empty() || input_.one_in(3)) return caller_->environment.make_buffer(input_.below(64) * 8U);
  const auto newest = std::min<std::size_t>(buffers.size(), 1 + input_.below(8));
  return buffers[buffers.size() - newest].get();
}

CollectionId Requests::draw_id() {
  return ids_[input_.below(static_cast<unsigned>(std::min<std::size_t>(ids_.size(), 16)))];
}

double Requests::draw_number() {
  switch (input_.below(8)) {
    case 0:
      return kNumbers[input_.below(std::size(kNumbers))];
    case 1:
      return input_.number<double>();
    case 2:
      return input_.number<std::int32_t>();
    case 3:
      return draw_id();
    case 4:
      return numbers_[input_.below(numbers_.size())];
    case 5:
      return -1;
    default:
      return input_.below(8);
  }
}

std::int32_t Requests::draw_word() {
  const double value = draw_number();
  const bool fits = value >= -2147483648.0 && value < 2147483648.0;
  return fits ? static_cast<std::int32_t>(value) : input_.number<std::int32_t>();
}

}  // namespace heddle::fuzz
