// Runs a folder of golden tensors (written by the released implementation) through this network. Goes by tensor names
// and shapes, so that any folder of the same kind works. No Torch in this header. Called by `kpt golden` and a test.
#pragma once

#include <string>
#include <vector>

namespace kpt::net {

/// One comparison. error = max|a - b| / max(1, max|b|); for integers and booleans 0 or 1: equal or not.
struct GoldenRow {
  std::string file;
  std::string block;
  double error = 0;
};

inline constexpr double kGoldenTolerance = 1e-4;

/// Every *.safetensors (images, or one attention with its gradients), padding.json and parameters.json of `folder`,
/// with the released configuration and parameters made from the formula of the folder's README. Throws Error: kNotFound
/// where the folder is missing or holds none of these, kModel naming the file where one is broken.
std::vector<GoldenRow> RunGolden(const std::string &folder);

}  // namespace kpt::net
