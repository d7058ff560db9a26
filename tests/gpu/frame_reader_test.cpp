// Grey parts of a frame in GPU memory: what was queued before other work and taken after it is the host's.
#include <gtest/gtest.h>

#include <random>

#include "device_frame.h"
#include "device_memory.h"
#include "frame_channels.h"

namespace kpt::gpu {
namespace {

constexpr int kWidth = 641, kHeight = 359;

FrameView Grey(const std::uint8_t *pixels) { return PackedView(PixelFormat::kGray8, pixels, kWidth, kHeight, kWidth); }

std::vector<std::uint8_t> Noise(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(kWidth) * kHeight);
  for (std::uint8_t &pixel : pixels) pixel = static_cast<std::uint8_t>(random());
  return pixels;
}

std::vector<std::uint8_t> OnHost(const std::vector<std::uint8_t> &pixels, ops::GreyPart part) {
  part.frame = ChannelsOf(Grey(pixels.data()));
  std::vector<std::uint8_t> grey(static_cast<std::size_t>(part.columns) * part.rows);
  EXPECT_EQ(GreyOfFrameCpu(part, grey.data(), ops::SerialFor), ops::OpStatus::kOk);
  return grey;
}

TEST(GpuFrameReader, QueuedPartsAreTheHosts) {
  KPT_NEEDS_GPU();
  const Stream stream;
  DeviceFrameReader reader;
  for (unsigned seed = 1; seed < 4; ++seed) {  // frame after frame, in the same slots
    const std::vector<std::uint8_t> pixels = Noise(seed);
    OnGpu<std::uint8_t> on_gpu(pixels);
    FrameView frame = Grey(on_gpu.data());
    frame.memory = FrameMemory::kCuda;
    frame.cuda_stream = stream.get();
    const int grown = 100 * static_cast<int>(seed);
    const std::vector<ops::GreyPart> parts = {{{}, 10, 20, 300, 200, 150, 100}, {{}, 0, 0, grown, grown, grown, grown}};
    for (std::size_t slot = 0; slot < parts.size(); ++slot) reader.QueueGrey(frame, parts[slot], slot);
    ASSERT_EQ(cudaStreamSynchronize(stream.get()), cudaSuccess);  // as the network's answer is waited for
    for (std::size_t slot = parts.size(); slot-- > 0;) {
      std::vector<std::uint8_t> grey(static_cast<std::size_t>(parts[slot].columns) * parts[slot].rows);
      reader.TakeGrey(slot, grey.data());
      EXPECT_EQ(grey, OnHost(pixels, parts[slot])) << "frame " << seed << ", slot " << slot;
    }
  }
}

}  // namespace
}  // namespace kpt::gpu
