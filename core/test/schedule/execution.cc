#include "schedule/execution.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <map>
#include <sstream>
#include <utility>

namespace heddle::schedule {

namespace {

Execution* execution = nullptr;  // while a thread of its runs
size_t self = 0;

const char* name(Operation operation) {
  constexpr const char* kNames[] = {"load",  "store", "exchange", "compare-exchange", "add", "or", "and",
                                    "relax", "park",  "unpark"};
  return kNames[static_cast<size_t>(operation)];
}

bool writes(Operation operation) { return operation != Operation::kLoad && operation != Operation::kPark; }

std::string_view basename(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

void point(const void* address, Operation operation, Site site) noexcept {
  if (execution != nullptr) execution->point(address, operation, site);
}
void done(bool changed) noexcept {
  if (execution != nullptr) execution->done(changed);
}
void relax(Site site) noexcept {
  if (execution != nullptr) execution->relax(site);
}
void sleep(const std::atomic<uint32_t>* word, uint32_t expected, Site site) noexcept {
  if (execution != nullptr) execution->sleep(word, expected, site);
}
void wake(const std::atomic<uint32_t>* word, bool all, Site site) noexcept {
  if (execution != nullptr) execution->wake(word, all, site);
}

bool Conflicts::learn(std::span<const Step> steps) {
  struct Access {
    size_t first;
    bool shared = false;
    bool written = false;
  };
  std::map<const void*, Access> accesses;
  for (const Step& step : steps) {
    Access& access = accesses.try_emplace(step.address, Access{step.thread}).first->second;
    access.shared |= access.first != step.thread;
    access.written |= writes(step.operation);
  }
  const size_t before = sites_.size();
  for (const Step& step : steps) {
    const Access& access = accesses.at(step.address);
    if (access.shared && access.written) sites_.emplace(step.thread, step.site.file, step.site.line);
  }
  return sites_.size() != before;
}

Execution::Execution(Program program, Strategy& strategy, const Conflicts& conflicts, uint64_t limit)
    : program_(std::move(program)), strategy_(strategy), conflicts_(conflicts), limit_(limit) {}

bool Execution::run() {
  for (size_t id = 0; id < program_.threads.size(); ++id) {
    threads_.emplace_back([this, id] { body(id); });
    candidates_.push_back(id);
  }
  execution = this;
  self = candidates_[strategy_.thread(candidates_, kMain, true)];
  main_.hand_over_to(threads_[self].fiber);
  execution = nullptr;
  if (!hung_) {
    program_.finally();
    program_ = {};
  }
  return !hung_;
}

void Execution::body(size_t id) {
  try {
    program_.threads[id]();
  } catch (const std::exception& error) {
    fail(error.what());
  }
  threads_[id].state = State::kEnded;
  reschedule(true);
  std::abort();  // nobody resumes what has ended
}

void Execution::announce(const void* address, Operation operation, Site site) {
  if (steps_.size() == limit_) hang("too many operations: a livelock, or a program too long");
  steps_.push_back({self, address, operation, site, false});
  for (Thread& thread : threads_) {
    if (thread.pending == address && (thread.pending_writes || writes(operation))) thread.pending = nullptr;
  }
}

void Execution::point(const void* address, Operation operation, Site site) {
  if (conflicts_.contains(self, site)) {
    if (!fresh_) preempt(address, operation);
    fresh_ = false;
  }
  announce(address, operation, site);
}

void Execution::preempt(const void* address, Operation operation) {
  Thread& thread = threads_[self];
  thread.pending = address;
  thread.pending_writes = writes(operation);
  reschedule(false);
  thread.pending = nullptr;
}

void Execution::done(bool changed) {
  steps_.back().changed = changed;
  if (!changed) return;
  ++changes_;
  ++threads_[self].own;
  fruitless_ = 0;
}

void Execution::relax(Site site) {
  Thread& thread = threads_[self];
  thread.state = State::kSpinning;
  reschedule(true);
  thread.state = State::kReady;
  thread.seen = changes_by_others(self);
  announce(&thread, Operation::kRelax, site);
}

void Execution::sleep(const std::atomic<uint32_t>* word, uint32_t expected, Site site) {
  point(word, Operation::kPark, site);
  Thread& thread = threads_[self];
  while (word->load() == expected) {
    thread.state = State::kAsleep;
    thread.word = word;
    reschedule(true);
  }
}

void Execution::wake(const std::atomic<uint32_t>* word, bool all, Site site) {
  point(word, Operation::kUnpark, site);
  std::vector<Thread*> sleepers;
  for (Thread& thread : threads_) {
    if (thread.state == State::kAsleep && thread.word == word) sleepers.push_back(&thread);
  }
  if (sleepers.empty()) return;
  if (!all) sleepers = {sleepers[strategy_.branch(sleepers.size())]};
  for (Thread* sleeper : sleepers) sleeper->state = State::kReady;
}

void Execution::fail(std::string_view what) {
  if (!failure_.empty()) return;
  failure_ = what;
  failed_at_ = steps_.size();
}

bool Execution::runnable(size_t id) const {
  const Thread& thread = threads_[id];
  return thread.state == State::kReady || (thread.state == State::kSpinning && changes_by_others(id) != thread.seen);
}

void Execution::reschedule(bool yields) {
  candidates_.clear();
  if (runnable(self)) candidates_.push_back(self);
  for (size_t id = 0; id < threads_.size(); ++id) {
    const bool undisturbed = threads_[id].pending != nullptr;
    if (id != self && runnable(id) && (yields || !undisturbed)) candidates_.push_back(id);
  }
  if (!candidates_.empty()) return pass(candidates_[strategy_.thread(candidates_, self, yields)]);

  // Nobody can run but threads that spin: each gets a few turns, for its patience may be limited.
  constexpr uint64_t kPatience = 256;
  for (size_t next = 1; next <= threads_.size(); ++next) {
    const size_t id = (self + next) % threads_.size();
    if (threads_[id].state != State::kSpinning) continue;
    if (++fruitless_ > kPatience * threads_.size()) break;
    return pass(id);
  }
  if (std::ranges::all_of(threads_, [](const Thread& thread) { return thread.state == State::kEnded; })) {
    return pass(kMain);
  }
  hang("deadlock");
}

void Execution::pass(size_t to) {
  const size_t from = self;
  if (to == from) return;
  self = to;
  fresh_ = true;
  threads_[from].fiber.hand_over_to(to == kMain ? main_ : threads_[to].fiber);
}

void Execution::hang(std::string_view what) {
  fail(what);
  hung_ = true;
  pass(kMain);
}

std::string Execution::trace() const {
  std::ostringstream out;
  constexpr size_t kMost = 2000;
  const size_t first = steps_.size() > kMost ? steps_.size() - kMost : 0;
  if (first != 0) out << "  (" << first << " earlier operations)\n";
  for (size_t at = first; at < steps_.size(); ++at) {
    if (at == failed_at_) out << "  failed here: " << failure_ << '\n';
    const Step& step = steps_[at];
    if (!conflicts_.contains(step.thread, step.site) && step.operation != Operation::kRelax) continue;
    out << "  thread " << step.thread << ": " << name(step.operation) << (step.changed ? " (changed)" : "") << " in "
        << step.site.function << " at " << basename(step.site.file) << ':' << step.site.line << '\n';
  }
  for (size_t id = 0; id < threads_.size(); ++id) {
    if (threads_[id].state == State::kAsleep) out << "  thread " << id << " is asleep\n";
    if (threads_[id].state == State::kSpinning) out << "  thread " << id << " spins\n";
  }
  return out.str();
}

}  // namespace heddle::schedule
