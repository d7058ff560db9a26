// See cuda_frames.h. Never run on a GPU: docs/gpu.md says what was checked without one.
#define GST_USE_UNSTABLE_API
#include "cuda_frames.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <gst/cuda/gstcudautils.h>

#include <cstdlib>
#include <mutex>

#include "guard.h"

GST_DEBUG_CATEGORY_EXTERN(gst_keypoint_track_debug);
#define GST_CAT_DEFAULT gst_keypoint_track_debug

namespace kpt::gst {
namespace {

/// The device's number; -1 for one that is none of CUDA's.
int IndexOf(const std::string &device) {
  if (device == "auto" || device == "cuda") return 0;
  return device.rfind("cuda:", 0) == 0 ? std::atoi(device.c_str() + 5) : -1;
}

void Check(cudaError_t error) {
  if (error == cudaSuccess) return;
  throw Error(ErrorCode::kDevice, std::string("device: the GPU failed: ") + cudaGetErrorString(error) + ".");
}

/// A function of the driver that GStreamer's library does not pass on; null where there is none.
template <typename Function>
Function DriverFunction(const char *name) {
  static void *const driver = dlopen("libcuda.so.1", RTLD_LAZY);
  return driver != nullptr ? reinterpret_cast<Function>(dlsym(driver, name)) : nullptr;
}

/// The device's primary context, kept alive, as GStreamer's object and as a driver's handle.
class PrimaryContext {
 public:
  /// None where there is no such device, or no driver.
  static std::unique_ptr<PrimaryContext> Of(int index) {
    if (index < 0 || !gst_cuda_load_library() || CuInit(0) != CUDA_SUCCESS) return nullptr;
    CUdevice device = 0;
    CUcontext handle = nullptr;
    const auto retain = DriverFunction<CUresult (*)(CUcontext *, CUdevice)>("cuDevicePrimaryCtxRetain");
    if (retain == nullptr || CuDeviceGet(&device, index) != CUDA_SUCCESS) return nullptr;
    if (retain(&handle, device) != CUDA_SUCCESS) return nullptr;
    return std::unique_ptr<PrimaryContext>(new PrimaryContext(index, device, handle));
  }
  ~PrimaryContext() {
    if (wrapped_ != nullptr) gst_object_unref(wrapped_);
    const auto release = DriverFunction<CUresult (*)(CUdevice)>("cuDevicePrimaryCtxRelease_v2");
    if (release != nullptr) release(device_);
  }
  PrimaryContext(const PrimaryContext &) = delete;
  PrimaryContext &operator=(const PrimaryContext &) = delete;

  int index() const { return index_; }
  GstCudaContext *wrapped() const { return wrapped_; }

  /// GStreamer may wrap one context in several objects.
  bool Is(GstCudaContext *other) const {
    return other == wrapped_ || gst_cuda_context_get_handle(other) == gst_cuda_context_get_handle(wrapped_);
  }

 private:
  PrimaryContext(int index, CUdevice device, CUcontext handle)
      : index_(index), device_(device), wrapped_(gst_cuda_context_new_wrapped(handle, device)) {}

  int index_;
  CUdevice device_;
  GstCudaContext *wrapped_;
};

GstCudaMemory *CudaMemoryOf(GstBuffer *buffer) {
  GstMemory *memory = gst_buffer_n_memory(buffer) > 0 ? gst_buffer_peek_memory(buffer, 0) : nullptr;
  return memory != nullptr && gst_is_cuda_memory(memory) ? GST_CUDA_MEMORY_CAST(memory) : nullptr;
}

}  // namespace

struct CudaFrames::Device {
  std::mutex mutex;  ///< guards `primary`, which neighbours ask for from their threads
  std::unique_ptr<PrimaryContext> primary;
  PrimaryContext *in_use = nullptr;  ///< streaming thread's; null: the network is on the CPU
  cudaStream_t stream = nullptr;
  bool copy_was_said = false;

  /// Null where there is no such device. Neighbours may go on using one that was offered before.
  PrimaryContext *Primary(int index) {
    if (index < 0) return nullptr;
    const std::lock_guard lock(mutex);
    if (primary == nullptr || primary->index() != index) primary = PrimaryContext::Of(index);
    return primary.get();
  }
  void Release() {
    if (stream != nullptr) cudaStreamDestroy(stream);
    stream = nullptr;
    in_use = nullptr;
    copy_was_said = false;
  }
};

GstCaps *TrackCaps() {
  return gst_caps_from_string(GST_VIDEO_CAPS_MAKE_WITH_FEATURES(
      GST_CAPS_FEATURE_MEMORY_CUDA_MEMORY, KPT_VIDEO_FORMATS) ";" GST_VIDEO_CAPS_MAKE(KPT_VIDEO_FORMATS));
}

CudaFrames::CudaFrames() : device_(std::make_unique<Device>()) {}
CudaFrames::~CudaFrames() { device_->Release(); }

bool CudaFrames::AnswerContextQuery(GstElement *element, GstQuery *query, const std::string &device) {
  const gchar *type = nullptr;
  if (!gst_query_parse_context_type(query, &type) || g_strcmp0(type, GST_CUDA_CONTEXT_TYPE) != 0) return false;
  PrimaryContext *primary = device_->Primary(IndexOf(device));
  return primary != nullptr && gst_cuda_handle_context_query(element, query, primary->wrapped());
}

void CudaFrames::Use(const std::string &device) {
  device_->Release();
  device_->in_use = device_->Primary(IndexOf(device));
  if (device_->in_use == nullptr) return;
  const Scope scope(*this);
  Check(cudaStreamCreateWithFlags(&device_->stream, cudaStreamNonBlocking));
}

FrameMapping CudaFrames::MappingOf(GstElement *element, GstBuffer *buffer) {
  GstCudaMemory *memory = CudaMemoryOf(buffer);
  if (memory == nullptr || device_->in_use == nullptr) return {};
  if (!device_->in_use->Is(memory->context)) {
    if (!device_->copy_was_said) {
      PostSettingsWarning(element,
                          "Frames arrive in another CUDA context than the network's, and each is copied through system "
                          "memory. Let the elements take this one's context: set none on the pipeline yourself.",
                          "at the first frame");
    }
    device_->copy_was_said = true;
    return {};
  }
#ifdef KPT_GST_CUDA_HAS_STREAMS
  gst_cuda_memory_sync(memory);  // from 1.24 on who writes a frame does not wait for the GPU before passing it on
#endif
  return {GST_MAP_CUDA, FrameMemory::kCuda, device_->stream};
}

std::string CudaFrames::PathOf(const GstCaps *caps) const {
  const GstCapsFeatures *features = gst_caps_get_features(caps, 0);
  if (features == nullptr || !gst_caps_features_contains(features, GST_CAPS_FEATURE_MEMORY_CUDA_MEMORY)) {
    return kHostPath;
  }
  return device_->in_use != nullptr ? "GPU memory, zero-copy" : "GPU memory, copied to system memory for the CPU";
}

CudaFrames::Scope::Scope(CudaFrames &frames) : frames_(frames) {
  PrimaryContext *primary = frames_.device_->in_use;
  pushed_ = primary != nullptr && gst_cuda_context_push(primary->wrapped());
}

CudaFrames::Scope::~Scope() {
  if (pushed_) gst_cuda_context_pop(nullptr);
}

}  // namespace kpt::gst
