// Tensors in a checkpoint's pickle: recognised by what rebuilds them, gathered from their storages into dense bytes.
// Knows nothing of the file's layout. Called by checkpoint_pth.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kpt/net/checkpoint_pth.h"
#include "pickle_machine.h"

namespace kpt::net {

/// A storage as the pickle describes it: a run of elements under a key.
struct StorageId {
  std::string type;  ///< the global's name, "torch.FloatStorage"
  std::string key;
  std::int64_t elements = 0;
  std::int64_t view_offset = 0;  ///< of old files: where this storage starts in the one under the key
};

/// Reads the id of a persistent value. Throws Error(kModel) where it is none of a storage.
StorageId ReadStorageId(const PickleValue &persistent, const std::string &place);

/// Bytes of one element of a storage, also of types that no tensor here may have. Throws Error(kModel) for an unknown
/// type.
std::uint64_t StorageElementSize(const StorageId &id, const std::string &place);

/// The rebuilt tensor in `value`, looking through a parameter; null where it is anything else.
const PickleValue *FindTensor(const PickleValue &value);

/// Makes tensors dense. What it makes from one file, all tensors together, stays within a small multiple of the file's
/// size, whatever strides and sizes the file claims.
class TensorGatherer {
 public:
  /// `bytes_of` gives a storage's bytes by its id.
  TensorGatherer(std::uint64_t file_bytes, std::function<std::string_view(const StorageId &)> bytes_of);

  /// `tensor` comes from FindTensor; `place` names file and tensor in errors, which are Error(kModel).
  PthCheckpoint::Tensor Gather(const PickleValue &tensor, const std::string &place);

 private:
  std::uint64_t bytes_left_;
  std::function<std::string_view(const StorageId &)> bytes_of_;
};

}  // namespace kpt::net
