// Commit: what it does to arrays.
#include <algorithm>
#include <utility>

#include "plan.h"
#include "steps.h"

namespace heddle {

Status Commit::prepare_list_write(Write& write, Plan& plan, Touched& touched) {
  using Kind = Write::Kind;
  touched.members_may_change = true;
  switch (write.kind) {
    case Kind::kRemove:
      ++touched.may_change;
      return Status::kOk;
    case Kind::kSet:
      ++touched.may_set;
      break;
    case Kind::kInsert:
      if (!continues(write)) ++touched.may_change;
      break;
    case Kind::kAppend:
      ++touched.may_append;
      break;
    default:
      return Status::kBadRequest;
  }
  if (write.kind == Kind::kInsert) ++touched.may_insert;
  if (plan.version == nullptr) plan.version = store_.make_version(thread_.epoch.stock, write);
  return plan.version == nullptr ? Status::kOutOfMemory : Status::kOk;
}

// Whether it is next to what the write before it inserts.
bool Commit::continues(const Write& write) const {
  if (&write == request_.writes.data()) return false;
  const Write& before = *(&write - 1);
  return before.kind == Write::Kind::kInsert && before.collection == write.collection &&
         before.index + 1 == write.index;
}

void Commit::replace_element(Touched& touched, const Version& element) {
  touched.memory_delta -= item_cost(element);
  replaced_ += List::kSlotBytes + static_cast<std::int64_t>(element.footprint());
}

// Of the elements [from, to), which a removal takes away, some were set by the same commit: these go, not what they
// have replaced, which has gone already.
void Commit::take_set_elements_for_old(Touched& touched, const Write& removal, std::uint64_t from, std::uint64_t to) {
  const List& list = *touched.era->list;
  for (std::size_t i = 0; &request_.writes[i] != &removal; ++i) {
    const Write& set = request_.writes[i];
    if (set.kind != Write::Kind::kSet || plans_[i].touched != plans_[&removal - request_.writes.data()].touched)
      continue;
    if (set.index < from || set.index >= to) continue;
    const Version& old = *List::at(list.root(), set.index);
    const Version& element = *plans_[i].version;
    touched.memory_delta += item_cost(old) - item_cost(element);
    replaced_ += static_cast<std::int64_t>(element.footprint()) - static_cast<std::int64_t>(old.footprint());
  }
}

Status Commit::resolve_list_write(Write& write, Plan& plan, Touched& touched) {
  using Kind = Write::Kind;
  const List& list = *touched.era->list;
  const bool appends = write.kind == Kind::kAppend || (write.kind == Kind::kSet && write.index == touched.length);
  if (write.kind == Kind::kSet && !appends) {
    const bool first = touched.length == list.size() && touched.removed == 0;  // of what the commit does
    if (!first || write.index < touched.next_set || write.index >= list.size()) return Status::kOutOfRange;
    touched.next_set = write.index + 1;
    replace_element(touched, *List::at(list.root(), write.index));
  } else if (write.kind == Kind::kRemove || write.kind == Kind::kInsert) {
    const std::uint64_t count = write.kind == Kind::kRemove ? write.count : 0;
    if (write.index < touched.settled || write.index > touched.length || count > touched.length - write.index ||
        touched.appends > 0) {
      return Status::kOutOfRange;
    }
    touched.settled = write.index + 1 - (count > 0 ? 1 : 0);
    const std::uint64_t from = write.index - touched.inserted + touched.removed;
    List::walk(list.root(), from, from + count, [&](const Version& item) {
      replace_element(touched, item);
      return true;
    });
    if (from < touched.next_set) take_set_elements_for_old(touched, write, from, from + count);
    touched.removed += count;
    touched.size_delta -= static_cast<std::int64_t>(count);
    touched.length -= count;
  }
  plan.effect = Plan::Effect::kList;
  touched.members_change = touched.changes = true;
  if (write.kind == Kind::kRemove) return Status::kOk;
  if (appends) ++touched.appends;
  if (write.kind == Kind::kInsert) ++touched.inserted;
  if (appends || write.kind == Kind::kInsert) {
    ++touched.length;
    ++touched.size_delta;
  }
  plan.length = touched.length;
  touched.memory_delta += item_cost(*plan.version);
  linked_ += List::kSlotBytes + static_cast<std::int64_t>(plan.version->footprint());
  outside_ += static_cast<std::int64_t>(plan.version->outside_size());
  sets_ = true;
  return Status::kOk;
}

// Nodes that all arrays together may take from the thread's supply.
std::size_t Commit::needed_nodes() const {
  std::size_t nodes = 0;
  for (const Touched& touched : buffers_.touched) {
    if (!touched.collection->is_list) continue;
    nodes += touched.era->list->need(touched.may_set, touched.may_change, touched.may_insert,
                                     touched.may_append + touched.may_set);  // a set may turn out to append
  }
  return nodes;
}

void Commit::install_lists(Seq commit) {
  for (std::size_t t = 0; t < buffers_.touched.size(); ++t) {
    Touched& touched = buffers_.touched[t];
    if (!touched.collection->is_list) continue;
    List::Edit edit(*touched.era->list, commit, thread_.nodes, touched.dead);
    Change* told = nullptr;
    for (std::size_t i = 0; i < request_.writes.size(); ++i) {
      if (plans_[i].touched != t || plans_[i].effect != Plan::Effect::kList) continue;
      if (plans_[i].change != nullptr && touched.watched != nullptr) {
        if (told != nullptr) tell_splice(touched, *told, commit);
        told = std::exchange(plans_[i].change, nullptr);
        told->kind = Change::Kind::kSplice;
        told->place = request_.writes[i].kind == Write::Kind::kAppend ? edit.size() : request_.writes[i].index;
      }
      install_list_write(request_.writes[i], plans_[i], edit, commit, told);
    }
    if (told != nullptr) tell_splice(touched, *told, commit);
    if (touched.watched != nullptr) tell_places(touched, commit);
    store_.budget.add(edit.made());
  }
}

void Commit::install_list_write(const Write& write, Plan& plan, List::Edit& edit, Seq commit, Change* told) {
  const List::Root& root = buffers_.touched[plan.touched].era->list->root();
  if (write.kind == Write::Kind::kRemove) {
    if (told != nullptr) {
      List::walk(root, write.index, write.index + write.count, [&](const Version& item) {
        told->tell_before(item);
        return true;
      });
    }
    return edit.remove(write.index, write.count);
  }
  Version* item = std::exchange(plan.version, nullptr);
  item->begin = commit;
  item->order = ++buffers_.touched[plan.touched].collection->serials;
  if (told != nullptr) {
    if (write.kind == Write::Kind::kSet && write.index < edit.size()) {
      told->kind = Change::Kind::kSet;
      told->tell_before(*List::at(root, write.index));
    }
    told->tell_after(*item);
  }
  switch (write.kind) {
    case Write::Kind::kInsert:
      return edit.insert(write.index, item);
    case Write::Kind::kSet:
      return write.index == edit.size() ? edit.append(item) : edit.set(write.index, item);
    default:
      return edit.append(item);
  }
}

}  // namespace heddle
