// How an op answers: ops throw nothing. Included by every op's header.
#pragma once

namespace kpt::ops {

enum class OpStatus { kOk, kBadShape, kCudaError };

}  // namespace kpt::ops
