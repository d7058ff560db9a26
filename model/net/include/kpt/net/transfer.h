// Host memory to the GPU without waiting for it. A plain Tensor::to waits for the whole stream, which would cost a
// frame one synchronisation for each small tensor. Includes Torch.
#pragma once

#include <torch/types.h>

namespace kpt::net {

/// `host` on `device`: through pinned memory, in the order of the current stream. On the CPU: itself.
inline torch::Tensor OnDevice(const torch::Tensor &host, const torch::Device &device) {
  return device.is_cuda() ? host.pin_memory().to(device, /*non_blocking=*/true) : host;
}

}  // namespace kpt::net
