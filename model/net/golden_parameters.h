// Parameters from a formula of name and index (golden folder's README), so that any language can rebuild them. Private
// to net's golden runner and tests. Includes Torch.
#pragma once

#include <torch/nn/module.h>

#include <string>

namespace kpt::net {

/// The tensor that the formula gives for `name`, in `shape`.
torch::Tensor GoldenParameter(const std::string &name, const std::vector<std::int64_t> &shape);

/// Fills every parameter and buffer of a module; `prefix` is put before each name.
void FillWithGoldenParameters(torch::nn::Module &module, const std::string &prefix = "");

}  // namespace kpt::net
