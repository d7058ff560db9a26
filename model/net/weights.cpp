#include "kpt/net/weights.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <vector>

#include "kpt/base/error.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr std::size_t kNamedProblems = 8;  // a wrong file has hundreds; the first few tell what it is

std::map<std::string, Tensor> TensorsOf(const torch::nn::Module &module) {
  std::map<std::string, Tensor> tensors;
  for (const auto &item : module.named_parameters()) tensors[item.key()] = item.value();
  for (const auto &item : module.named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

torch::ScalarType ScalarTypeOf(ElementType type) {
  switch (type) {
    case ElementType::kBool:
      return torch::kBool;
    case ElementType::kU8:
      return torch::kUInt8;
    case ElementType::kI8:
      return torch::kInt8;
    case ElementType::kI16:
      return torch::kInt16;
    case ElementType::kI32:
      return torch::kInt32;
    case ElementType::kI64:
      return torch::kInt64;
    case ElementType::kF16:
      return torch::kHalf;
    case ElementType::kBF16:
      return torch::kBFloat16;
    case ElementType::kF32:
      return torch::kFloat;
    case ElementType::kF64:
      return torch::kDouble;
  }
  throw Error(ErrorCode::kModel, "unknown element type");
}

template <typename Shape>
std::string ShapeText(const Shape &shape) {
  std::ostringstream text;
  text << '[';
  for (std::size_t i = 0; i < shape.size(); ++i) text << (i ? ", " : "") << shape[i];
  text << ']';
  return text.str();
}

RawTensor Raw(const Tensor &dense) {
  RawTensor raw;
  raw.type = dense.scalar_type() == torch::kHalf ? ElementType::kF16 : ElementType::kF32;
  raw.shape = dense.sizes().vec();
  raw.data = static_cast<const std::uint8_t *>(dense.data_ptr());
  raw.bytes = dense.nbytes();
  return raw;
}

bool StartsWith(const std::string &text, const std::string &prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

/// What older files lack.
bool IsAddition(const std::string &key) {
  return StartsWith(key, "predictor.proposal.layout_prior.") || StartsWith(key, "predictor.joint_confidence.");
}

enum class Additions { kMustBeThere, kMayBeMissing };

/// LoadWeights of weights.h, strict or not.
void Load(torch::nn::Module &module, const SafetensorsFile &file, const std::string &prefix, Additions additions) {
  std::vector<std::string> problems;
  std::map<std::string, Tensor> expected = TensorsOf(module);
  for (const auto &[key, raw] : file.tensors()) {
    if (!StartsWith(key, prefix)) continue;
    const auto target = expected.find(key.substr(prefix.size()));
    if (target == expected.end()) {
      problems.push_back("extra '" + key + "'");
    } else if (target->second.sizes().vec() != raw.shape) {
      problems.push_back("'" + key + "' is " + ShapeText(raw.shape) + ", expected " +
                         ShapeText(target->second.sizes()));
      expected.erase(target);
    } else {
      torch::NoGradGuard no_gradient;
      const Tensor source = torch::from_blob(const_cast<std::uint8_t *>(raw.data), raw.shape, ScalarTypeOf(raw.type));
      target->second.copy_(source);
      expected.erase(target);
    }
  }
  for (const auto &[key, tensor] : expected) {
    if (additions == Additions::kMustBeThere || !IsAddition(key)) problems.push_back("missing '" + prefix + key + "'");
  }
  if (problems.empty()) return;
  std::ostringstream message;
  message << file.path() << ": the weights do not fit the network: ";
  for (std::size_t i = 0; i < std::min(problems.size(), kNamedProblems); ++i) message << (i ? "; " : "") << problems[i];
  if (problems.size() > kNamedProblems) message << "; and " << problems.size() - kNamedProblems << " more";
  throw Error(ErrorCode::kModel, message.str());
}

}  // namespace

void LoadWeights(torch::nn::Module &module, const SafetensorsFile &file, const std::string &prefix) {
  Load(module, file, prefix, Additions::kMustBeThere);
}

void LoadStartWeights(FgsaNet &net, const std::string &path) {
  Load(*net, SafetensorsFile::Read(path), "", Additions::kMayBeMissing);
}

FgsaNet LoadNet(const std::string &path) {
  const SafetensorsFile file = SafetensorsFile::Read(path);
  NetConfig config;
  try {
    config = NetConfig::FromMetadata(file.metadata());
    config.Check();
  } catch (const Error &error) {
    throw Error(error.code(), path + ": " + error.what());
  }
  FgsaNet net(config);
  LoadWeights(*net, file);
  return net;
}

void LoadBackboneWeights(FgsaNet &net, const std::string &path) {
  LoadWeights(*net->named_children()["backbone"], SafetensorsFile::Read(path), "backbone.");
}

void SaveNet(const std::string &path, const FgsaNet &net, const std::map<std::string, std::string> &extra, bool half) {
  std::vector<Tensor> kept;  // the bytes must live until they are written
  std::map<std::string, RawTensor> raw;
  for (const auto &[key, tensor] : TensorsOf(*net)) {
    kept.push_back(tensor.detach().cpu().to(half ? torch::kHalf : torch::kFloat).contiguous());
    raw[key] = Raw(kept.back());
  }
  std::map<std::string, std::string> metadata = net->config().ToMetadata();
  metadata.insert(extra.begin(), extra.end());
  WriteSafetensors(path, raw, metadata);
}

}  // namespace kpt::net
