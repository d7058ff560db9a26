#include "kpt/net/golden.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "golden_parameters.h"
#include "kpt/base/error.h"
#include "kpt/net/deform_attention.h"
#include "kpt/net/fgsa_net.h"
#include "kpt/net/padding.h"
#include "kpt/net/positions.h"
#include "kpt/net/safetensors.h"

namespace kpt::net {
namespace {

using nlohmann::json;
using torch::Tensor;

double RelativeError(const Tensor &ours, const Tensor &golden) {
  if (ours.sizes() != golden.sizes()) return std::numeric_limits<double>::infinity();
  const double largest = golden.abs().max().item<double>();
  const double difference = (ours - golden).abs().max().item<double>();
  return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference / std::max(1.0, largest);
}

/// A golden safetensors file, its tensors as Torch's.
class GoldenFile {
 public:
  explicit GoldenFile(const std::string &path) : file_(SafetensorsFile::Read(path)) {}

  bool Has(const std::string &name) const { return file_.tensors().count(name) != 0; }

  Tensor Get(const std::string &name) const {
    const auto found = file_.tensors().find(name);
    if (found == file_.tensors().end()) throw Error(ErrorCode::kModel, file_.path() + ": no tensor '" + name + "'");
    const RawTensor &raw = found->second;
    const auto type = raw.type == ElementType::kF32   ? torch::kFloat
                      : raw.type == ElementType::kI64 ? torch::kInt64
                      : raw.type == ElementType::kU8  ? torch::kUInt8
                                                      : torch::kBool;
    return torch::from_blob(const_cast<std::uint8_t *>(raw.data), raw.shape, type).clone();
  }

  std::string Metadata(const std::string &key) const {
    const auto found = file_.metadata().find(key);
    if (found == file_.metadata().end()) throw Error(ErrorCode::kModel, file_.path() + ": no metadata '" + key + "'");
    return found->second;
  }

 private:
  SafetensorsFile file_;
};

/// Collects rows for one file.
class Report {
 public:
  Report(std::string file, std::vector<GoldenRow> *rows) : file_(std::move(file)), rows_(rows) {}

  void Add(const std::string &block, double error) { rows_->push_back({file_, block, error}); }
  void Compare(const GoldenFile &golden, const std::string &block, const Tensor &ours) {
    if (golden.Has(block)) Add(block, RelativeError(ours, golden.Get(block)));
  }

 private:
  std::string file_;
  std::vector<GoldenRow> *rows_;
};

void CompareNetwork(const GoldenFile &golden, FgsaNet &net, Report report) {
  torch::NoGradGuard no_gradient;
  const Tensor images = golden.Get("images");  // [B, S + 1, H, W, 3], the query last
  const SupportAnnotations annotations{golden.Get("points"), golden.Get("visible").to(torch::kBool),
                                       golden.Get("linked_refs")};
  const std::int64_t shots = images.size(1) - 1;
  const auto features = [&](std::int64_t i) { return net->Features(net->Normalise(images.select(1, i).contiguous())); };

  std::vector<FeatureMaps> support;
  for (std::int64_t s = 0; s < shots; ++s) support.push_back(features(s));
  const FeatureMaps query = features(shots);
  const NetOutput out = net->Forward(net->EncodeSupport(std::move(support), annotations), query);

  const std::int64_t keypoints = annotations.points.size(2);
  const Tensor order = QueryOrder(keypoints, net->config().channels, torch::kFloat);
  report.Compare(golden, "query_order", order.expand({images.size(0), -1, -1}));
  for (std::size_t i = 0; i < query.levels.size(); ++i)
    report.Compare(golden, "query_pyramid." + std::to_string(i), query.levels[i]);
  for (std::size_t l = 0; l < out.points.size(); ++l) {
    const std::string suffix = "." + std::to_string(l);
    report.Compare(golden, "support_features" + suffix, out.support_features[l]);
    report.Compare(golden, "query_features" + suffix, out.query_features[l].unsqueeze(0));
    report.Compare(golden, "query_points" + suffix, out.points[l]);
  }
}

/// The linked references of a network file follow from its points' visibility and its links.
void CompareLinkedReferences(const GoldenFile &golden, Report report) {
  const Tensor points = golden.Get("points"), visible = golden.Get("visible"), expected = golden.Get("linked_refs");
  std::vector<Link> links;
  for (const auto &link : json::parse(golden.Metadata("links")))
    links.push_back({link[0].get<int>(), link[1].get<int>()});
  const int real = std::stoi(golden.Metadata("keypoints"));
  const PadPlan plan = EqualDivisionPadding(real, links, static_cast<int>(points.size(2)));
  double error = 0;
  for (std::int64_t s = 0; s < points.size(0); ++s) {
    for (std::int64_t b = 0; b < points.size(1); ++b) {
      Keypoints marked;
      for (std::int64_t k = 0; k < real; ++k) {
        marked.points.push_back({points[s][b][k][0].item<float>(), points[s][b][k][1].item<float>()});
        marked.visible.push_back(visible[s][b][k].item<std::int64_t>() != 0);
      }
      const Keypoints padded = Pad(marked, plan);
      const auto ours =
          LinkedReferences(LinksAfterPadding(plan, padded), padded.visible, static_cast<int>(expected.size(3)));
      for (std::size_t k = 0; k < ours.size(); ++k) {
        const Tensor row = torch::tensor(ours[k]);
        if (!row.equal(expected[s][b][static_cast<std::int64_t>(k)])) error = 1;
      }
    }
  }
  report.Add("linked_refs", error);
}

/// The level sizes of square maps, each twice as wide as the last, that have `cells` cells in all.
LevelSizes SquareLevels(std::int64_t cells, int levels) {
  std::int64_t units = 0;
  for (int i = 0; i < levels; ++i) units += std::int64_t{1} << (2 * i);
  const auto side =
      static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(cells) / static_cast<double>(units))));
  LevelSizes sizes;
  for (int i = 0; i < levels; ++i) sizes.push_back({side << i, side << i});
  return sizes;
}

void CompareAttention(const GoldenFile &golden, Report report) {
  NetConfig config = NetConfig::Released();
  config.side_heads = 1;
  SideHeads attention(config);
  const std::string name = "attn_layers.0.";
  FillWithGoldenParameters(*attention->named_modules()["attn_layers.0"], golden.Metadata("parameters") + ".");

  const Tensor query = golden.Get("query").requires_grad_();
  const Tensor reference = golden.Get("reference").requires_grad_();
  FeatureMaps maps;
  maps.values = golden.Get("values").requires_grad_();
  maps.sizes = SquareLevels(maps.values.size(1), config.levels());
  const Tensor output = attention->Heads(query, reference.unsqueeze(2), maps).squeeze(2);
  report.Compare(golden, "output", output.detach());

  output.backward(golden.Get("grad_output"));
  report.Compare(golden, "grad_query", query.grad());
  report.Compare(golden, "grad_reference", reference.grad());
  report.Compare(golden, "grad_values", maps.values.grad());
  for (const auto &parameter : attention->named_parameters()) {
    report.Compare(golden, "grad_" + parameter.key().substr(name.size()), parameter.value().grad());
  }
}

bool SamePoints(const std::vector<Point2> &ours, const json &golden) {
  if (ours.size() != golden.size()) return false;
  for (std::size_t k = 0; k < ours.size(); ++k) {
    const double dx = ours[k].x - golden[k][0].get<double>(), dy = ours[k].y - golden[k][1].get<double>();
    if (!(std::max(std::abs(dx), std::abs(dy)) <= 1e-6)) return false;
  }
  return true;
}

void ComparePaddingCase(const json &example, const std::string &name, Report report) {
  Keypoints real;
  for (const auto &p : example.at("keypoints")) real.points.push_back({p[0].get<float>(), p[1].get<float>()});
  real.visible = example.at("visible").get<std::vector<bool>>();
  const auto links = example.at("links").get<std::vector<Link>>();
  const int count = static_cast<int>(real.points.size()), padded_count = example.at("K").get<int>();
  const json &draws = example.at("draws");
  const std::pair<const char *, PadPlan> plans[] = {
      {"mixup", MixupPaddingFromDraws(count, links, padded_count, draws.at("link").get<std::vector<int>>(),
                                      draws.at("lam").get<std::vector<float>>())},
      {"equal_division", EqualDivisionPadding(count, links, padded_count)},
      {"zero", ZeroPadding(count, links, padded_count)}};
  for (const auto &[kind, plan] : plans) {
    const json &golden = example.at("results").at(kind);
    const Keypoints padded = Pad(real, plan);
    const auto padded_links = LinksAfterPadding(plan, padded);
    std::vector<std::vector<int>> depth;
    const auto refs = LinkedReferences(padded_links, padded.visible, 16, &depth);
    const bool same = SamePoints(padded.points, golden.at("points")) &&
                      padded.visible == golden.at("visible").get<std::vector<bool>>() &&
                      padded_links == golden.at("links").get<std::vector<Link>>() &&
                      refs == golden.at("linked_refs").get<std::vector<std::vector<std::int64_t>>>() &&
                      depth == golden.at("linked_depth").get<std::vector<std::vector<int>>>();
    report.Add(name + "." + kind, same ? 0 : 1);
  }
}

/// First value, last value and sum of every parameter; one row: the worst.
void CompareParameters(const json &golden, const FgsaNet &net, Report report) {
  double error = 0;
  std::size_t seen = 0;
  const auto compare = [&](const std::string &name, const Tensor &tensor) {
    if (!golden.contains(name)) {
      error = 1;
      return;
    }
    ++seen;
    const Tensor flat = tensor.detach().flatten().to(torch::kDouble);
    const double ours[] = {flat[0].item<double>(), flat[-1].item<double>(), flat.sum().item<double>()};
    for (std::size_t i = 0; i < 3; ++i) {
      const double theirs = golden.at(name)[i].get<double>();
      error = std::max(error, std::abs(ours[i] - theirs) / std::max(1.0, std::abs(theirs)));
    }
  };
  for (const auto &item : net->named_parameters()) compare(item.key(), item.value());
  for (const auto &item : net->named_buffers()) compare(item.key(), item.value());
  report.Add("first, last and sum", error);
  report.Add("names", seen == golden.size() ? 0 : 1);
}

json ReadJson(const std::string &path) {
  std::ifstream stream(path);
  return json::parse(stream);
}

void RunFile(const std::filesystem::path &path, FgsaNet &net, std::vector<GoldenRow> *rows) {
  const std::string name = path.filename().string();
  Report report(name, rows);
  if (name == "padding.json") {
    const json cases = ReadJson(path);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      ComparePaddingCase(cases[i], std::to_string(i) + "." + cases[i].at("kind").get<std::string>(), report);
    }
  } else if (name == "parameters.json") {
    CompareParameters(ReadJson(path), net, report);
  } else if (path.extension() == ".safetensors") {
    const GoldenFile golden(path);
    if (golden.Has("images")) {
      CompareLinkedReferences(golden, report);
      CompareNetwork(golden, net, report);
    } else if (golden.Has("grad_output")) {
      CompareAttention(golden, report);
    }
  }
}

}  // namespace

std::vector<GoldenRow> RunGolden(const std::string &folder) {
  if (!std::filesystem::is_directory(folder))
    throw Error(ErrorCode::kNotFound, folder + ": no such folder of golden tensors");
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());

  FgsaNet net(NetConfig::Released());
  FillWithGoldenParameters(*net);
  net->eval();
  std::vector<GoldenRow> rows;
  for (const auto &file : files) {
    try {
      RunFile(file, net, &rows);
    } catch (const json::exception &error) {
      throw Error(ErrorCode::kModel, file.string() + ": " + error.what());
    } catch (const c10::Error &error) {
      throw Error(ErrorCode::kModel, file.string() + ": " + error.what_without_backtrace());
    }
  }
  if (rows.empty())
    throw Error(ErrorCode::kNotFound, folder + ": holds no golden tensors (*.safetensors, padding.json)");
  return rows;
}

}  // namespace kpt::net
