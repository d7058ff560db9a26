// The networks of samples.h. The only file of these tests that includes Torch.
#include <torch/serialize.h>
#include <torch/utils.h>

#include <fstream>

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

void WriteBackbonePth(const std::string &path) {
  c10::impl::GenericDict state(c10::StringType::get(), c10::TensorType::get());
  state.insert("_conv_stem.weight", torch::arange(24, torch::kFloat32).view({2, 3, 2, 2}));
  state.insert("_bn0.weight", torch::ones({2}));
  state.insert("_bn0.num_batches_tracked", torch::ones({}, torch::kInt64));
  state.insert("_fc.weight", torch::ones({10, 2}));
  const std::vector<char> bytes = torch::pickle_save(state);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace kpt::cli_testing
