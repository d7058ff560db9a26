// What our kernels' launches share: how many blocks, which element is a thread's, what became of it.
// Included by the .cu files of this folder alone.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "kpt/ops/status.h"

namespace kpt::ops {

constexpr int kThreads = 256;
constexpr std::int64_t kMaxBlocks = 65535;  // beyond it the loops in the kernels take further turns

__device__ inline std::int64_t ThreadIndex() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline std::int64_t ThreadCount() { return static_cast<std::int64_t>(gridDim.x) * blockDim.x; }

inline unsigned Blocks(std::int64_t threads) {
  return static_cast<unsigned>(std::min((threads + kThreads - 1) / kThreads, kMaxBlocks));
}

/// Of the launches since the last call; asking clears it.
inline OpStatus LaunchStatus() { return cudaGetLastError() == cudaSuccess ? OpStatus::kOk : OpStatus::kCudaError; }

}  // namespace kpt::ops
