// Multi-scale deformable gather: the sampling half of the attention of the specification (section 6), which samples
// RAW features first and projects afterwards. For each batch item b, keypoint k and group m (a side head and one of its
// attention heads) it sums bilinear samples of the feature maps, weighted by the attention:
//
//   gathered[b,k,m,c] = sum over level t, point p, corner: attention[b,k,m,t,p] * bilinear * values[b, cell, c]
//   inside[b,k,m]     = the same sum with values = 1 (zero padding: the projection's bias counts only inside the maps)
//
// A location that is not finite lies outside, like any other that is off the map, and gathers nothing. Every entry
// checks the shape first and touches no memory where it is bad. On the CPU the result does not depend on the threads.
//
// Knows raw pointers and sizes; no Torch, no threads of its own, no allocation. Called by model/net/torch_ops.
#pragma once

#include <cstdint>

#include "kpt/ops/parallel.h"
#include "kpt/ops/status.h"

namespace kpt::ops {

inline constexpr int kMaxLevels = 8;

/// Sizes of one gather. All tensors are dense row-major float32 in the shapes below.
struct DeformGatherShape {
  std::int64_t batch = 0;      ///< B
  std::int64_t keypoints = 0;  ///< K
  std::int64_t groups = 0;     ///< G: side heads times attention heads
  std::int64_t levels = 0;     ///< T, at most kMaxLevels
  std::int64_t points = 0;     ///< P: samples a group and level
  std::int64_t channels = 0;   ///< C of the raw features
  std::int64_t cells = 0;      ///< N: sum over levels of height * width
  std::int32_t height[kMaxLevels] = {};
  std::int32_t width[kMaxLevels] = {};
  /// Elements from one batch item of `values` to the next: N * C, or 0 where all batch items share one pyramid.
  std::int64_t values_batch_stride = 0;
};

struct DeformGatherInputs {
  const float *values = nullptr;     ///< [B, N, C], levels concatenated in order, each row-major over (y, x)
  const float *locations = nullptr;  ///< [B, K, G, T, P, 2] as (x, y) in [0, 1] over the map; may lie outside
  const float *attention = nullptr;  ///< [B, K, G, T, P]
};

struct DeformGatherOutputs {
  float *gathered = nullptr;  ///< [B, K, G, C]
  float *inside = nullptr;    ///< [B, K, G]
};

/// Gradients of the loss with respect to the outputs and inputs. `values` is ADDED to (zero it first; it must not be a
/// shared pyramid: values_batch_stride = N * C) and may be null where it is not needed; the others are overwritten.
struct DeformGatherGradients {
  const float *gathered = nullptr;  ///< [B, K, G, C]
  const float *inside = nullptr;    ///< [B, K, G]
  float *values = nullptr;          ///< [B, N, C]
  float *locations = nullptr;       ///< [B, K, G, T, P, 2]
  float *attention = nullptr;       ///< [B, K, G, T, P]
};

/// Returns kBadShape where a size is not positive, there are too many levels, the maps' cells do not add up to N, the
/// batch stride is neither N * C nor 0, or a tensor would not fit into the address space.
OpStatus CheckShape(const DeformGatherShape &shape) noexcept;

/// The same for the backward pass: also kBadShape where the gradient of a shared pyramid is asked for.
OpStatus CheckBackwardShape(const DeformGatherShape &shape, const DeformGatherGradients &gradients) noexcept;

OpStatus DeformGatherCpu(const DeformGatherShape &, const DeformGatherInputs &, const DeformGatherOutputs &,
                         ParallelFor parallel) noexcept;
OpStatus DeformGatherBackwardCpu(const DeformGatherShape &, const DeformGatherInputs &, const DeformGatherGradients &,
                                 ParallelFor parallel) noexcept;

/// The same on the GPU; pointers are device pointers, `stream` is a cudaStream_t. Present only in CUDA builds.
OpStatus DeformGatherCuda(const DeformGatherShape &, const DeformGatherInputs &, const DeformGatherOutputs &,
                          void *stream) noexcept;
OpStatus DeformGatherBackwardCuda(const DeformGatherShape &, const DeformGatherInputs &, const DeformGatherGradients &,
                                  void *stream) noexcept;

}  // namespace kpt::ops
