// The network's input straight from a video frame: crops, colours and normalisation in one pass of model/ops.
#include <ATen/Parallel.h>

#include "kpt/base/error.h"
#include "kpt/net/fgsa_net.h"

#ifdef KPT_TORCH_CUDA
#include <c10/cuda/CUDAStream.h>
#endif

namespace kpt::net {
namespace {

using torch::Tensor;

void TorchParallelFor(std::int64_t count, std::int64_t grain, ops::RangeBody body, void *context) {
  at::parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) { body(context, begin, end); });
}

ops::OpStatus Cut(const ops::FrameCrops &crops, const ops::CropOutputs &out, const torch::Device &device) {
#ifdef KPT_TORCH_CUDA
  if (device.is_cuda()) return ops::CropFrameCuda(crops, out, c10::cuda::getCurrentCUDAStream(device.index()));
#endif
  if (device.is_cpu()) return ops::CropFrameCpu(crops, out, TorchParallelFor);
  throw Error(ErrorCode::kDevice, "this build cuts no crops on device " + device.str() +
                                      "; build with nvcc and a CUDA LibTorch, or use device=cpu");
}

}  // namespace

Tensor FgsaNetImpl::InputFrom(const ops::FrameCrops &crops, const torch::Device &device) const {
  const std::int64_t size = crops.size;
  const Tensor pixels = torch::empty({crops.count, size, size, 3}, torch::TensorOptions(torch::kFloat).device(device));
  ops::CropOutputs out;
  out.normalised = pixels.data_ptr<float>();
  for (int c = 0; c < ops::kFrameChannels; ++c) {
    out.mean[c] = mean_.data_ptr<float>()[c];
    out.scale[c] = scale_.data_ptr<float>()[c];
  }
  const ops::OpStatus status = Cut(crops, out, device);
  if (status == ops::OpStatus::kCudaError) throw Error(ErrorCode::kDevice, "the GPU failed while it cut crops");
  if (status != ops::OpStatus::kOk) throw Error(ErrorCode::kInternal, "crops of a frame: sizes do not fit together");
  return pixels.permute({0, 3, 1, 2});
}

}  // namespace kpt::net
