#include "golden_parameters.h"

#include <cmath>
#include <cstdint>

namespace kpt::net {
namespace {

using torch::Tensor;

std::uint64_t Fnv1a64(const std::string &text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

std::uint64_t SplitMix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

bool Contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }
bool EndsWith(const std::string &text, const std::string &suffix) {
  return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// value = offset + scale * u, u in [-1, 1).
struct Rule {
  double offset, scale;
};

Rule RuleOf(const std::string &name, const std::vector<std::int64_t> &shape, std::int64_t count) {
  if (shape.size() >= 2) {
    const double fan_in = static_cast<double>(count) / static_cast<double>(shape[0]);
    const bool branch_end = Contains(name, "kpt_branch.") && EndsWith(name, ".mlp.6.weight");
    return {0, std::sqrt(3.0 / fan_in) * (branch_end ? 4 : 1)};
  }
  if (EndsWith(name, ".sampling_offsets.bias")) return {0, 2};
  if (EndsWith(name, "running_var") || EndsWith(name, "weight")) return {1, 0.1};
  return {0, 0.1};
}

}  // namespace

Tensor GoldenParameter(const std::string &name, const std::vector<std::int64_t> &shape) {
  const Tensor tensor = torch::empty(shape);
  const std::int64_t count = tensor.numel();
  const Rule rule = RuleOf(name, shape, count);
  const std::uint64_t hash = Fnv1a64(name);
  float *values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t z = SplitMix64(hash + (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15U);
    const double u = static_cast<double>(z >> 40) / static_cast<double>(1 << 23) - 1;
    values[i] = static_cast<float>(rule.offset + rule.scale * u);
  }
  return tensor;
}

void FillWithGoldenParameters(torch::nn::Module &module, const std::string &prefix) {
  torch::NoGradGuard no_gradient;
  for (auto &item : module.named_parameters())
    item.value().copy_(GoldenParameter(prefix + item.key(), item.value().sizes().vec()));
  for (auto &item : module.named_buffers())
    item.value().copy_(GoldenParameter(prefix + item.key(), item.value().sizes().vec()));
}

}  // namespace kpt::net
