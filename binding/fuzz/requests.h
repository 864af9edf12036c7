// What an input asks of the addon: frames, lists, arguments, much as JavaScript would make them, and then something
// else.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "caller.h"
#include "input.h"

namespace heddle::fuzz {

class Requests {
 protected:
  explicit Requests(Input& input) : input_(input) {}

  // Bytes of the arena.
  void fill_arena();
  // A value of 16 bytes that ends in ids and their number.
  void link_arena();

  // The frame.
  // Much as JavaScript would fill it in; the rest is what earlier calls have left there.
  void draw_header();
  void forge();
  void draw_lists();
  void put_words(std::size_t at, std::initializer_list<std::int32_t> words);
  // A commit has each key once: that much the engine takes JavaScript's word for (docs/internals/wire.md). What might
  // be a second write to one is left out, with all that follow.
  void keep_keys_apart();

  // Arguments of ordinary functions.
  napi_value draw_argument();
  napi_value make(napi_value__::Kind kind);
  napi_value number(double value);

  // Ids and numbers that a function has given are good for others.
  void note_result(napi_value result);
  struct Record {
    std::int32_t index = -1;
    std::int32_t stamp = 0;
    double incarnation = 0;
  };
  // One that was loaded.
  void note_record(Record record) { records_[next_record_++ % records_.size()] = record; }

  Input& input_;
  Caller* caller_ = nullptr;  // whose turn it is
  std::vector<CollectionId> ids_;
  std::array<double, 4> numbers_{};

 private:
  void draw_predicate(std::size_t at);
  void draw_write(std::size_t at);
  // Of a key or a value in the arena.
  std::int32_t place();
  std::int32_t length();
  void note_number(double value);
  // A new one, or one that the addon has made or been given.
  napi_value draw_buffer();
  CollectionId draw_id();
  double draw_number();
  std::int32_t draw_word();

  std::size_t next_number_ = 0;
  std::array<Record, 4> records_;
  std::size_t next_record_ = 0;
};

}  // namespace heddle::fuzz
