// The arithmetic of the deformable gather (deform_gather.h), one output element at a time: the one place where the
// formula is written. Addresses are derived from the element's index.
//
// Knows pointers and sizes; no loops over outputs, no threads. Driven by deform_gather_plain.cpp, deform_gather_cpu.cpp
// (which takes the corners from here and all channels at once) and deform_gather_cuda.cu.
//
// Indices: `group` counts (b, k, g) in row-major order, `sample` counts (b, k, g, t, p).
#pragma once

#include <cstdint>

#include "kpt/ops/deform_gather.h"
#include "kpt/ops/hd.h"

namespace kpt::ops {

inline constexpr int kCorners = 4;

/// The four pixels around a location, and how much each counts.
struct Bilinear {
  bool any_inside = false;
  std::int64_t cell[kCorners] = {-1, -1, -1, -1};  ///< y * width + x, or -1 where the pixel lies outside the map
  float weight[kCorners] = {};
  float weight_dx[kCorners] = {};  ///< derivative of the weight by the location's x in [0, 1]
  float weight_dy[kCorners] = {};
};

/// floor(value) for value > -1; std::floor is a library call on processors of the generic build.
KPT_HD std::int64_t FloorAboveMinusOne(float value) { return value < 0.0f ? -1 : static_cast<std::int64_t>(value); }

/// Pixel centres lie at (i + 0.5) / size (align_corners = false). A location that is not a number has no corner inside.
KPT_HD Bilinear AroundLocation(float x, float y, std::int32_t height, std::int32_t width) {
  Bilinear around;
  const float pixel_x = x * static_cast<float>(width) - 0.5f;
  const float pixel_y = y * static_cast<float>(height) - 0.5f;
  const bool near_map = pixel_x > -1.0f && pixel_x < static_cast<float>(width) &&  //
                        pixel_y > -1.0f && pixel_y < static_cast<float>(height);
  if (!near_map) return around;  // before the conversion to integers, which is undefined for huge numbers and NaN

  const std::int64_t left = FloorAboveMinusOne(pixel_x);
  const std::int64_t top = FloorAboveMinusOne(pixel_y);
  const float right = pixel_x - static_cast<float>(left);
  const float below = pixel_y - static_cast<float>(top);
  for (int corner = 0; corner < kCorners; ++corner) {
    const int step_x = corner & 1;
    const int step_y = corner >> 1;
    const std::int64_t column = left + step_x;
    const std::int64_t row = top + step_y;
    if (column < 0 || column >= width || row < 0 || row >= height) continue;
    const float share_x = step_x ? right : 1.0f - right;
    const float share_y = step_y ? below : 1.0f - below;
    around.any_inside = true;
    around.cell[corner] = row * width + column;
    around.weight[corner] = share_x * share_y;
    around.weight_dx[corner] = (step_x ? share_y : -share_y) * static_cast<float>(width);
    around.weight_dy[corner] = (step_y ? share_x : -share_x) * static_cast<float>(height);
  }
  return around;
}

/// The first cell of a level in the concatenated pyramid.
KPT_HD std::int64_t LevelStart(const DeformGatherShape &shape, std::int64_t level) {
  std::int64_t start = 0;
  for (std::int64_t t = 0; t < level; ++t) start += static_cast<std::int64_t>(shape.height[t]) * shape.width[t];
  return start;
}

KPT_HD std::int64_t BatchOfGroup(const DeformGatherShape &shape, std::int64_t group) {
  return group / (shape.keypoints * shape.groups);
}

KPT_HD const float *ValuesOfGroup(const DeformGatherShape &shape, const float *values, std::int64_t group) {
  return values + BatchOfGroup(shape, group) * shape.values_batch_stride;
}

/// Calls visit(cell of the pyramid, attention * bilinear weight) for each corner inside the map of one level.
template <typename Visit>
KPT_HD void ForEachCornerOfLevel(const DeformGatherShape &shape, const DeformGatherInputs &in, std::int64_t group,
                                 std::int64_t level, std::int64_t level_start, const Visit &visit) {
  for (std::int64_t p = 0; p < shape.points; ++p) {
    const std::int64_t sample = (group * shape.levels + level) * shape.points + p;
    const Bilinear around =
        AroundLocation(in.locations[2 * sample], in.locations[2 * sample + 1], shape.height[level], shape.width[level]);
    if (!around.any_inside) continue;
    const float attention = in.attention[sample];
    for (int corner = 0; corner < kCorners; ++corner) {
      if (around.cell[corner] >= 0) visit(level_start + around.cell[corner], attention * around.weight[corner]);
    }
  }
}

/// The same for all levels: everything that one group gathers.
template <typename Visit>
KPT_HD void ForEachCorner(const DeformGatherShape &shape, const DeformGatherInputs &in, std::int64_t group,
                          const Visit &visit) {
  std::int64_t level_start = 0;
  for (std::int64_t t = 0; t < shape.levels; ++t) {
    ForEachCornerOfLevel(shape, in, group, t, level_start, visit);
    level_start += static_cast<std::int64_t>(shape.height[t]) * shape.width[t];
  }
}

/// gathered[b,k,g,c]
KPT_HD float GatherChannel(const DeformGatherShape &shape, const DeformGatherInputs &in, std::int64_t group,
                           std::int64_t channel) {
  const float *values = ValuesOfGroup(shape, in.values, group);
  float sum = 0.0f;
  ForEachCorner(shape, in, group,
                [&](std::int64_t cell, float weight) { sum += weight * values[cell * shape.channels + channel]; });
  return sum;
}

/// inside[b,k,g]
KPT_HD float GatherInside(const DeformGatherShape &shape, const DeformGatherInputs &in, std::int64_t group) {
  float sum = 0.0f;
  ForEachCorner(shape, in, group, [&](std::int64_t, float weight) { sum += weight; });
  return sum;
}

/// What gathered[b,k,g,c] contributes to the gradient of the values: calls add(address, summand) for each corner.
template <typename Add>
KPT_HD void ScatterChannel(const DeformGatherShape &shape, const DeformGatherInputs &in,
                           const DeformGatherGradients &gradients, std::int64_t group, std::int64_t channel,
                           const Add &add) {
  float *values = gradients.values + BatchOfGroup(shape, group) * shape.values_batch_stride;
  const float gradient = gradients.gathered[group * shape.channels + channel];
  ForEachCorner(shape, in, group, [&](std::int64_t cell, float weight) {
    add(values + cell * shape.channels + channel, weight * gradient);
  });
}

/// Gradient of the loss by one sample's attention and location.
struct SampleGradient {
  float attention = 0.0f;
  float x = 0.0f;
  float y = 0.0f;
};

/// `corner_gain[i]` is how much the loss grows with the weight of corner i: its values times the gradient of
/// `gathered`, summed over channels, plus the gradient of `inside`. The result is linear in it, so results for parts of
/// the channels can be added.
KPT_HD SampleGradient GradientFromCorners(const Bilinear &around, const float *corner_gain, float attention) {
  SampleGradient gradient;
  for (int corner = 0; corner < kCorners; ++corner) {
    if (around.cell[corner] < 0) continue;
    gradient.attention += around.weight[corner] * corner_gain[corner];
    gradient.x += attention * around.weight_dx[corner] * corner_gain[corner];
    gradient.y += attention * around.weight_dy[corner] * corner_gain[corner];
  }
  return gradient;
}

/// The part of a sample's gradient that comes from the channels first, first + step, first + 2 * step ...; the part
/// that comes from `inside` goes with channel 0. A single caller passes (0, 1), the lanes of a warp (lane, 32).
KPT_HD SampleGradient GatherSampleGradient(const DeformGatherShape &shape, const DeformGatherInputs &in,
                                           const DeformGatherGradients &gradients, std::int64_t sample,
                                           std::int64_t first, std::int64_t step) {
  const std::int64_t group = sample / (shape.levels * shape.points);
  const std::int64_t level = sample / shape.points % shape.levels;
  const Bilinear around =
      AroundLocation(in.locations[2 * sample], in.locations[2 * sample + 1], shape.height[level], shape.width[level]);
  if (!around.any_inside) return {};
  const float *values = ValuesOfGroup(shape, in.values, group) + LevelStart(shape, level) * shape.channels;
  const float *gathered = gradients.gathered + group * shape.channels;
  float corner_gain[kCorners] = {};
  for (int corner = 0; corner < kCorners; ++corner) {
    if (around.cell[corner] < 0) continue;
    if (first == 0) corner_gain[corner] = gradients.inside[group];
    for (std::int64_t c = first; c < shape.channels; c += step) {
      corner_gain[corner] += values[around.cell[corner] * shape.channels + c] * gathered[c];
    }
  }
  return GradientFromCorners(around, corner_gain, in.attention[sample]);
}

}  // namespace kpt::ops
