// The deformable gather as plain loops over deform_gather_core.h: the reference of the fast variant, for its test
// and for `kpt bench`. Same contract as DeformGatherCpu and DeformGatherBackwardCpu, on the calling thread alone.
#pragma once

#include "kpt/ops/deform_gather.h"

namespace kpt::ops {

OpStatus DeformGatherPlainCpu(const DeformGatherShape &shape, const DeformGatherInputs &in,
                              const DeformGatherOutputs &out) noexcept;
OpStatus DeformGatherBackwardPlainCpu(const DeformGatherShape &shape, const DeformGatherInputs &in,
                                      const DeformGatherGradients &gradients) noexcept;

}  // namespace kpt::ops
