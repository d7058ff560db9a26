// The network's sizes: their bounds, and their form in a safetensors file's metadata. One table names every field, so
// that a new size is bounded, written and read by adding a line. Must not know Torch; weights and configurations call
// it.
#include "kpt/net/net_config.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "kpt/base/error.h"

namespace kpt::net {
namespace {

constexpr std::string_view kPrefix = "net.";

struct IntField {
  const char *name;
  int NetConfig::*member;
  int lowest;
  int highest;
};

// Bounds are generous for research and still keep the network of a hostile file within a few GB.
constexpr IntField kInts[] = {
    {"crop_size", &NetConfig::crop_size, 32, 2048},
    {"channels", &NetConfig::channels, 8, 2048},
    {"side_heads", &NetConfig::side_heads, 1, 16},  // there are 16 linked references a keypoint
    {"attention_heads", &NetConfig::attention_heads, 1, 64},
    {"self_attention_heads", &NetConfig::self_attention_heads, 1, 64},
    {"sampling_points", &NetConfig::sampling_points, 1, 64},
    {"layers", &NetConfig::layers, 1, 16},
    {"ffn", &NetConfig::ffn, 1, 8192},
    {"padded_keypoints", &NetConfig::padded_keypoints, 1, 1024},
    {"proposal_stride", &NetConfig::proposal_stride, 4, 32},
};

struct BoolField {
  const char *name;
  bool NetConfig::*member;
};

constexpr BoolField kBools[] = {
    {"pad_on_links", &NetConfig::pad_on_links}, {"support_mining", &NetConfig::support_mining},
    {"proposal", &NetConfig::proposal},         {"layout_prior", &NetConfig::layout_prior},
    {"confidence", &NetConfig::confidence},     {"joint_confidence", &NetConfig::joint_confidence},
    {"seed_vector", &NetConfig::seed_vector},
};

struct BackboneFacts {
  const char *name;
  std::array<double, 3> mean;  ///< of pixels in [0, 255], RGB
  std::array<double, 3> std;
};

constexpr BackboneFacts kBackbones[] = {
    {"resnet50", {0.485 * 255, 0.456 * 255, 0.406 * 255}, {0.229 * 255, 0.224 * 255, 0.225 * 255}},
    {"efficientnet_lite0", {127, 127, 127}, {128, 128, 128}},
};

[[noreturn]] void Fail(const std::string &field, const std::string &problem) {
  throw Error(ErrorCode::kModel, "network configuration: " + field + ": " + problem);
}

const BackboneFacts &FactsOf(const std::string &backbone) {
  for (const BackboneFacts &facts : kBackbones) {
    if (backbone == facts.name) return facts;
  }
  Fail("backbone", "unknown name \"" + backbone.substr(0, 40) + "\"; use resnet50 or efficientnet_lite0");
}

template <typename Number>
std::string TextOf(Number value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

/// The whole text as a number, whatever the locale.
template <typename Number>
Number Parse(const std::string &field, std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    Fail(field, "\"" + std::string(text.substr(0, 40)) + "\" is not a number that fits");
  }
  return value;
}

bool ParseBool(const std::string &field, const std::string &text) {
  if (text != "true" && text != "false") Fail(field, "\"" + text.substr(0, 40) + "\" is neither true nor false");
  return text == "true";
}

std::vector<int> ParseStrides(const std::string &field, std::string_view text) {
  std::vector<int> strides;
  while (true) {
    const std::size_t comma = text.find(',');
    strides.push_back(Parse<int>(field, text.substr(0, comma)));
    if (comma == std::string_view::npos) return strides;
    if (strides.size() > 4) Fail(field, "more than four levels");
    text.remove_prefix(comma + 1);
  }
}

std::string StridesText(const std::vector<int> &strides) {
  std::string text;
  for (const int stride : strides) text += (text.empty() ? "" : ",") + TextOf(stride);
  return text;
}

void SetField(NetConfig *config, const std::string &name, const std::string &value) {
  for (const IntField &field : kInts) {
    if (name == field.name) {
      config->*field.member = Parse<int>(name, value);
      return;
    }
  }
  for (const BoolField &field : kBools) {
    if (name == field.name) {
      config->*field.member = ParseBool(name, value);
      return;
    }
  }
  if (name == "backbone") {
    config->backbone = value;
  } else if (name == "strides") {
    config->strides = ParseStrides(name, value);
  } else if (name == "dropout") {
    config->dropout = Parse<float>(name, value);
  } else {
    Fail(name.substr(0, 60), "unknown field; another or a newer program wrote these weights");
  }
}

void CheckDivisible(const char *what, int value, const char *by_what, int by) {
  if (value % by != 0) Fail(what, TextOf(value) + " must be a multiple of " + by_what + " " + TextOf(by));
}

void CheckStrides(const NetConfig &config) {
  const std::vector<int> &strides = config.strides;
  if (strides.empty()) Fail("strides", "at least one level is needed");
  const std::string text = "{" + StridesText(strides) + "}";
  bool has_proposal_stride = false;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const int stride = strides[i];
    if (stride != 4 && stride != 8 && stride != 16 && stride != 32)
      Fail("strides", text + " may hold 4, 8, 16 and 32 only");
    if (i > 0 && stride * 2 != strides[i - 1])
      Fail("strides", text + " must halve from level to level, coarse to fine");
    has_proposal_stride |= stride == config.proposal_stride;
  }
  if (config.layout_prior && !config.proposal) Fail("layout_prior", "true needs the proposal");
  if (config.proposal && !has_proposal_stride) {
    Fail("proposal_stride", TextOf(config.proposal_stride) + " is not one of the strides " + text);
  }
}

}  // namespace

NetConfig NetConfig::Released() {
  NetConfig config;
  config.backbone = "resnet50";
  config.strides = {32, 16, 8};
  config.channels = 256;
  config.side_heads = 8;
  config.attention_heads = 8;
  config.self_attention_heads = 8;
  config.padded_keypoints = 70;
  config.proposal = false;
  config.confidence = false;
  config.seed_vector = false;
  return config;
}

Normalisation NetConfig::normalisation() const {
  const BackboneFacts &facts = FactsOf(backbone);
  return {{facts.mean.begin(), facts.mean.end()}, {facts.std.begin(), facts.std.end()}};
}

void NetConfig::Check() const {
  FactsOf(backbone);
  for (const IntField &field : kInts) {
    const int value = this->*field.member;
    if (value < field.lowest || value > field.highest) {
      Fail(field.name, TextOf(value) + " is outside " + TextOf(field.lowest) + " to " + TextOf(field.highest));
    }
  }
  if (!std::isfinite(dropout) || dropout < 0 || dropout >= 1) Fail("dropout", TextOf(dropout) + " is outside [0, 1)");
  CheckDivisible("channels", channels, "the sine code's", 4);  // sine and cosine of x and y
  CheckDivisible("channels", channels, "attention_heads", attention_heads);
  CheckDivisible("channels", channels, "self_attention_heads", self_attention_heads);
  if (joint_confidence && !(confidence && proposal)) {
    Fail("joint_confidence", "true needs the confidence and the proposal");
  }
  CheckStrides(*this);
  CheckDivisible("crop_size", crop_size, "the coarsest stride", strides.front());
}

std::map<std::string, std::string> NetConfig::ToMetadata() const {
  std::map<std::string, std::string> metadata;
  const auto add = [&](std::string_view name, std::string value) {
    metadata[std::string(kPrefix).append(name)] = std::move(value);
  };
  add("backbone", backbone);
  add("strides", StridesText(strides));
  add("dropout", TextOf(dropout));
  for (const IntField &field : kInts) add(field.name, TextOf(this->*field.member));
  for (const BoolField &field : kBools) add(field.name, this->*field.member ? "true" : "false");
  return metadata;
}

NetConfig NetConfig::FromMetadata(const std::map<std::string, std::string> &metadata) {
  NetConfig config;
  for (const auto &[key, value] : metadata) {
    if (key.compare(0, kPrefix.size(), kPrefix) == 0) SetField(&config, key.substr(kPrefix.size()), value);
  }
  config.Check();
  return config;
}

}  // namespace kpt::net
