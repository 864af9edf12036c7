#include "heddle/collections/change.h"

#include <utility>

namespace heddle {

namespace {

// What it counted for, if it is no more.
ToldBytes let_go(Lifetimes& lifetimes, Stock& stock, Change* change) {
  if (change == nullptr || !change->holders.let_go()) return {};
  const ToldBytes weight = change->weight();
  Change::destroy(lifetimes, stock, change);
  return weight;
}

}  // namespace

bool ChangeSupply::fill(const Need& need) {
  changes_.reserve(need.changes);
  while (changes_.size() < need.changes) {
    Change* change = Change::make(stock_, 1, 1);
    if (change == nullptr) return false;
    changes_.push_back(change);
  }
  const std::size_t links = need.links + more_links_;
  links_.reserve(links);
  while (links_.size() < links) {
    void* memory = stock_.allocate(sizeof(Link));
    if (memory == nullptr) return false;
    links_.push_back(new (memory) Link);
  }
  return true;
}

void ChangeSupply::free_dropped(Lifetimes& lifetimes, Budget& budget) {
  while (Change* change = unheard_) {
    unheard_ = change->next;
    Change::destroy(lifetimes, stock_, change);
  }
  free(lifetimes, budget, stock_, std::exchange(dropped_, nullptr));
}

void ChangeSupply::free(Lifetimes& lifetimes, Budget& budget, Stock& stock, Link* first) {
  if (first == nullptr) return;
  ToldBytes freed;  // the budget is everybody's: once for all
  LinksAhead ahead(first);
  while (first != nullptr) {
    ahead.step();
    Link* next = first->next;
    freed += let_go(lifetimes, stock, first->change);
    freed += let_go(lifetimes, stock, first->since);
    first->~Link();
    stock.give_back(first, sizeof(Link));
    first = next;
  }
  budget.add_heard(freed);
}

void ChangeSupply::give_back(std::size_t kept) {
  for (; changes_.size() > kept; changes_.pop_back()) {
    Change::give_back(stock_, changes_.back());
  }
  for (; links_.size() > kept; links_.pop_back()) {
    links_.back()->~Link();
    stock_.give_back(links_.back(), sizeof(Link));
  }
}

}  // namespace heddle
