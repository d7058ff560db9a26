// Tests of the deformable gather: the shape check, the fast CPU variant against the plain loops, both against a
// reference in double precision that is written another way, hostile locations, and any number of threads.
//
// All of this runs on the host. deform_gather_cuda.cu loops over the same deform_gather_core.h that the plain loops run
// here, so the formula of the CUDA twin is tested; that its kernels launch and index rightly is not, and a green run of
// this file claims nothing about a GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <ostream>
#include <thread>

#include "deform_gather_plain.h"
#include "deform_gather_problem.h"

namespace kpt::ops {

void PrintTo(const GatherSizes &sizes, std::ostream *out) {
  *out << "B" << sizes.batch << " K" << sizes.keypoints << " G" << sizes.groups << " T" << sizes.maps.size() << " P"
       << sizes.points << " C" << sizes.channels;
}

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

const GatherSizes kSmall = {2, 3, 2, 3, 5, {{3, 4}, {6, 5}}};

void ExpectClose(const std::vector<float> &actual, const std::vector<float> &expected, const char *what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  float scale = 1.0f;
  for (const float number : expected) scale = std::max(scale, std::abs(number));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], 2e-6f * scale) << what << "[" << i << "]";
  }
}

/// How much pixel `index` counts at a coordinate: the bilinear weight without corners, rounding or cases.
double Tent(double coordinate, std::int64_t index) {
  return std::max(0.0, 1.0 - std::abs(coordinate - static_cast<double>(index)));
}

/// The loss whose gradients by `gathered` and `inside` are the problem's: every pixel of every map is visited.
/// Restricted to one group, on which the other groups' losses do not depend.
double ReferenceLoss(const GatherProblem &problem, std::int64_t group, const std::vector<double> &locations,
                     const std::vector<double> &attention, const std::vector<double> &values) {
  const DeformGatherShape &shape = problem.shape;
  const std::int64_t b = group / (shape.keypoints * shape.groups);
  double loss = 0.0;
  std::int64_t cell = b * shape.cells;
  for (std::int64_t t = 0; t < shape.levels; ++t) {
    for (std::int64_t y = 0; y < shape.height[t]; ++y) {
      for (std::int64_t x = 0; x < shape.width[t]; ++x, ++cell) {
        double gain = problem.grad_inside[group];
        for (std::int64_t c = 0; c < shape.channels; ++c) {
          gain += values[cell * shape.channels + c] * problem.grad_gathered[group * shape.channels + c];
        }
        for (std::int64_t p = 0; p < shape.points; ++p) {
          const std::int64_t sample = (group * shape.levels + t) * shape.points + p;
          loss += gain * attention[sample] * Tent(locations[2 * sample] * shape.width[t] - 0.5, x) *
                  Tent(locations[2 * sample + 1] * shape.height[t] - 0.5, y);
        }
      }
    }
  }
  return loss;
}

std::vector<double> Widen(const std::vector<float> &numbers) { return {numbers.begin(), numbers.end()}; }

std::int64_t CountGroups(const DeformGatherShape &shape) { return shape.batch * shape.keypoints * shape.groups; }

/// Pieces on threads of their own, cut where no vector length or keypoint ends.
void ThreadedFor(std::int64_t count, std::int64_t grain, RangeBody body, void *context) {
  const std::int64_t piece = std::max<std::int64_t>(grain, count / 5 + 1);
  std::vector<std::thread> threads;
  for (std::int64_t begin = 0; begin < count; begin += piece) {
    threads.emplace_back(body, context, begin, std::min(begin + piece, count));
  }
  for (std::thread &thread : threads) thread.join();
}

/// The maps between numbers that are not numbers: a read beside them shows in the result.
class GuardedValues {
 public:
  explicit GuardedValues(const GatherProblem &problem) : numbers_(problem.values.size() + 2 * kMargin, kNan) {
    std::copy(problem.values.begin(), problem.values.end(), numbers_.begin() + kMargin);
  }
  const float *Data() const { return numbers_.data() + kMargin; }

 private:
  static constexpr std::ptrdiff_t kMargin = 4096;
  std::vector<float> numbers_;
};

TEST(CheckShape, AcceptsOwnAndSharedPyramids) {
  DeformGatherShape shape = RandomProblem(kSmall, 1).shape;
  EXPECT_EQ(CheckShape(shape), OpStatus::kOk);
  shape.values_batch_stride = 0;
  EXPECT_EQ(CheckShape(shape), OpStatus::kOk);
}

TEST(CheckShape, RejectsEverySizeThatIsNotPositive) {
  for (const auto member : {&DeformGatherShape::batch, &DeformGatherShape::keypoints, &DeformGatherShape::groups,
                            &DeformGatherShape::levels, &DeformGatherShape::points, &DeformGatherShape::channels,
                            &DeformGatherShape::cells}) {
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
      DeformGatherShape shape = RandomProblem(kSmall, 1).shape;
      shape.*member = bad;
      EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
    }
  }
}

TEST(CheckShape, RejectsMapsThatDoNotFit) {
  const DeformGatherShape good = RandomProblem(kSmall, 1).shape;
  DeformGatherShape shape = good;
  shape.levels = kMaxLevels + 1;
  EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
  shape = good;
  shape.cells += 1;
  EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
  shape = good;
  shape.height[1] = -shape.height[1];
  shape.width[1] = -shape.width[1];
  EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
  shape = good;
  shape.height[0] = shape.width[0] = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
  shape = good;
  shape.values_batch_stride = shape.cells * shape.channels - 1;
  EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
  shape = good;
  shape.keypoints = std::numeric_limits<std::int64_t>::max() / 2;
  EXPECT_EQ(CheckShape(shape), OpStatus::kBadShape);
}

TEST(DeformGather, BadShapeTouchesNothing) {
  DeformGatherShape shape = RandomProblem(kSmall, 1).shape;
  shape.points = 0;
  EXPECT_EQ(DeformGatherCpu(shape, {}, {}, SerialFor), OpStatus::kBadShape);
  EXPECT_EQ(DeformGatherBackwardCpu(shape, {}, {}, SerialFor), OpStatus::kBadShape);
}

class DeformGatherSizes : public testing::TestWithParam<GatherSizes> {};

TEST_P(DeformGatherSizes, ForwardFastEqualsPlain) {
  GatherProblem fast = RandomProblem(GetParam(), 2);
  GatherProblem plain = fast;
  ASSERT_EQ(DeformGatherCpu(fast.shape, fast.Inputs(), fast.Outputs(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherPlainCpu(plain.shape, plain.Inputs(), plain.Outputs()), OpStatus::kOk);
  ExpectClose(fast.gathered, plain.gathered, "gathered");
  ExpectClose(fast.inside, plain.inside, "inside");
}

TEST_P(DeformGatherSizes, BackwardFastEqualsPlain) {
  GatherProblem fast = RandomProblem(GetParam(), 3);
  std::fill(fast.grad_values.begin(), fast.grad_values.end(), 0.25f);  // is added to, not overwritten
  GatherProblem plain = fast;
  ASSERT_EQ(DeformGatherBackwardCpu(fast.shape, fast.Inputs(), fast.Gradients(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardPlainCpu(plain.shape, plain.Inputs(), plain.Gradients()), OpStatus::kOk);
  ExpectClose(fast.grad_values, plain.grad_values, "grad_values");
  ExpectClose(fast.grad_locations, plain.grad_locations, "grad_locations");
  ExpectClose(fast.grad_attention, plain.grad_attention, "grad_attention");
}

TEST_P(DeformGatherSizes, AnyNumberOfThreadsGivesTheSameBits) {
  GatherProblem serial = RandomProblem(GetParam(), 4);
  GatherProblem threaded = serial;
  ASSERT_EQ(DeformGatherCpu(serial.shape, serial.Inputs(), serial.Outputs(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardCpu(serial.shape, serial.Inputs(), serial.Gradients(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherCpu(threaded.shape, threaded.Inputs(), threaded.Outputs(), ThreadedFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardCpu(threaded.shape, threaded.Inputs(), threaded.Gradients(), ThreadedFor),
            OpStatus::kOk);
  EXPECT_EQ(serial.gathered, threaded.gathered);
  EXPECT_EQ(serial.inside, threaded.inside);
  EXPECT_EQ(serial.grad_values, threaded.grad_values);
  EXPECT_EQ(serial.grad_locations, threaded.grad_locations);
  EXPECT_EQ(serial.grad_attention, threaded.grad_attention);
}

INSTANTIATE_TEST_SUITE_P(
    Random, DeformGatherSizes,
    testing::Values(kSmall,                                                       //
                    GatherSizes{1, 1, 1, 1, 1, {{1, 1}}},                         // one of everything
                    GatherSizes{1, 5, 3, 2, 33, {{1, 7}, {7, 1}}},                // thin maps, odd channels
                    GatherSizes{1, 2, 2, 23, 16, {{9, 8}, {3, 3}}},               // more corners than a row list holds
                    GatherSizes{3, 28, 4, 4, 128, {{8, 8}, {16, 16}, {32, 32}}},  // the model's kind
                    GatherSizes{2, 4, 2, 1, 7, {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 2}, {2, 3}, {3, 3}, {4, 4}}}));

TEST(DeformGather, ForwardEqualsReference) {
  GatherProblem problem = RandomProblem(kSmall, 5);
  ASSERT_EQ(DeformGatherCpu(problem.shape, problem.Inputs(), problem.Outputs(), SerialFor), OpStatus::kOk);
  const auto locations = Widen(problem.locations);
  const auto attention = Widen(problem.attention);
  const auto values = Widen(problem.values);
  const std::int64_t channels = problem.shape.channels;
  const std::vector<float> no_gathered(problem.grad_gathered.size()), no_inside(problem.grad_inside.size());
  for (std::int64_t group = 0; group < CountGroups(problem.shape); ++group) {
    for (std::int64_t c = 0; c <= channels; ++c) {  // the loss that picks one output; last comes `inside`
      problem.grad_gathered = no_gathered;
      problem.grad_inside = no_inside;
      (c < channels ? problem.grad_gathered[group * channels + c] : problem.grad_inside[group]) = 1.0f;
      const float actual = c < channels ? problem.gathered[group * channels + c] : problem.inside[group];
      EXPECT_NEAR(actual, ReferenceLoss(problem, group, locations, attention, values), 1e-6) << group << ", " << c;
    }
  }
}

// The loss is piecewise linear in each number, so a central difference within a piece has no error of its own.
TEST(DeformGather, BackwardEqualsCentralDifferences) {
  GatherProblem problem = RandomProblem(kSmall, 6);
  const DeformGatherShape &shape = problem.shape;
  ASSERT_EQ(DeformGatherBackwardCpu(shape, problem.Inputs(), problem.Gradients(), SerialFor), OpStatus::kOk);
  auto locations = Widen(problem.locations), attention = Widen(problem.attention), values = Widen(problem.values);
  const double step = 1e-5;
  const auto difference = [&](double *number, std::int64_t first_group, std::int64_t last_group) {
    const double original = *number;
    double change = 0.0;
    for (std::int64_t group = first_group; group < last_group; ++group) {
      *number = original + step;
      change += ReferenceLoss(problem, group, locations, attention, values);
      *number = original - step;
      change -= ReferenceLoss(problem, group, locations, attention, values);
      *number = original;
    }
    return change / (2.0 * step);
  };

  const std::int64_t samples_of_group = shape.levels * shape.points;
  for (std::size_t i = 0; i < attention.size(); ++i) {
    const std::int64_t group = static_cast<std::int64_t>(i) / samples_of_group;
    EXPECT_NEAR(problem.grad_attention[i], difference(&attention[i], group, group + 1), 1e-5) << "attention " << i;
  }
  int compared = 0;
  for (std::size_t i = 0; i < locations.size(); ++i) {
    const std::int64_t sample = static_cast<std::int64_t>(i) / 2;
    const std::int64_t level = sample / shape.points % shape.levels;
    const double pixel = locations[i] * (i % 2 == 0 ? shape.width[level] : shape.height[level]) - 0.5;
    if (std::abs(pixel - std::round(pixel)) < 1e-3) continue;  // a kink: there is no derivative
    ++compared;
    const std::int64_t group = sample / samples_of_group;
    EXPECT_NEAR(problem.grad_locations[i], difference(&locations[i], group, group + 1), 1e-5) << "location " << i;
  }
  EXPECT_GT(compared, static_cast<int>(locations.size()) * 9 / 10);
  const std::int64_t groups_of_item = shape.keypoints * shape.groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t b = static_cast<std::int64_t>(i) / shape.values_batch_stride;
    EXPECT_NEAR(problem.grad_values[i], difference(&values[i], b * groups_of_item, (b + 1) * groups_of_item), 1e-5)
        << "value " << i;
  }
}

TEST(DeformGather, LocationsOffTheMapsAndNotFiniteGatherNothing) {
  GatherProblem problem = RandomProblem(kSmall, 7);
  const float hostile[] = {kNan, kInf, -kInf, 3e38f, -3e38f, 1e10f, -1e10f, 1.5f, -0.5f, 5e9f, 2147483648.0f};
  const std::size_t count = std::size(hostile);
  for (std::size_t i = 0; i < problem.locations.size(); i += 2) {  // x, y or both
    if (i % 6 != 2) problem.locations[i] = hostile[i % count];
    if (i % 6 != 4) problem.locations[i + 1] = hostile[(i + i / count) % count];
  }
  const GuardedValues guarded(problem);
  const DeformGatherInputs in = {guarded.Data(), problem.locations.data(), problem.attention.data()};

  std::fill(problem.gathered.begin(), problem.gathered.end(), kNan);
  ASSERT_EQ(DeformGatherCpu(problem.shape, in, problem.Outputs(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardCpu(problem.shape, in, problem.Gradients(), SerialFor), OpStatus::kOk);
  for (const auto *result :
       {&problem.gathered, &problem.inside, &problem.grad_values, &problem.grad_locations, &problem.grad_attention}) {
    for (const float number : *result) ASSERT_EQ(number, 0.0f);
  }
}

TEST(DeformGather, ReadsNothingBesideTheMaps) {
  GatherProblem problem = RandomProblem(kSmall, 8);
  const float edges[] = {0.0f, 1.0f, 0.5f, 1e-7f, -1e-7f, 0.9999999f, 1.0000001f};
  for (std::size_t i = 0; i < problem.locations.size(); ++i) problem.locations[i] = edges[(i + i / 7) % 7];
  const GuardedValues guarded(problem);
  const DeformGatherInputs in = {guarded.Data(), problem.locations.data(), problem.attention.data()};
  ASSERT_EQ(DeformGatherCpu(problem.shape, in, problem.Outputs(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardCpu(problem.shape, in, problem.Gradients(), SerialFor), OpStatus::kOk);
  for (const auto *result : {&problem.gathered, &problem.grad_locations, &problem.grad_attention}) {
    for (const float number : *result) ASSERT_TRUE(std::isfinite(number));
  }
}

TEST(DeformGather, SharedPyramidEqualsCopies) {
  GatherProblem copies = RandomProblem(kSmall, 9);
  const std::size_t stride = static_cast<std::size_t>(copies.shape.values_batch_stride);
  std::copy_n(copies.values.begin(), stride, copies.values.begin() + stride);
  GatherProblem shared = copies;
  shared.shape.values_batch_stride = 0;
  shared.values.resize(stride);
  DeformGatherGradients shared_gradients = shared.Gradients();
  EXPECT_EQ(DeformGatherBackwardCpu(shared.shape, shared.Inputs(), shared_gradients, SerialFor), OpStatus::kBadShape);
  shared_gradients.values = nullptr;

  ASSERT_EQ(DeformGatherCpu(copies.shape, copies.Inputs(), copies.Outputs(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherCpu(shared.shape, shared.Inputs(), shared.Outputs(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardCpu(copies.shape, copies.Inputs(), copies.Gradients(), SerialFor), OpStatus::kOk);
  ASSERT_EQ(DeformGatherBackwardCpu(shared.shape, shared.Inputs(), shared_gradients, SerialFor), OpStatus::kOk);
  EXPECT_EQ(copies.gathered, shared.gathered);
  EXPECT_EQ(copies.inside, shared.inside);
  EXPECT_EQ(copies.grad_locations, shared.grad_locations);
  EXPECT_EQ(copies.grad_attention, shared.grad_attention);
}

}  // namespace
}  // namespace kpt::ops
