// A CUDA driver whose GPU is this machine's memory: enough of libcuda.so.1 for GStreamer's CUDA library to hand out
// contexts and frames, on machines without a GPU. It runs no kernel; functions that nothing here calls fail.
// Built as libcuda.so.1 in a folder that only cuda_frames_test has in LD_LIBRARY_PATH.
#include <cuda.h>

#include <cstdlib>
#include <cstring>

namespace {

char primary, current;

void *AddressOf(CUmemorytype type, const void *host, CUdeviceptr device) {
  return type == CU_MEMORYTYPE_HOST ? const_cast<void *>(host) : reinterpret_cast<void *>(device);
}

}  // namespace

extern "C" {

#define KPT_STUB __attribute__((visibility("default"))) CUresult
KPT_STUB cuInit(unsigned) { return CUDA_SUCCESS; }
KPT_STUB cuDriverGetVersion(int *version) { return *version = 12000, CUDA_SUCCESS; }
KPT_STUB cuGetErrorName(CUresult, const char **text) { return *text = "stub", CUDA_SUCCESS; }
KPT_STUB cuGetErrorString(CUresult, const char **text) { return *text = "stub", CUDA_SUCCESS; }

KPT_STUB cuDeviceGetCount(int *count) { return *count = 1, CUDA_SUCCESS; }
KPT_STUB cuDeviceGet(CUdevice *device, int index) {
  *device = index;
  return index == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}
KPT_STUB cuDeviceGetName(char *name, int length, CUdevice) {
  return std::strncpy(name, "stub", static_cast<std::size_t>(length)), CUDA_SUCCESS;
}
KPT_STUB cuDeviceGetAttribute(int *value, CUdevice_attribute, CUdevice) { return *value = 256, CUDA_SUCCESS; }
KPT_STUB cuDeviceCanAccessPeer(int *can, CUdevice, CUdevice) { return *can = 0, CUDA_SUCCESS; }

KPT_STUB cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice) {
  return *context = reinterpret_cast<CUcontext>(&primary), CUDA_SUCCESS;
}
KPT_STUB cuDevicePrimaryCtxRelease_v2(CUdevice) { return CUDA_SUCCESS; }
KPT_STUB cuCtxCreate_v2(CUcontext *context, unsigned, CUdevice) {
  return *context = reinterpret_cast<CUcontext>(&current), CUDA_SUCCESS;
}
KPT_STUB cuCtxDestroy_v2(CUcontext) { return CUDA_SUCCESS; }
KPT_STUB cuCtxPushCurrent_v2(CUcontext) { return CUDA_SUCCESS; }
KPT_STUB cuCtxPopCurrent_v2(CUcontext *) { return CUDA_SUCCESS; }

KPT_STUB cuMemAlloc_v2(CUdeviceptr *memory, std::size_t bytes) {
  return *memory = reinterpret_cast<CUdeviceptr>(std::calloc(1, bytes)), CUDA_SUCCESS;
}
KPT_STUB cuMemAllocPitch_v2(CUdeviceptr *memory, std::size_t *pitch, std::size_t width, std::size_t height, unsigned) {
  *pitch = (width + 255) / 256 * 256;
  return cuMemAlloc_v2(memory, *pitch * height);
}
KPT_STUB cuMemAllocHost_v2(void **memory, std::size_t bytes) { return *memory = std::calloc(1, bytes), CUDA_SUCCESS; }
KPT_STUB cuMemFree_v2(CUdeviceptr memory) { return std::free(reinterpret_cast<void *>(memory)), CUDA_SUCCESS; }
KPT_STUB cuMemFreeHost(void *memory) { return std::free(memory), CUDA_SUCCESS; }
KPT_STUB cuMemcpy2D_v2(const CUDA_MEMCPY2D *copy) {
  auto *from = static_cast<char *>(AddressOf(copy->srcMemoryType, copy->srcHost, copy->srcDevice));
  auto *to = static_cast<char *>(AddressOf(copy->dstMemoryType, copy->dstHost, copy->dstDevice));
  for (std::size_t row = 0; row < copy->Height; ++row) {
    std::memcpy(to + row * copy->dstPitch, from + row * copy->srcPitch, copy->WidthInBytes);
  }
  return CUDA_SUCCESS;
}
KPT_STUB cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D *copy, CUstream) { return cuMemcpy2D_v2(copy); }
KPT_STUB cuStreamCreate(CUstream *stream, unsigned) { return *stream = nullptr, CUDA_SUCCESS; }
KPT_STUB cuStreamDestroy_v2(CUstream) { return CUDA_SUCCESS; }
KPT_STUB cuStreamSynchronize(CUstream) { return CUDA_SUCCESS; }
}
