#include "kpt/net/convert.h"

#include <algorithm>
#include <vector>

#include "kpt/base/error.h"
#include "kpt/net/checkpoint_pth.h"
#include "kpt/net/net_config.h"
#include "kpt/net/safetensors.h"

namespace kpt::net {
namespace {

bool StartsWith(const std::string &text, const std::string &prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}
bool EndsWith(const std::string &text, const std::string &suffix) {
  return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// A kind of checkpoint that `kpt convert` knows.
struct CheckpointKind {
  const char *description;
  const char *telling_key;
  const char *prefix;                ///< put before every name
  std::vector<std::string> dropped;  ///< beginnings of names that this project has no use for
};

const std::vector<CheckpointKind> &KnownCheckpoints() {
  static const std::vector<CheckpointKind> kinds = {
      {"the released FGSA network", "predictor.decoder_layers.0.linear1.weight", "", {}},
      {"an EfficientNet-Lite0 backbone", "_conv_stem.weight", "backbone.", {"_conv_head.", "_bn1.", "_fc."}},
      {"a ResNet-50 backbone", "layer1.0.conv3.weight", "backbone.", {"fc."}},
  };
  return kinds;
}

const CheckpointKind &Recognise(const PthCheckpoint &checkpoint, const std::string &path) {
  for (const CheckpointKind &kind : KnownCheckpoints()) {
    if (checkpoint.tensors.count(kind.telling_key) != 0) return kind;
  }
  throw Error(ErrorCode::kModel, path +
                                     ": none of the checkpoints that can be converted (the released FGSA network, "
                                     "torchvision's ResNet-50, EfficientNet-Lite0)");
}

}  // namespace

std::string ConvertCheckpoint(const std::string &pth_path, const std::string &safetensors_path) {
  const PthCheckpoint checkpoint = ReadPth(pth_path);
  const CheckpointKind &kind = Recognise(checkpoint, pth_path);
  std::map<std::string, RawTensor> raw;
  for (const auto &[name, tensor] : checkpoint.tensors) {
    const bool dropped = std::any_of(kind.dropped.begin(), kind.dropped.end(),
                                     [&, &key = name](const std::string &start) { return StartsWith(key, start); });
    if (dropped || EndsWith(name, "num_batches_tracked")) continue;
    raw[kind.prefix + name] = {tensor.type, tensor.shape, tensor.bytes.data(), tensor.bytes.size()};
  }
  const bool whole = kind.prefix[0] == '\0';
  WriteSafetensors(safetensors_path, raw,
                   whole ? NetConfig::Released().ToMetadata() : std::map<std::string, std::string>{});
  return std::string(kind.description) + ", " + std::to_string(raw.size()) + " tensors";
}

}  // namespace kpt::net
