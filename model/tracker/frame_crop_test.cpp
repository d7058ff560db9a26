// What the GPU's kernels compute, run on the host, against the tracker's OpenCV path: every format, every kind of
// placement, byte for byte. The kernels loop over the same functions (kpt/ops/frame_crop_core.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "crop_batch.h"
#include "frame_channels.h"
#include "frame_pixels.h"
#include "kpt/base/error.h"
#include "testing/fake_estimator.h"
#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::SceneFrame;
using testing::SyntheticScene;

constexpr int kSize = 64;
constexpr PixelFormat kFormats[] = {PixelFormat::kGray8, PixelFormat::kRgb,  PixelFormat::kBgr,
                                    PixelFormat::kRgba,  PixelFormat::kBgra, PixelFormat::kRgbx,
                                    PixelFormat::kBgrx,  PixelFormat::kNv12, PixelFormat::kI420};

std::vector<std::uint8_t> CropByOps(const FrameView &frame, const Similarity &s) {
  ops::FrameCrops crops;
  crops.frame = ChannelsOf(frame);
  crops.size = kSize;
  EXPECT_EQ(ops::AddCrop({s.a, s.b, s.dx, s.dy}, &crops), ops::OpStatus::kOk);
  std::vector<std::uint8_t> rgb(3 * kSize * kSize);
  ops::CropOutputs out;
  out.rgb = rgb.data();
  EXPECT_EQ(ops::CropFrameCpu(crops, out, ops::SerialFor), ops::OpStatus::kOk);
  return rgb;
}

std::vector<std::uint8_t> CropByOpenCv(const FrameView &frame, const Similarity &crop_from_frame) {
  FramePixels pixels;
  pixels.Attach(frame);
  std::vector<std::uint8_t> rgb(3 * kSize * kSize);
  pixels.Crop(crop_from_frame, kSize, rgb.data());
  return rgb;
}

/// A crop whose middle shows `centre`.
Similarity Placed(double scale, double angle, Point2 centre) {
  const Similarity turned = Similarity::Make(scale, angle, {0, 0});
  const Point2 at = turned(centre);
  return Similarity::Make(scale, angle, {kSize / 2.0F - at.x, kSize / 2.0F - at.y});
}

struct Case {
  const char *name;
  Similarity crop_from_frame;
};

std::vector<Case> Cases(int width, int height) {
  const Point2 middle{static_cast<float>(width) / 2, static_cast<float>(height) / 2};
  return {{"as it is", Placed(1, 0, middle)},
          {"between pixels", Placed(1, 0, {middle.x + 0.3F, middle.y - 0.7F})},
          {"enlarged and turned", Placed(2.7, 0.6, middle)},
          {"over the corner", Placed(0.9, -2.1, {3, 5})},
          {"just above a half", Placed(0.52, 0.2, middle)},
          {"shrunk twice", Placed(0.43, 1.1, middle)},
          {"shrunk four times", Placed(0.21, -0.4, {middle.x, 10})},
          {"all of it and more", Placed(0.09, 3.0, middle)},
          {"far outside", Placed(1, 0.1, {-4000, 9000})},
          {"a speck", Placed(1e-4, 0.1, middle)}};
}

TEST(FrameCrop, IsOpenCvsByteForByteInEveryFormat) {
  for (const auto &[width, height] : {std::pair{320, 240}, {161, 97}, {1, 1}, {7, 400}}) {
    SyntheticScene scene(width, height);
    const RgbImage image = scene.DrawAll({{{0.4F * width, 0.5F * height}, 0.5 * height + 2, 20}}, 3);
    for (const PixelFormat format : kFormats) {
      const SceneFrame frame(image, format, 5);
      for (const Case &c : Cases(width, height)) {
        EXPECT_EQ(CropByOps(frame.view(), c.crop_from_frame), CropByOpenCv(frame.view(), c.crop_from_frame))
            << width << "x" << height << ", format " << static_cast<int>(format) << ", " << c.name;
      }
    }
  }
}

TEST(FrameCrop, GreyPartsAreOpenCvsToOneLevel) {
  SyntheticScene scene(320, 240);
  const RgbImage image = scene.DrawAll({{{150, 130}, 120, 20}}, 3);
  struct Part {
    cv::Rect rect;
    cv::Size size;
  };
  const Part parts[] = {{{0, 0, 320, 240}, {320, 240}}, {{11, 7, 100, 90}, {100, 90}}, {{11, 7, 100, 90}, {37, 31}},
                        {{0, 0, 320, 240}, {160, 120}}, {{319, 239, 1, 1}, {1, 1}},    {{5, 5, 300, 200}, {299, 100}}};
  for (const PixelFormat format : kFormats) {
    const SceneFrame frame(image, format, 3);
    for (const Part &part : parts) {
      FramePixels pixels;
      pixels.Attach(frame.view());
      cv::Mat expected;
      pixels.Grey({part.rect, 1, 1}, part.size, &expected);
      std::vector<std::uint8_t> grey(static_cast<std::size_t>(part.size.area()));
      const ops::GreyPart job = {ChannelsOf(frame.view()), part.rect.x,     part.rect.y,     part.rect.width,
                                 part.rect.height,         part.size.width, part.size.height};
      ASSERT_EQ(ops::GreyOfFrameCpu(job, grey.data(), ops::SerialFor), ops::OpStatus::kOk);
      int worst = 0;
      for (std::size_t i = 0; i < grey.size(); ++i) {
        worst = std::max(worst, std::abs(grey[i] - expected.at<std::uint8_t>(static_cast<int>(i))));
      }
      EXPECT_LE(worst, part.rect.size() == part.size ? 0 : 1)
          << "format " << static_cast<int>(format) << ", " << part.size.width << "x" << part.size.height;
    }
  }
}

TEST(FrameCrop, NormalisesAsItIsTold) {
  SyntheticScene scene(100, 80);
  const SceneFrame frame(scene.Draw({{{50, 40}, 60, 0}}), PixelFormat::kNv12);
  ops::FrameCrops crops;
  crops.frame = ChannelsOf(frame.view());
  crops.size = kSize;
  ASSERT_EQ(ops::AddCrop({1, 0, 0, 0}, &crops), ops::OpStatus::kOk);
  ASSERT_EQ(ops::AddCrop({0, 1, 90, 0}, &crops), ops::OpStatus::kOk);
  std::vector<std::uint8_t> rgb(2 * 3 * kSize * kSize);
  std::vector<float> normalised(rgb.size());
  const ops::CropOutputs out = {rgb.data(), normalised.data(), {127, 120, 100}, {0.5F, 0.25F, 0.125F}};
  ASSERT_EQ(ops::CropFrameCpu(crops, out, ops::SerialFor), ops::OpStatus::kOk);
  for (std::size_t i = 0; i < rgb.size(); ++i) {
    ASSERT_EQ(normalised[i], (static_cast<float>(rgb[i]) - out.mean[i % 3]) * out.scale[i % 3]) << i;
  }
}

TEST(FrameCrop, RefusesWhatDoesNotFitAndTouchesNoMemory) {
  ops::FrameCrops crops;
  crops.size = kSize;
  const std::uint8_t pixel = 0;
  for (ops::ChannelPlane &plane : crops.frame.channel) plane = {&pixel, 1, 1, 1, 1, 1, 0, false};
  EXPECT_EQ(ops::CheckCrops(crops), ops::OpStatus::kBadShape) << "no crop";
  for (int i = 0; i < ops::kMaxCrops; ++i)
    EXPECT_EQ(ops::AddCrop({NAN, 1, 1e300, -INFINITY}, &crops), ops::OpStatus::kOk);
  EXPECT_EQ(ops::AddCrop({}, &crops), ops::OpStatus::kBadShape) << "one too many";
  std::vector<std::uint8_t> rgb(ops::kMaxCrops * 3 * kSize * kSize);
  ops::CropOutputs out;
  out.rgb = rgb.data();
  EXPECT_EQ(ops::CropFrameCpu(crops, out, ops::SerialFor), ops::OpStatus::kOk) << "nonsense lies outside";
  crops.windows[3][1].columns = 2;
  EXPECT_EQ(ops::CropFrameCpu(crops, out, ops::SerialFor), ops::OpStatus::kBadShape);
  crops.windows[3][1].columns = 1;
  crops.frame.channel[2].data = nullptr;
  EXPECT_EQ(ops::CropFrameCpu(crops, out, ops::SerialFor), ops::OpStatus::kBadShape);
  EXPECT_EQ(ops::CheckGrey({crops.frame, 0, 0, 1, 1, 1, 1}), ops::OpStatus::kBadShape);
}

/// Takes crops that are not cut out yet, and keeps what it was asked.
class CuttingEstimator : public testing::FakeEstimator {
 public:
  using FakeEstimator::FakeEstimator;
  bool CutsCropsOf(FrameMemory memory) const override { return memory == FrameMemory::kCuda; }
  std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) override {
    asked = queries;
    return std::vector<CropEstimate>(queries.size(), CropEstimate(1));
  }
  std::vector<CropQuery> asked;
};

TEST(CropBatch, LeavesCropsOfAFrameOnTheGpuToTheEstimator) {
  CuttingEstimator estimator;
  CropBatch batch(&estimator, 1);
  FrameView view;  // no pixel of it is read
  const std::uint8_t pixel = 0;
  view.planes[0] = {&pixel, 3000};
  view.width = 1000;
  view.height = 600;
  view.memory = FrameMemory::kCuda;
  FramePixels pixels;
  pixels.Attach(view);
  const std::vector<Point2> seeds = {{500, 300}};
  CropQuestion question{Similarity::Make(200, 0.5, {500, 300}), &seeds};
  FrameResult::StageTimes times;
  std::vector<Measurements> answers;
  batch.Ask(pixels, {question, question}, &times, &answers);
  ASSERT_EQ(estimator.asked.size(), 2U);
  for (const CropQuery &query : estimator.asked) {
    EXPECT_EQ(query.rgb, nullptr);
    ASSERT_NE(query.in_frame.frame, nullptr);
    const CropOfFrame &c = query.in_frame;
    const float half = static_cast<float>(estimator.crop_size()) / 2;
    EXPECT_NEAR(c.a * 500 - c.b * 300 + c.dx, half, 1e-3);
    EXPECT_NEAR(c.b * 500 + c.a * 300 + c.dy, half, 1e-3);
  }
}

TEST(CropBatch, AFrameOnTheGpuThatNobodyCanReadIsAnError) {
#ifdef KPT_WITH_CUDA
  GTEST_SKIP() << "this build reads frames in GPU memory";
#else
  testing::FakeEstimator estimator;
  CropBatch batch(&estimator, 1);
  FrameView view;
  const std::uint8_t pixel = 0;
  view.planes[0] = {&pixel, 3};
  view.width = view.height = 1;
  view.memory = FrameMemory::kCuda;
  FramePixels pixels;
  pixels.Attach(view);
  FrameResult::StageTimes times;
  std::vector<Measurements> answers;
  EXPECT_THROW(batch.Ask(pixels, {CropQuestion{}}, &times, &answers), Error);
#endif
}

}  // namespace
}  // namespace kpt
