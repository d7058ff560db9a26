// How many CPU threads the network uses. No Torch in this header. Called by the tracker's network estimator and
// training.
#pragma once

namespace kpt::net {

/// Sets LibTorch's threads for this process. 0: OMP_NUM_THREADS where it is set, else one a physical core: a second
/// hardware thread of a core serves a pipeline better by decoding and encoding. A separate OpenBLAS pool is held to one
/// thread: its workers spin, and beside LibTorch's own they more than double a frame's time on few cores.
void UseCpuThreads(int count);

}  // namespace kpt::net
