// The deformable gather on the GPU: kernels that loop over deform_gather_core.h, one thread an output element with the
// channels fastest, so that a warp reads and writes neighbouring addresses; a sample's gradient, which sums over the
// channels, is one warp's.
//
// Knows no Torch; allocates nothing and waits for nothing: the work is queued on the caller's stream. Sums into the
// gradient of the values are atomic, so their last bits can differ from run to run.
#include "cuda_launch.cuh"
#include "kpt/ops/deform_gather_core.h"

namespace kpt::ops {
namespace {

constexpr int kWarp = 32;

__device__ float WarpSum(float number) {
  for (int distance = kWarp / 2; distance > 0; distance /= 2) {
    number += __shfl_down_sync(0xffffffffu, number, distance);
  }
  return number;
}

__global__ void __launch_bounds__(kThreads)
    ForwardKernel(DeformGatherShape shape, DeformGatherInputs in, DeformGatherOutputs out, std::int64_t elements) {
  for (std::int64_t element = ThreadIndex(); element < elements; element += ThreadCount()) {
    const std::int64_t group = element / shape.channels;
    const std::int64_t channel = element % shape.channels;
    out.gathered[element] = GatherChannel(shape, in, group, channel);
    if (channel == 0) out.inside[group] = GatherInside(shape, in, group);
  }
}

__global__ void __launch_bounds__(kThreads)
    BackwardSamplesKernel(DeformGatherShape shape, DeformGatherInputs in, DeformGatherGradients gradients,
                          std::int64_t samples) {
  const std::int64_t lane = threadIdx.x % kWarp;  // a warp shares its sample, so it runs the loop as one
  for (std::int64_t sample = ThreadIndex() / kWarp; sample < samples; sample += ThreadCount() / kWarp) {
    const SampleGradient part = GatherSampleGradient(shape, in, gradients, sample, lane, kWarp);
    const float attention = WarpSum(part.attention);
    const float x = WarpSum(part.x);
    const float y = WarpSum(part.y);
    if (lane == 0) {
      gradients.attention[sample] = attention;
      gradients.locations[2 * sample] = x;
      gradients.locations[2 * sample + 1] = y;
    }
  }
}

__global__ void __launch_bounds__(kThreads)
    BackwardValuesKernel(DeformGatherShape shape, DeformGatherInputs in, DeformGatherGradients gradients,
                         std::int64_t elements) {
  for (std::int64_t element = ThreadIndex(); element < elements; element += ThreadCount()) {
    ScatterChannel(shape, in, gradients, element / shape.channels, element % shape.channels,
                   [](float *at, float summand) { atomicAdd(at, summand); });
  }
}

}  // namespace

OpStatus DeformGatherCuda(const DeformGatherShape &shape, const DeformGatherInputs &in, const DeformGatherOutputs &out,
                          void *stream) noexcept {
  const OpStatus status = CheckShape(shape);
  if (status != OpStatus::kOk) return status;
  const std::int64_t elements = shape.batch * shape.keypoints * shape.groups * shape.channels;
  ForwardKernel<<<Blocks(elements), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(shape, in, out, elements);
  return LaunchStatus();
}

OpStatus DeformGatherBackwardCuda(const DeformGatherShape &shape, const DeformGatherInputs &in,
                                  const DeformGatherGradients &gradients, void *stream) noexcept {
  OpStatus status = CheckBackwardShape(shape, gradients);
  if (status != OpStatus::kOk) return status;
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  const std::int64_t groups = shape.batch * shape.keypoints * shape.groups;
  const std::int64_t samples = groups * shape.levels * shape.points;
  const unsigned sample_blocks = Blocks(std::min(samples, kMaxBlocks * kThreads) * kWarp);
  BackwardSamplesKernel<<<sample_blocks, kThreads, 0, cuda_stream>>>(shape, in, gradients, samples);
  status = LaunchStatus();
  if (status != OpStatus::kOk || gradients.values == nullptr) return status;
  const std::int64_t elements = groups * shape.channels;
  BackwardValuesKernel<<<Blocks(elements), kThreads, 0, cuda_stream>>>(shape, in, gradients, elements);
  return LaunchStatus();
}

}  // namespace kpt::ops
