// The network of samples.h. The only file of these tests that includes Torch.
#include <torch/utils.h>

#include "kpt/net/weights.h"
#include "samples.h"

namespace kpt::cli_testing {

void WriteTinyNet(const std::string &path) {
  torch::manual_seed(1);
  net::NetConfig config;
  config.crop_size = 128;
  config.channels = 32;
  config.ffn = 32;
  net::SaveNet(path, net::FgsaNet(config), {}, false);
}

}  // namespace kpt::cli_testing
