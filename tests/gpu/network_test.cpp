// The network from a frame's memory to points, on the GPU against the CPU, without a wait in between; and how long it
// takes. Random weights: the comparison needs no file. KPT_GPU_MODEL names a safetensors file to use instead.
#include <c10/core/InferenceMode.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "kpt/net/fgsa_net.h"
#include "kpt/net/weights.h"
#include "random_frame.h"

namespace kpt::gpu {
namespace {

using torch::Tensor;

constexpr int kCrops = 3;

net::FgsaNet Network() {
  torch::manual_seed(5);
  const char *file = std::getenv("KPT_GPU_MODEL");
  return file != nullptr ? net::LoadNet(file) : net::FgsaNet(net::NetConfig::Small());
}

/// A network with its support on a device; both devices see the same shot, marks and seeds.
struct Prepared {
  explicit Prepared(torch::Device where) : device(where), network(Network()) {
    network->to(device);
    network->PrepareForInference();
    torch::manual_seed(6);
    const net::NetConfig &config = network->config();
    const std::int64_t keypoints = config.padded_keypoints;
    const Tensor shot = torch::randint(0, 256, {1, config.crop_size, config.crop_size, 3}, torch::kUInt8);
    const Tensor points = torch::rand({1, 1, keypoints, 2});
    const Tensor linked = torch::randint(0, keypoints, {1, 1, keypoints, 16}, torch::kInt64);
    seeds = {torch::rand({kCrops, keypoints, 2}).to(device), torch::tensor({true, false, true}).to(device),
             torch::zeros({kCrops}, torch::kBool).to(device)};
    support = network->EncodeSupport(
        {network->Features(network->Normalise(shot.to(device)))},
        {points.to(device), torch::ones({1, 1, keypoints}, torch::kBool).to(device), linked.to(device)});
  }
  Tensor Points(const ops::FrameChannels &frame) {
    const ops::FrameCrops crops = CropsOf(frame, network->config().crop_size, kCrops);
    return network->Forward(support, network->Features(network->InputFrom(crops, device)), seeds).points.back();
  }

  c10::InferenceMode guard;
  torch::Device device;
  net::FgsaNet network;
  net::SupportContext support;
  net::Seeds seeds;
};

/// Makes every call of LibTorch that waits for the GPU throw.
class NoWaiting {
 public:
  NoWaiting() { c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_ERROR); }
  ~NoWaiting() { c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_DISABLED); }
};

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

TEST(GpuNetwork, FromFrameToPointsIsTheCpusAndWaitsForNothing) {
  KPT_NEEDS_GPU();
  Prepared cpu(torch::kCPU), gpu(torch::Device(torch::kCUDA, 0));
  const Stream stream;
  for (const Layout layout : kLayouts) {
    RandomFrame frame(layout, 640, 480);
    const Tensor expected = cpu.Points(frame.OnHost());
    const c10::cuda::CUDAStreamGuard on_stream(c10::cuda::getStreamFromExternal(stream.get(), 0));
    Tensor points = gpu.Points(frame.OnDevice());
    {
      const NoWaiting no_waiting;
      points = gpu.Points(frame.OnDevice());
    }
    const double worst = (points.cpu() - expected).abs().max().item<double>();
    EXPECT_LE(worst, 2e-3) << "layout " << static_cast<int>(layout) << ", in shares of the crop";
  }
}

/// Prints a table; claims nothing.
TEST(GpuNetwork, Times) {
  KPT_NEEDS_GPU();
  Prepared cpu(torch::kCPU), gpu(torch::Device(torch::kCUDA, 0));
  const Stream stream;
  const c10::cuda::CUDAStreamGuard on_stream(c10::cuda::getStreamFromExternal(stream.get(), 0));
  RandomFrame frame(Layout::kNv12, 1920, 1080);
  const int size = gpu.network->config().crop_size;
  std::printf("1920x1080 NV12, %d crops of %d pixels, ms a call\n", kCrops, size);
  const ops::FrameCrops crops = CropsOf(frame.OnDevice(), size, kCrops);
  std::printf("  crops, GPU                  %8.3f\n",
              MeanMs(stream, [&] { gpu.network->InputFrom(crops, gpu.device); }));
  OnGpu<std::uint8_t> grey(std::vector<std::uint8_t>(512 * 512));
  const ops::GreyPart part = {frame.OnDevice(), 0, 0, 1080, 1080, 512, 512};
  std::printf("  grey part, GPU              %8.3f\n",
              MeanMs(stream, [&] { ops::GreyOfFrameCuda(part, grey.data(), stream.get()); }));
  std::printf("  frame to points, GPU        %8.3f\n", MeanMs(stream, [&] { gpu.Points(frame.OnDevice()); }));
  const double begin = SecondsNow();
  constexpr int kRuns = 20;
  for (int i = 0; i < kRuns; ++i) gpu.Points(frame.OnDevice()).cpu();
  std::printf("  the same, with the wait     %8.3f\n", 1000 * (SecondsNow() - begin) / kRuns);
  const double cpu_begin = SecondsNow();
  for (int i = 0; i < kRuns; ++i) cpu.Points(frame.OnHost());
  std::printf("  frame to points, CPU        %8.3f\n", 1000 * (SecondsNow() - cpu_begin) / kRuns);
}

}  // namespace
}  // namespace kpt::gpu
