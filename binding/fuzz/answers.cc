#include "answers.h"

#include "target.h"

namespace heddle::fuzz {

namespace {

using binding::align;
using binding::Frame;

// Reads the inbox from its beginning, as JavaScript does.
class Inbox {
 public:
  explicit Inbox(binding::Buffer buffer) : buffer_(buffer) {}

  template <class T>
  T number() {
    T value{};
    std::memcpy(&value, take(sizeof(T)), sizeof(T));
    return value;
  }
  template <class T>
  void skip(std::size_t count) {
    take(count * sizeof(T));
  }
  void pass_bytes(std::size_t count) { take(count); }
  void pass(std::int32_t length) {
    require(length >= 0, "a length is not negative");
    take(align(static_cast<std::size_t>(length)));
  }
  // A value of that length, as the wire says it: one that lies outside has its length in place of its bytes.
  void value(std::int32_t length) { pass(length < -1 ? static_cast<std::int32_t>(sizeof(double)) : length); }
  void item() {
    const auto length = number<std::int32_t>();
    skip<std::int32_t>(1);
    value(length);
  }

 private:
  const std::byte* take(std::size_t size) {
    require(size <= buffer_.size - used_, "what was answered lies in the inbox");
    const std::byte* at = buffer_.data + used_;
    used_ += size;
    return at;
  }

  binding::Buffer buffer_;
  std::size_t used_ = 0;
};

void pass_entry(Inbox& inbox) {
  inbox.skip<std::int32_t>(2);  // record, stamp
  inbox.skip<double>(2);        // incarnation, version
  const auto key = inbox.number<std::int32_t>();
  const auto value = inbox.number<std::int32_t>();
  inbox.pass(key);
  inbox.value(value);
}

void pass_change(Inbox& inbox) {
  inbox.skip<std::int32_t>(1);  // kind
  const auto key = inbox.number<std::int32_t>();
  inbox.skip<double>(4);  // commit, time, index, skipped
  const auto before = inbox.number<std::int32_t>();
  const auto after = inbox.number<std::int32_t>();
  inbox.pass(key);
  for (std::int64_t n = std::int64_t{before} + after; n > 0; --n) inbox.item();
}

void pass_task_answer(Inbox& inbox) {
  inbox.skip<std::int32_t>(2);  // ticket, outcome
  const auto follows = inbox.number<std::int32_t>();
  inbox.skip<std::int32_t>(1);
  inbox.skip<double>(1);
  if (follows != 0) inbox.item();
}

}  // namespace

void require_readable(const Caller& caller, const std::string& function) {
  Inbox inbox(caller.inbox());
  const auto each = [&](auto pass) {
    for (std::int32_t n = caller.word(Frame::kCount); n > 0; --n) pass(inbox);
  };
  const auto item = [](Inbox& from) { from.item(); };
  if (function == "load" || function == "peek" || function == "shapeRead") {
    const std::int32_t length = caller.word(Frame::kValueLength);
    if (length >= 0) inbox.pass_bytes(static_cast<std::size_t>(length));
  } else if (function == "scan") {
    each(pass_entry);
  } else if (function == "take" || function == "receive") {
    each(item);
  } else if (function == "walk") {
    const bool alike = (caller.word(Frame::kFlags) & Frame::kAlike) != 0;
    const auto count = static_cast<std::size_t>(caller.word(Frame::kCount));
    if (alike) inbox.pass_bytes((count + 1) * sizeof(double));
    if (!alike) each(item);
  } else if (function == "tidings") {
    each(pass_change);
  } else if (function == "taskNext" && (caller.word(Frame::kFlags) & Frame::kOnly) == 0) {
    inbox.item();
  } else if (function == "taskAnswers") {
    each(pass_task_answer);
  }
}

}  // namespace heddle::fuzz
