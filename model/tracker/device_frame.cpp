#include "device_frame.h"

#include <string>

#include "frame_channels.h"
#include "kpt/base/error.h"

#ifdef KPT_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace kpt {

#ifdef KPT_WITH_CUDA
namespace {

void Check(cudaError_t error) {
  if (error == cudaSuccess) return;
  throw Error(error == cudaErrorMemoryAllocation ? ErrorCode::kOutOfMemory : ErrorCode::kDevice,
              std::string("the GPU failed while a frame was read: ") + cudaGetErrorString(error) + ".");
}

void Check(ops::OpStatus status) {
  if (status == ops::OpStatus::kOk) return;
  if (status == ops::OpStatus::kCudaError) throw Error(ErrorCode::kDevice, "the GPU failed while a frame was read.");
  throw Error(ErrorCode::kInternal, "device frame: sizes do not fit together.");
}

void Fetch(const std::uint8_t *device, std::size_t bytes, void *stream, std::uint8_t *host) {
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  Check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, cuda_stream));
  Check(cudaStreamSynchronize(cuda_stream));
}

}  // namespace

void DeviceFrameReader::Free::operator()(std::uint8_t *device) const noexcept { cudaFree(device); }

std::uint8_t *DeviceFrameReader::Room(std::size_t bytes) {
  if (bytes > room_) {
    device_.reset();
    room_ = 0;
    void *memory = nullptr;
    Check(cudaMalloc(&memory, bytes));
    device_.reset(static_cast<std::uint8_t *>(memory));
    room_ = bytes;
  }
  return device_.get();
}

void DeviceFrameReader::Crop(const FrameView &frame, const ops::Placement &crop_from_frame, int size,
                             std::uint8_t *rgb) {
  ops::FrameCrops crops;
  crops.frame = ChannelsOf(frame);
  crops.size = size;
  Check(ops::AddCrop(crop_from_frame, &crops));
  const std::size_t bytes = static_cast<std::size_t>(size) * size * ops::kFrameChannels;
  ops::CropOutputs out;
  out.rgb = Room(bytes);
  Check(ops::CropFrameCuda(crops, out, frame.cuda_stream));
  Fetch(out.rgb, bytes, frame.cuda_stream, rgb);
}

void DeviceFrameReader::Grey(const FrameView &frame, ops::GreyPart part, std::uint8_t *grey) {
  part.frame = ChannelsOf(frame);
  const std::size_t bytes = static_cast<std::size_t>(part.columns) * part.rows;
  std::uint8_t *device = Room(bytes);
  Check(ops::GreyOfFrameCuda(part, device, frame.cuda_stream));
  Fetch(device, bytes, frame.cuda_stream, grey);
}

#else

namespace {

[[noreturn]] void ThrowNoCuda() {
  throw Error(ErrorCode::kDevice, "frame.memory: this build reads no frames in GPU memory; it was made without nvcc.");
}

}  // namespace

void DeviceFrameReader::Free::operator()(std::uint8_t *) const noexcept {}
std::uint8_t *DeviceFrameReader::Room(std::size_t) { ThrowNoCuda(); }
void DeviceFrameReader::Crop(const FrameView &, const ops::Placement &, int, std::uint8_t *) { ThrowNoCuda(); }
void DeviceFrameReader::Grey(const FrameView &, ops::GreyPart, std::uint8_t *) { ThrowNoCuda(); }

#endif

}  // namespace kpt
