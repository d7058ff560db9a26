// The small parts around the tracker: the clock and the error barrier.
#include <gtest/gtest.h>

#include "frame_clock.h"
#include "protect.h"

namespace kpt {
namespace {

TEST(FrameClock, TakesPtsOrAddsDurations) {
  FrameClock clock;
  FrameView frame;
  clock.Advance(frame);
  EXPECT_EQ(clock.time_s(), 0);
  frame.duration_ns = 500'000'000;
  clock.Advance(frame);
  EXPECT_NEAR(clock.time_s(), 1.0 / 30, 1e-9);
  clock.Advance(frame);
  EXPECT_NEAR(clock.time_s(), 1.0 / 30 + 0.5, 1e-9);
  frame.pts_ns = 7'000'000'000;
  clock.Advance(frame);
  EXPECT_NEAR(clock.time_s(), 7, 1e-9);
}

TEST(Protect, MapsEveryKindOfException) {
  EXPECT_TRUE(Protect([] {}).ok());
  EXPECT_EQ(Protect([] { throw Error(ErrorCode::kModel, "weights"); }).code(), ErrorCode::kModel);
  EXPECT_EQ(Protect([] { throw std::bad_alloc(); }).code(), ErrorCode::kOutOfMemory);
  EXPECT_EQ(Protect([] { throw 1; }).code(), ErrorCode::kInternal);
  const Status torch =
      Protect([] { throw std::runtime_error("CUDA error: no kernel\nException raised from x (most recent"); });
  EXPECT_EQ(torch.code(), ErrorCode::kDevice);
  EXPECT_EQ(torch.message(), "CUDA error: no kernel");
  EXPECT_EQ(Protect([] { throw std::runtime_error("CUDA out of memory. Tried to allocate"); }).code(),
            ErrorCode::kOutOfMemory);
  const Result<int> value = Protect([]() -> Result<int> { return 3; });
  EXPECT_EQ(value.value(), 3);
  const Result<int> failed = Protect([]() -> Result<int> { throw std::logic_error("no"); });
  EXPECT_FALSE(failed.ok());
}

}  // namespace
}  // namespace kpt
