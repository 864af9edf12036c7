#include "schedule/fiber.h"

#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace heddle::schedule {

namespace {

constexpr std::size_t kStackBytes = std::size_t{256} << 10;

// Memory that was never touched is expensive, and there are a few fibers for each of a million schedules.
std::vector<std::unique_ptr<std::byte[]>> free_stacks;

Fiber* running = nullptr;

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)) {
  if (free_stacks.empty()) {
    stack_ = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
  } else {
    stack_ = std::move(free_stacks.back());
    free_stacks.pop_back();
  }
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_.get();
  context_.uc_stack.ss_size = kStackBytes;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fiber::begin, 0);
}

Fiber::~Fiber() {
  if (stack_ != nullptr) free_stacks.push_back(std::move(stack_));
}

void Fiber::begin() {
  running->body_();
  std::abort();
}

void Fiber::hand_over_to(Fiber& other) {
  void* const of_thread = abi::__cxa_get_globals();
  std::memcpy(&exceptions_, of_thread, sizeof(exceptions_));
  std::memcpy(of_thread, &other.exceptions_, sizeof(exceptions_));
  running = &other;
  swapcontext(&context_, &other.context_);
}

}  // namespace heddle::schedule
