// How an op spreads its work over threads without owning any: the caller hands in a function that splits a range.
#pragma once

#include <cstdint>

namespace kpt::ops {

/// Does the items [begin, end) of a job; `context` is the job's own.
using RangeBody = void (*)(void *context, std::int64_t begin, std::int64_t end);

/// Calls `body` on pieces that together cover [0, count), on as many threads as the caller likes, and returns when all
/// are done. Pieces are at least `grain` items, except the last.
using ParallelFor = void (*)(std::int64_t count, std::int64_t grain, RangeBody body, void *context);

/// The ParallelFor that uses the calling thread alone.
inline void SerialFor(std::int64_t count, std::int64_t /*grain*/, RangeBody body, void *context) {
  if (count > 0) body(context, 0, count);
}

}  // namespace kpt::ops
