// Reads PyTorch checkpoints (.pth) as data: the zip layout of PyTorch >= 1.6 and the older plain-pickle layout. A small
// pickle machine that knows tensors, numbers, strings and containers; anything else becomes an opaque value that is
// skipped. It calls nothing that the file names. Plain C++, no Torch. Called by `kpt convert`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kpt/net/safetensors.h"

namespace kpt::net {

/// The tensors of a checkpoint by name: those of its `state_dict` entry where it has one, else of the top level. A
/// `module.` prefix is removed. Non-tensor entries are ignored. Non-contiguous tensors are made dense.
struct PthCheckpoint {
  struct Tensor {
    ElementType type;
    std::vector<std::int64_t> shape;
    std::vector<std::uint8_t> bytes;  ///< row-major
  };
  std::map<std::string, Tensor> tensors;
};

/// Throws Error: kNotFound, or kModel (truncated, not a checkpoint, hostile sizes), naming the file and the place in
/// it. Holds the file in memory while it reads; the tensors together take at most 16 times its size (shared or expanded
/// ones are written out), the pickle's values about 100 MB at most.
PthCheckpoint ReadPth(const std::string &path);

}  // namespace kpt::net
