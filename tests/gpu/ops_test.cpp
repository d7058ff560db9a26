// Every kernel of model/ops against its twin on the host.
#include <gtest/gtest.h>

#include <cmath>

#include "deform_gather_problem.h"
#include "random_frame.h"

namespace kpt::gpu {
namespace {

using ops::OpStatus;

void ExpectNear(const std::vector<float> &actual, const std::vector<float> &expected, float tolerance,
                const char *what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  float worst = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    worst = std::fmax(worst, std::abs(actual[i] - expected[i]) / std::fmax(1.0F, std::abs(expected[i])));
    ASSERT_TRUE(std::isfinite(actual[i])) << what << " " << i;
  }
  EXPECT_LE(worst, tolerance) << what;
}

TEST(GpuOps, DeformGatherIsTheHosts) {
  KPT_NEEDS_GPU();
  const Stream stream;
  for (const ops::GatherSizes &sizes :
       {ops::GatherSizes{1, 1, 1, 1, 1, {{1, 1}}}, ops::GatherSizes{1, 5, 3, 2, 33, {{1, 7}, {7, 1}}},
        ops::GatherSizes{4, 40, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}}}) {
    ops::GatherProblem p = ops::RandomProblem(sizes, 3);
    ASSERT_EQ(DeformGatherCpu(p.shape, p.Inputs(), p.Outputs(), ops::SerialFor), OpStatus::kOk);
    ASSERT_EQ(DeformGatherBackwardCpu(p.shape, p.Inputs(), p.Gradients(), ops::SerialFor), OpStatus::kOk);

    OnGpu<float> values(p.values), locations(p.locations), attention(p.attention);
    OnGpu<float> grad_gathered(p.grad_gathered), grad_inside(p.grad_inside);
    OnGpu<float> gathered(std::vector<float>(p.gathered.size())), inside(std::vector<float>(p.inside.size()));
    OnGpu<float> grad_values(std::vector<float>(p.grad_values.size()));
    OnGpu<float> grad_locations(p.locations), grad_attention(p.attention);
    const ops::DeformGatherInputs in = {values.data(), locations.data(), attention.data()};
    ASSERT_EQ(DeformGatherCuda(p.shape, in, {gathered.data(), inside.data()}, stream.get()), OpStatus::kOk);
    ASSERT_EQ(DeformGatherBackwardCuda(p.shape, in,
                                       {grad_gathered.data(), grad_inside.data(), grad_values.data(),
                                        grad_locations.data(), grad_attention.data()},
                                       stream.get()),
              OpStatus::kOk);
    ExpectNear(gathered.Fetch(), p.gathered, 1e-5F, "gathered");
    ExpectNear(inside.Fetch(), p.inside, 1e-5F, "inside");
    ExpectNear(grad_values.Fetch(), p.grad_values, 1e-4F, "gradient of the values");
    ExpectNear(grad_locations.Fetch(), p.grad_locations, 1e-4F, "gradient of the locations");
    ExpectNear(grad_attention.Fetch(), p.grad_attention, 1e-4F, "gradient of the attention");
  }
}

TEST(GpuOps, CropsAreTheHostsByteForByte) {
  KPT_NEEDS_GPU();
  constexpr int kSize = 128;
  const Stream stream;
  for (const auto &[width, height] : {std::pair{1, 1}, {161, 97}, {1920, 1080}}) {
    for (const Layout layout : kLayouts) {
      RandomFrame frame(layout, width, height);
      const ops::FrameCrops here = CropsOf(frame.OnHost(), kSize, ops::kMaxCrops);
      const ops::FrameCrops there = CropsOf(frame.OnDevice(), kSize, ops::kMaxCrops);
      std::vector<std::uint8_t> rgb(static_cast<std::size_t>(ops::kMaxCrops) * kSize * kSize * 3);
      std::vector<float> normalised(rgb.size());
      OnGpu<std::uint8_t> gpu_rgb(rgb);
      OnGpu<float> gpu_normalised(normalised);
      ops::CropOutputs out{rgb.data(), normalised.data(), {123.7F, 116.3F, 103.5F}, {0.0171F, 0.0175F, 0.0174F}};
      ASSERT_EQ(CropFrameCpu(here, out, ops::SerialFor), OpStatus::kOk);
      out.rgb = gpu_rgb.data();
      out.normalised = gpu_normalised.data();
      ASSERT_EQ(CropFrameCuda(there, out, stream.get()), OpStatus::kOk);
      EXPECT_EQ(gpu_rgb.Fetch(), rgb) << width << "x" << height << ", layout " << static_cast<int>(layout);
      EXPECT_EQ(gpu_normalised.Fetch(), normalised) << width << "x" << height;
    }
  }
}

TEST(GpuOps, GreyPartsAreTheHostsByteForByte) {
  KPT_NEEDS_GPU();
  const Stream stream;
  for (const Layout layout : kLayouts) {
    RandomFrame frame(layout, 1920, 1080);
    for (const auto &[columns, rows] : {std::pair{1000, 700}, {500, 350}, {333, 41}, {1, 1}}) {
      const ops::GreyPart here = {frame.OnHost(), 13, 21, 1000, 700, columns, rows};
      const ops::GreyPart there = {frame.OnDevice(), 13, 21, 1000, 700, columns, rows};
      std::vector<std::uint8_t> grey(static_cast<std::size_t>(columns) * rows);
      OnGpu<std::uint8_t> gpu_grey(grey);
      ASSERT_EQ(GreyOfFrameCpu(here, grey.data(), ops::SerialFor), OpStatus::kOk);
      ASSERT_EQ(GreyOfFrameCuda(there, gpu_grey.data(), stream.get()), OpStatus::kOk);
      EXPECT_EQ(gpu_grey.Fetch(), grey) << columns << "x" << rows << ", layout " << static_cast<int>(layout);
    }
  }
}

}  // namespace
}  // namespace kpt::gpu
