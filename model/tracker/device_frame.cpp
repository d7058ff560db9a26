#include "device_frame.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

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

/// Memory that grows where it is too small, and is given back by `Release`.
template <cudaError_t (*Allocate)(void **, std::size_t), cudaError_t (*Release)(void *)>
class Memory {
 public:
  Memory() = default;
  Memory(Memory &&other) noexcept
      : bytes_(std::exchange(other.bytes_, 0)), memory_(std::exchange(other.memory_, nullptr)) {}
  Memory &operator=(Memory &&) = delete;
  ~Memory() { Release(memory_); }

  std::uint8_t *Room(std::size_t bytes) {
    if (bytes > bytes_) {
      Release(std::exchange(memory_, nullptr));
      bytes_ = 0;
      Check(Allocate(&memory_, bytes));
      bytes_ = bytes;
    }
    return static_cast<std::uint8_t *>(memory_);
  }

 private:
  std::size_t bytes_ = 0;
  void *memory_ = nullptr;
};

cudaError_t AllocateOnDevice(void **memory, std::size_t bytes) { return cudaMalloc(memory, bytes); }
cudaError_t AllocatePinned(void **memory, std::size_t bytes) { return cudaMallocHost(memory, bytes); }

/// Where a grey part arrives; pinned, since a copy to other memory waits.
struct Slot {
  Slot() { Check(cudaEventCreateWithFlags(&arrived, cudaEventDisableTiming)); }
  Slot(Slot &&other) noexcept
      : arrived(std::exchange(other.arrived, nullptr)), bytes(other.bytes), memory(std::move(other.memory)) {}
  Slot &operator=(Slot &&) = delete;
  ~Slot() {
    if (arrived != nullptr) cudaEventDestroy(arrived);
  }

  cudaEvent_t arrived = nullptr;
  std::size_t bytes = 0;
  Memory<AllocatePinned, cudaFreeHost> memory;
};

}  // namespace

struct DeviceFrameReader::Buffers {
  Memory<AllocateOnDevice, cudaFree> device;  ///< for one result at a time: those of a stream follow each other
  std::vector<Slot> slots;
};

DeviceFrameReader::DeviceFrameReader() : buffers_(std::make_unique<Buffers>()) {}
DeviceFrameReader::~DeviceFrameReader() = default;

void DeviceFrameReader::Crop(const FrameView &frame, const ops::Placement &crop_from_frame, int size,
                             std::uint8_t *rgb) {
  const auto stream = static_cast<cudaStream_t>(frame.cuda_stream);
  ops::FrameCrops crops;
  crops.frame = ChannelsOf(frame);
  crops.size = size;
  Check(ops::AddCrop(crop_from_frame, &crops));
  const std::size_t bytes = static_cast<std::size_t>(size) * size * ops::kFrameChannels;
  ops::CropOutputs out;
  out.rgb = buffers_->device.Room(bytes);
  Check(ops::CropFrameCuda(crops, out, stream));
  Check(cudaMemcpyAsync(rgb, out.rgb, bytes, cudaMemcpyDeviceToHost, stream));
  Check(cudaStreamSynchronize(stream));
}

void DeviceFrameReader::QueueGrey(const FrameView &frame, ops::GreyPart part, std::size_t slot) {
  const auto stream = static_cast<cudaStream_t>(frame.cuda_stream);
  part.frame = ChannelsOf(frame);
  while (buffers_->slots.size() <= slot) buffers_->slots.emplace_back();
  Slot &into = buffers_->slots[slot];
  into.bytes = static_cast<std::size_t>(part.columns) * part.rows;
  std::uint8_t *pinned = into.memory.Room(into.bytes);
  std::uint8_t *device = buffers_->device.Room(into.bytes);
  Check(ops::GreyOfFrameCuda(part, device, stream));
  Check(cudaMemcpyAsync(pinned, device, into.bytes, cudaMemcpyDeviceToHost, stream));
  Check(cudaEventRecord(into.arrived, stream));
}

void DeviceFrameReader::TakeGrey(std::size_t slot, std::uint8_t *grey) {
  Slot &from = buffers_->slots.at(slot);
  Check(cudaEventSynchronize(from.arrived));
  std::memcpy(grey, from.memory.Room(from.bytes), from.bytes);
}

#else

namespace {

[[noreturn]] void ThrowNoCuda() {
  throw Error(ErrorCode::kDevice, "frame.memory: this build reads no frames in GPU memory; it was made without nvcc.");
}

}  // namespace

struct DeviceFrameReader::Buffers {};

DeviceFrameReader::DeviceFrameReader() = default;
DeviceFrameReader::~DeviceFrameReader() = default;
void DeviceFrameReader::Crop(const FrameView &, const ops::Placement &, int, std::uint8_t *) { ThrowNoCuda(); }
void DeviceFrameReader::QueueGrey(const FrameView &, ops::GreyPart, std::size_t) { ThrowNoCuda(); }
void DeviceFrameReader::TakeGrey(std::size_t, std::uint8_t *) { ThrowNoCuda(); }

#endif

}  // namespace kpt
