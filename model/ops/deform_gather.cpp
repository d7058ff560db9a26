// Checks the sizes of a deformable gather. Knows no data. Called by every entry of deform_gather.h.
#include "kpt/ops/deform_gather.h"

#include <initializer_list>
#include <limits>

namespace kpt::ops {
namespace {

/// Whether a float tensor of these (positive) sizes has an address for each element.
bool Addressable(std::initializer_list<std::int64_t> sizes) {
  std::int64_t room = std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(sizeof(float));
  for (const std::int64_t size : sizes) room /= size;
  return room > 0;
}

}  // namespace

OpStatus CheckShape(const DeformGatherShape &shape) noexcept {
  const bool positive = shape.batch > 0 && shape.keypoints > 0 && shape.groups > 0 && shape.levels > 0 &&
                        shape.points > 0 && shape.channels > 0 && shape.cells > 0;
  if (!positive || shape.levels > kMaxLevels) return OpStatus::kBadShape;

  std::int64_t cells_left = shape.cells;
  for (std::int64_t t = 0; t < shape.levels; ++t) {
    if (shape.height[t] <= 0 || shape.width[t] <= 0) return OpStatus::kBadShape;
    cells_left -= static_cast<std::int64_t>(shape.height[t]) * shape.width[t];
    if (cells_left < 0) return OpStatus::kBadShape;
  }
  if (cells_left != 0) return OpStatus::kBadShape;

  const bool addressable = Addressable({shape.batch, shape.cells, shape.channels}) &&
                           Addressable({shape.batch, shape.keypoints, shape.groups, shape.channels}) &&
                           Addressable({shape.batch, shape.keypoints, shape.groups, shape.levels, shape.points, 2});
  if (!addressable) return OpStatus::kBadShape;
  const bool own_pyramids = shape.values_batch_stride == shape.cells * shape.channels;
  return own_pyramids || shape.values_batch_stride == 0 ? OpStatus::kOk : OpStatus::kBadShape;
}

OpStatus CheckBackwardShape(const DeformGatherShape &shape, const DeformGatherGradients &gradients) noexcept {
  const bool shared_gradient = gradients.values != nullptr && shape.values_batch_stride == 0;
  return shared_gradient ? OpStatus::kBadShape : CheckShape(shape);
}

}  // namespace kpt::ops
