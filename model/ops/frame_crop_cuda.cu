// Crops of frames on the GPU: kernels that loop over frame_crop_core.h, one thread a pixel, so that a warp writes
// neighbouring pixels. What is to be done travels as the kernel's argument: nothing is copied to the device first.
//
// Allocates nothing and waits for nothing: the work is queued on the caller's stream.
#include "cuda_launch.cuh"
#include "kpt/ops/frame_crop_core.h"

namespace kpt::ops {
namespace {

static_assert(sizeof(FrameCrops) + sizeof(CropOutputs) <= 4096, "a kernel's arguments have 4 KiB");

__global__ void __launch_bounds__(kThreads)
    CropKernel(const __grid_constant__ FrameCrops crops, CropOutputs out, std::int64_t pixels) {
  for (std::int64_t pixel = ThreadIndex(); pixel < pixels; pixel += ThreadCount()) WriteCropPixel(crops, out, pixel);
}

__global__ void __launch_bounds__(kThreads)
    GreyKernel(const __grid_constant__ GreyPart part, std::uint8_t *grey, std::int64_t pixels) {
  for (std::int64_t pixel = ThreadIndex(); pixel < pixels; pixel += ThreadCount()) grey[pixel] = GreyPixel(part, pixel);
}

}  // namespace

OpStatus CropFrameCuda(const FrameCrops &crops, const CropOutputs &out, void *stream) noexcept {
  const OpStatus status = CheckCrops(crops);
  if (status != OpStatus::kOk) return status;
  const std::int64_t pixels = std::int64_t{crops.count} * crops.size * crops.size;
  CropKernel<<<Blocks(pixels), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(crops, out, pixels);
  return LaunchStatus();
}

OpStatus GreyOfFrameCuda(const GreyPart &part, std::uint8_t *grey, void *stream) noexcept {
  const OpStatus status = CheckGrey(part);
  if (status != OpStatus::kOk) return status;
  const std::int64_t pixels = std::int64_t{part.columns} * part.rows;
  GreyKernel<<<Blocks(pixels), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(part, grey, pixels);
  return LaunchStatus();
}

}  // namespace kpt::ops
