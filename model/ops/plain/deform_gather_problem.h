// A deformable gather with random data and room for its results. Shared by the test and the benchmark.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "kpt/ops/deform_gather.h"

namespace kpt::ops {

struct GatherProblem {
  DeformGatherShape shape;
  std::vector<float> values, locations, attention;
  std::vector<float> grad_gathered, grad_inside;  // gradients by the outputs: inputs of the backward pass

  std::vector<float> gathered, inside;
  std::vector<float> grad_values, grad_locations, grad_attention;

  DeformGatherInputs Inputs() const { return {values.data(), locations.data(), attention.data()}; }
  DeformGatherOutputs Outputs() { return {gathered.data(), inside.data()}; }
  DeformGatherGradients Gradients() {
    return {grad_gathered.data(), grad_inside.data(), grad_values.data(), grad_locations.data(), grad_attention.data()};
  }
};

struct GatherSizes {
  std::int64_t batch, keypoints, groups, points, channels;
  std::vector<std::pair<std::int32_t, std::int32_t>> maps;  // height, width
};

/// Locations reach beyond the maps by a fifth on each side; the attention of a group is positive and sums to about one.
inline GatherProblem RandomProblem(const GatherSizes &sizes, unsigned seed) {
  GatherProblem problem;
  DeformGatherShape &shape = problem.shape;
  shape.batch = sizes.batch;
  shape.keypoints = sizes.keypoints;
  shape.groups = sizes.groups;
  shape.levels = static_cast<std::int64_t>(sizes.maps.size());
  shape.points = sizes.points;
  shape.channels = sizes.channels;
  for (std::size_t t = 0; t < sizes.maps.size(); ++t) {
    shape.height[t] = sizes.maps[t].first;
    shape.width[t] = sizes.maps[t].second;
    shape.cells += static_cast<std::int64_t>(shape.height[t]) * shape.width[t];
  }
  shape.values_batch_stride = shape.cells * shape.channels;

  std::mt19937 random(seed);
  const auto uniform = [&random](std::int64_t count, float low, float high) {
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> numbers(static_cast<std::size_t>(count));
    for (float &number : numbers) number = distribution(random);
    return numbers;
  };
  const std::int64_t groups = shape.batch * shape.keypoints * shape.groups;
  const std::int64_t samples = groups * shape.levels * shape.points;
  problem.values = uniform(shape.batch * shape.values_batch_stride, -1.0f, 1.0f);
  problem.locations = uniform(2 * samples, -0.2f, 1.2f);
  problem.attention = uniform(samples, 0.0f, 2.0f / static_cast<float>(shape.levels * shape.points));
  problem.grad_gathered = uniform(groups * shape.channels, -1.0f, 1.0f);
  problem.grad_inside = uniform(groups, -1.0f, 1.0f);

  problem.gathered.resize(problem.grad_gathered.size());
  problem.inside.resize(problem.grad_inside.size());
  problem.grad_values.resize(problem.values.size());
  problem.grad_locations.resize(problem.locations.size());
  problem.grad_attention.resize(problem.attention.size());
  return problem;
}

}  // namespace kpt::ops
