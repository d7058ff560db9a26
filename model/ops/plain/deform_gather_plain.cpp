// See deform_gather_plain.h.
#include "deform_gather_plain.h"

#include "kpt/ops/deform_gather_core.h"

namespace kpt::ops {

OpStatus DeformGatherPlainCpu(const DeformGatherShape &shape, const DeformGatherInputs &in,
                              const DeformGatherOutputs &out) noexcept {
  const OpStatus status = CheckShape(shape);
  if (status != OpStatus::kOk) return status;
  const std::int64_t groups = shape.batch * shape.keypoints * shape.groups;
  for (std::int64_t group = 0; group < groups; ++group) {
    out.inside[group] = GatherInside(shape, in, group);
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      out.gathered[group * shape.channels + c] = GatherChannel(shape, in, group, c);
    }
  }
  return OpStatus::kOk;
}

OpStatus DeformGatherBackwardPlainCpu(const DeformGatherShape &shape, const DeformGatherInputs &in,
                                      const DeformGatherGradients &gradients) noexcept {
  const OpStatus status = CheckBackwardShape(shape, gradients);
  if (status != OpStatus::kOk) return status;
  const std::int64_t groups = shape.batch * shape.keypoints * shape.groups;
  const std::int64_t samples = groups * shape.levels * shape.points;
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    const SampleGradient gradient = GatherSampleGradient(shape, in, gradients, sample, 0, 1);
    gradients.attention[sample] = gradient.attention;
    gradients.locations[2 * sample] = gradient.x;
    gradients.locations[2 * sample + 1] = gradient.y;
  }
  if (gradients.values == nullptr) return OpStatus::kOk;
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      ScatterChannel(shape, in, gradients, group, c, [](float *at, float summand) { *at += summand; });
    }
  }
  return OpStatus::kOk;
}

}  // namespace kpt::ops
