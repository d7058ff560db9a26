// How many CPU threads the network uses. No Torch in this header. Called by the tracker's network estimator and training.
#pragma once

namespace kpt::net {

/// Sets LibTorch's threads for this process (0: as LibTorch does, OMP_NUM_THREADS or one a core). A separate OpenBLAS pool is held to one thread: its workers
/// spin, and beside LibTorch's own they more than double a frame's time on few cores.
void UseCpuThreads(int count);

}  // namespace kpt::net
