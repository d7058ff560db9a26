// Runs a pickle as data: containers, numbers and text become values; whatever the pickle would call or build becomes a
// value that only remembers what it was to be called with. Nothing is ever looked up or called.
// Knows nothing of tensors and checkpoints. Called by checkpoint_pth.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "byte_reader.h"

namespace kpt::net {

struct PickleValue {
  enum class Kind { kNone, kBool, kInt, kText, kTuple, kList, kDict, kGlobal, kObject, kPersistent, kOpaque };

  Kind kind = Kind::kOpaque;
  std::int64_t integer = 0;  ///< of kInt and kBool
  std::string
      text;  ///< of kText; "module.name" of kGlobal; the bytes, lowest first, of an integer beyond 64 bits (kOpaque)
  std::vector<const PickleValue *> items;  ///< of kTuple and kList; key, value, key, value ... of kDict and kObject
  const PickleValue *callee = nullptr;     ///< of kObject: what it is made by
  const PickleValue *arguments = nullptr;  ///< of kObject; the id of kPersistent

  /// Keys and values of a dictionary, or of an object that is filled like one; nothing of any other value.
  std::vector<std::pair<const PickleValue *, const PickleValue *>> Entries() const;
  /// The value to a text key among the entries; null where there is none.
  const PickleValue *Find(std::string_view key) const;
  /// Made by a call of the global with this name.
  bool IsObjectOf(std::string_view global) const;
};

/// A pickle's values, which point to each other and live as long as this object.
class Pickle {
 public:
  /// Runs the pickle at the reader's position, to behind its end. Throws Error(kModel) naming the byte for a truncated,
  /// senseless or absurdly large one; memory stays within a small multiple of its length and about 100 MB.
  explicit Pickle(ByteReader *reader);
  Pickle(const Pickle &) = delete;
  Pickle &operator=(const Pickle &) = delete;

  const PickleValue &root() const { return *root_; }
  /// All values that the pickle leaves to its reader by an id: for PyTorch, the storages.
  const std::vector<const PickleValue *> &persistent() const { return persistent_; }

 private:
  std::deque<PickleValue> values_;  // pointers into it stay valid
  std::vector<const PickleValue *> persistent_;
  const PickleValue *root_ = nullptr;

  friend class PickleMachine;
};

}  // namespace kpt::net
