// Memory of the GPU and a stream, for the comparisons: what is on the host goes there and comes back.
// Used by the files of this folder.
#pragma once

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace kpt::gpu {

/// Skips the test where there is no GPU. A run that skips says nothing.
#define KPT_NEEDS_GPU()                                                                    \
  do {                                                                                     \
    int count = 0;                                                                         \
    if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) GTEST_SKIP() << "no GPU"; \
  } while (false)

template <typename T>
class OnGpu {
 public:
  explicit OnGpu(const std::vector<T> &host) : count_(host.size()) {
    EXPECT_EQ(cudaMalloc(reinterpret_cast<void **>(&device_), count_ * sizeof(T)), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(device_, host.data(), count_ * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }
  ~OnGpu() { cudaFree(device_); }
  OnGpu(const OnGpu &) = delete;
  OnGpu &operator=(const OnGpu &) = delete;

  T *data() { return device_; }
  /// Waits for everything that was queued.
  std::vector<T> Fetch() const {
    std::vector<T> host(count_);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(host.data(), device_, count_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
    return host;
  }

 private:
  std::size_t count_;
  T *device_ = nullptr;
};

class Stream {
 public:
  Stream() { EXPECT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream &) = delete;
  Stream &operator=(const Stream &) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Milliseconds of GPU time that `work` takes on the stream: the mean of many runs, after a few that do not count.
template <typename Work>
float MeanMs(const Stream &stream, const Work &work) {
  constexpr int kWarmUps = 10, kRuns = 100;
  for (int i = 0; i < kWarmUps; ++i) work();
  cudaEvent_t begin, end;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  cudaEventRecord(begin, stream.get());
  for (int i = 0; i < kRuns; ++i) work();
  cudaEventRecord(end, stream.get());
  cudaEventSynchronize(end);
  float ms = 0;
  cudaEventElapsedTime(&ms, begin, end);
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return ms / kRuns;
}

}  // namespace kpt::gpu
