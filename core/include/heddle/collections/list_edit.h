// What a commit does to a list.
#pragma once

#include "heddle/collections/list.h"

namespace heddle {

// All inside the section. Allocates nothing: `need` has said how many nodes the supply must have. O(log size) each, and
// nearly O(1) for the next element of a run.
class List::Edit {
 public:
  Edit(List& list, Seq commit, Supply& supply, Dead& dead)
      : list_(list), root_(list.root_), commit_(commit), supply_(supply), dead_(dead) {}
  ~Edit() { list_.height_.store(root_.height, std::memory_order_relaxed); }
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;

  void append(Version* item);
  void set(std::uint64_t index, Version* item);
  void insert(std::uint64_t index, Version* item);
  void remove(std::uint64_t index, std::uint64_t count);

  [[nodiscard]] std::uint64_t size() const { return root_.size; }
  // Bytes of nodes that were made.
  [[nodiscard]] std::int64_t made() const { return made_; }

 private:
  struct Children;
  struct Grown {
    Node* node;
    Node* more = nullptr;  // the rest of it, to the right
    std::uint64_t more_size = 0;
  };

  Node* make();
  Node* own(Node* node);
  void kill(Version* item);
  void kill(Node* node, unsigned height);
  void kill_node(Node* node);
  bool append_in_place(Version* item);
  Node* chain(unsigned height, Version* item);
  Node* set(Node* node, unsigned height, std::uint64_t index, Version* item);
  Grown insert(Node* node, unsigned height, std::uint64_t size, std::uint64_t index, Version* item);
  Grown insert_into_leaf(Node* node, unsigned index, Version* item);
  Node* remove(Node* node, unsigned height, std::uint64_t size, std::uint64_t from, std::uint64_t to);
  Node* remove_from_leaf(Node* node, std::uint64_t from, std::uint64_t to);
  void merge(Children& children, unsigned left, unsigned height);

  List& list_;
  Root& root_;
  const Seq commit_;
  Supply& supply_;
  Dead& dead_;
  std::int64_t made_ = 0;
};

}  // namespace heddle
