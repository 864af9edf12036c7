// Functions that run in turn on one thread, each on a stack of its own: to hand over takes less than a microsecond,
// where two threads take ten.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace heddle::schedule {

class Fiber {
 public:
  /// What runs already: the thread's own.
  Fiber() = default;
  /// `body` begins when somebody resumes it. It must never return, but hand over for the last time, and have nothing on
  /// its stack then that is to be destroyed.
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Leaves `this`, which is running, for `other`; returns when somebody resumes it.
  void hand_over_to(Fiber& other);

 private:
  using Stack = std::unique_ptr<std::byte[]>;
  /// The exceptions that are being handled, in the words of the Itanium C++ ABI: a thread has one list of them.
  struct Exceptions {
    void* caught = nullptr;
    unsigned uncaught = 0;
  };

  static void begin();

  std::function<void()> body_;
  Stack stack_;
  ucontext_t context_{};
  Exceptions exceptions_;
};

}  // namespace heddle::schedule
