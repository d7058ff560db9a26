// The network behind the Estimator interface. The only file of the tracker that includes Torch.
#include <c10/core/InferenceMode.h>
#include <torch/cuda.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "frame_channels.h"
#include "kpt/estimator.h"
#include "kpt/log/log.h"
#include "kpt/net/feature_confidence.h"
#include "kpt/net/fgsa_net.h"
#include "kpt/net/padding.h"
#include "kpt/net/threads.h"
#include "kpt/net/transfer.h"
#include "kpt/net/weights.h"
#include "protect.h"

#ifdef KPT_TORCH_CUDA
#include <c10/cuda/CUDAGuard.h>
#endif

namespace kpt {
namespace {

using torch::Tensor;

constexpr double kLeastChance = 1e-4;  // that the features' formula leaves to either side, so that its logit is finite

Tensor PointTensor(const std::vector<Point2> &points) {
  const auto count = static_cast<std::int64_t>(points.size());
  Tensor tensor = torch::empty({1, count, 2});
  static_assert(sizeof(Point2) == 2 * sizeof(float));
  std::memcpy(tensor.data_ptr<float>(), points.data(), points.size() * sizeof(Point2));
  return tensor;
}

/// A list of shots' tensors [1, ...] as [S, 1, ...] on the device.
Tensor Stack(const std::vector<Tensor> &shots, const torch::Device &device) { return torch::stack(shots).to(device); }

class NetEstimator : public Estimator {
 public:
  /// `network`: prepared for inference, on the device; from then on nobody changes it.
  /// Without `use_head` the features alone tell the confidence, as where the network has no branch for it.
  NetEstimator(net::FgsaNet network, torch::Device device, std::string name, bool use_head)
      : net_(std::move(network)),
        device_(device),
        name_(std::move(name)),
        use_head_(use_head && net_->config().confidence) {}

  int crop_size() const override { return net_->config().crop_size; }
  std::string model_name() const override { return name_; }
  std::int64_t images_seen() const override { return images_seen_; }
  double typical_error() const override { return typical_error_; }
  std::unique_ptr<Estimator> ShareNetwork() const override {
    return std::make_unique<NetEstimator>(net_, device_, name_, use_head_);
  }
  bool CutsCropsOf(FrameMemory memory) const override { return (memory == FrameMemory::kCuda) == device_.is_cuda(); }
  void SetSupport(const std::vector<SupportCrop> &shots, const std::vector<Link> &skeleton) override;
  std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) override;

 private:
  net::Keypoints Normalised(const SupportCrop &shot) const;
  net::SupportAnnotations Annotate(const std::vector<net::Keypoints> &shots) const;
  /// 8-bit crops [N, H, W, 3] -> pyramids.
  net::FeatureMaps Features(const std::vector<const std::uint8_t *> &crops);
  net::FeatureMaps FeaturesOf(const std::vector<CropQuery> &queries);
  net::Seeds SeedsOf(const std::vector<CropQuery> &queries) const;
  Tensor Confidence(const net::NetOutput &out, const net::FeatureMaps &maps) const;
  void WarmUp(const net::FeatureMaps &maps);
  double MeasureError(const std::vector<net::FeatureMaps> &maps, const std::vector<net::Keypoints> &marked);

  net::FgsaNet net_;
  torch::Device device_;
  std::string name_;
  bool use_head_;
  std::size_t keypoints_ = 0;
  net::PadPlan plan_;
  net::SupportContext support_;
  std::optional<net::FeatureConfidence> feature_confidence_;  ///< of the support that is set
  double typical_error_ = -1;
  std::int64_t images_seen_ = 0;
};

net::Keypoints NetEstimator::Normalised(const SupportCrop &shot) const {
  const auto size = static_cast<float>(crop_size());
  net::Keypoints keypoints{shot.points_in_crop, shot.visible};
  for (Point2 &p : keypoints.points) p = {p.x / size, p.y / size};
  return keypoints;
}

net::FeatureMaps NetEstimator::Features(const std::vector<const std::uint8_t *> &crops) {
  images_seen_ += static_cast<std::int64_t>(crops.size());
  const std::int64_t size = crop_size();
  const auto bytes = static_cast<std::size_t>(size * size * 3);
  Tensor images = torch::empty({static_cast<std::int64_t>(crops.size()), size, size, 3}, torch::kUInt8);
  for (std::size_t i = 0; i < crops.size(); ++i)
    std::memcpy(images.data_ptr<std::uint8_t>() + i * bytes, crops[i], bytes);
  return net_->Features(net_->Normalise(net::OnDevice(images, device_)));
}

net::FeatureMaps NetEstimator::FeaturesOf(const std::vector<CropQuery> &queries) {
  if (queries[0].rgb != nullptr) {
    std::vector<const std::uint8_t *> crops;
    for (const CropQuery &query : queries) crops.push_back(query.rgb);
    return Features(crops);
  }
  images_seen_ += static_cast<std::int64_t>(queries.size());
  ops::FrameCrops crops;
  crops.frame = ChannelsOf(*queries[0].in_frame.frame);
  crops.size = crop_size();
  for (const CropQuery &query : queries) {
    const CropOfFrame &crop = query.in_frame;
    if (ops::AddCrop({crop.a, crop.b, crop.dx, crop.dy}, &crops) != ops::OpStatus::kOk) {
      throw Error(ErrorCode::kInternal, "Estimate: more crops of a frame than fit into one call.");
    }
  }
  return net_->Features(net_->InputFrom(crops, device_));
}

net::SupportAnnotations NetEstimator::Annotate(const std::vector<net::Keypoints> &shots) const {
  std::vector<Tensor> points, visible, linked;
  for (const net::Keypoints &shot : shots) {
    const net::Keypoints padded = net::Pad(shot, plan_);
    const auto count = static_cast<std::int64_t>(padded.points.size());
    points.push_back(PointTensor(padded.points));
    Tensor flags = torch::empty({1, count}, torch::kBool);
    std::copy(padded.visible.begin(), padded.visible.end(), flags.data_ptr<bool>());
    visible.push_back(flags);
    const int entries = std::max(16, net_->config().side_heads);
    const auto rows = net::LinkedReferences(net::LinksAfterPadding(plan_, padded), padded.visible, entries);
    Tensor references = torch::empty({1, count, entries}, torch::kInt64);
    std::int64_t *out = references.data_ptr<std::int64_t>();
    for (const auto &row : rows) out = std::copy(row.begin(), row.end(), out);
    linked.push_back(references);
  }
  return {Stack(points, device_), Stack(visible, device_), Stack(linked, device_)};
}

void NetEstimator::SetSupport(const std::vector<SupportCrop> &shots, const std::vector<Link> &skeleton) {
  const c10::InferenceMode guard;
  if (shots.empty()) throw Error(ErrorCode::kInvalidArgument, "SetSupport: no shot.");
  keypoints_ = shots[0].points_in_crop.size();
  std::vector<net::Keypoints> marked;
  std::vector<const std::uint8_t *> crops;
  for (const SupportCrop &shot : shots) {
    marked.push_back(Normalised(shot));
    crops.push_back(shot.rgb.data());
  }
  if (skeleton.empty()) LogDebug("The category has no skeleton: the shortest tree through its points takes its place.");
  const std::vector<Link> links = net::JoinedSkeleton(skeleton, marked);
  plan_ = net::PaddingFor(net_->config(), static_cast<int>(keypoints_), links);

  const net::FeatureMaps all = Features(crops);
  std::vector<net::FeatureMaps> maps;
  for (std::size_t s = 0; s < shots.size(); ++s) {
    maps.push_back(all.Slice(static_cast<std::int64_t>(s), static_cast<std::int64_t>(s) + 1));
  }
  support_ = net_->EncodeSupport(maps, Annotate(marked));
  feature_confidence_.emplace(support_, static_cast<std::int64_t>(keypoints_));
  WarmUp(maps[0]);
  typical_error_ = MeasureError(maps, marked);
}

/// The shots' own maps serve as queries, so that the backbone has nothing to do.
double NetEstimator::MeasureError(const std::vector<net::FeatureMaps> &maps,
                                  const std::vector<net::Keypoints> &marked) {
  std::vector<double> errors;
  for (std::size_t asked = 0; asked < maps.size(); ++asked) {
    std::vector<net::FeatureMaps> other_maps;
    std::vector<net::Keypoints> others;
    for (std::size_t s = 0; s < maps.size(); ++s) {
      if (s == asked && maps.size() > 1) continue;
      other_maps.push_back(maps[s]);
      others.push_back(marked[s]);
    }
    const net::SupportContext context = net_->EncodeSupport(std::move(other_maps), Annotate(others));
    const Tensor found = net_->Forward(context, maps[asked]).points.back()[0].cpu().contiguous();
    const float *xy = found.data_ptr<float>();
    for (std::size_t k = 0; k < keypoints_; ++k) {
      const Point2 truth = marked[asked].points[k];
      if (marked[asked].visible[k])
        errors.push_back(crop_size() * std::hypot(xy[2 * k] - truth.x, xy[2 * k + 1] - truth.y));
    }
  }
  if (errors.empty()) return -1;
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  return errors[errors.size() / 2];
}

/// Every path that a frame takes runs once before the first frame; the shot's own maps serve as a frame's.
void NetEstimator::WarmUp(const net::FeatureMaps &maps) {
  net_->Forward(support_, maps);
  const net::Seeds seeds{support_.annotations.points[0], {}, {}};
  Confidence(net_->Forward(support_, maps, seeds), maps).cpu();
}

net::Seeds NetEstimator::SeedsOf(const std::vector<CropQuery> &queries) const {
  const auto seeded = [](const CropQuery &query) { return query.seed_in_crop != nullptr; };
  const auto count = std::count_if(queries.begin(), queries.end(), seeded);
  const Tensor without_layout = torch::zeros({static_cast<std::int64_t>(queries.size())}, torch::kBool);
  for (std::size_t i = 0; i < queries.size(); ++i) without_layout.data_ptr<bool>()[i] = !queries[i].layout_expected;
  if (count == 0) return {{}, {}, net::OnDevice(without_layout, device_)};
  const auto size = static_cast<float>(crop_size());
  std::vector<Tensor> points;
  Tensor flags = torch::zeros({static_cast<std::int64_t>(queries.size())}, torch::kBool);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    net::Keypoints seeds{std::vector<Point2>(keypoints_), std::vector<bool>(keypoints_, true)};
    for (std::size_t k = 0; seeded(queries[i]) && k < keypoints_; ++k) {
      const Point2 p = queries[i].seed_in_crop[k];
      seeds.points[k] = {std::clamp(p.x / size, 0.0F, 1.0F), std::clamp(p.y / size, 0.0F, 1.0F)};
    }
    flags.data_ptr<bool>()[i] = seeded(queries[i]);
    points.push_back(PointTensor(net::Pad(seeds, plan_).points));
  }
  const bool all = count == static_cast<std::ptrdiff_t>(queries.size());
  return {net::OnDevice(torch::cat(points), device_), all ? Tensor() : net::OnDevice(flags, device_),
          net::OnDevice(without_layout, device_)};
}

/// The head was trained, the formula was not; they are wrong about different points, and the mean of their logits tells
/// right from wrong better than either (docs/training.md).
Tensor NetEstimator::Confidence(const net::NetOutput &out, const net::FeatureMaps &maps) const {
  const Tensor by_features = feature_confidence_->Of(maps, out.points.back());
  if (!use_head_) return by_features;
  return ((out.confidence_logits.back() + by_features.logit(kLeastChance)) / 2).sigmoid();
}

std::vector<CropEstimate> NetEstimator::Estimate(const std::vector<CropQuery> &queries) {
  const c10::InferenceMode guard;
#ifdef KPT_TORCH_CUDA
  // All of a frame's work is queued on the frame's own stream, and waited for once, where the answer is fetched.
  c10::cuda::OptionalCUDAStreamGuard on_stream;
  if (device_.is_cuda() && queries[0].in_frame.frame != nullptr) {
    const auto stream = static_cast<cudaStream_t>(queries[0].in_frame.frame->cuda_stream);
    on_stream.reset_stream(c10::cuda::getStreamFromExternal(stream, device_.index()));
  }
#endif
  const net::FeatureMaps maps = FeaturesOf(queries);
  const net::NetOutput out = net_->Forward(support_, maps, SeedsOf(queries));

  const Tensor &last = out.points.back();
  const Tensor &before = out.points.size() > 1 ? out.points[out.points.size() - 2] : out.initial_points;
  const Tensor spread = (last - before).norm(2, -1);
  const Tensor answer =
      torch::cat({last, Confidence(out, maps).unsqueeze(-1), spread.unsqueeze(-1)}, -1).cpu().contiguous();

  const auto size = static_cast<float>(crop_size());
  const float *values = answer.data_ptr<float>();
  std::vector<CropEstimate> estimates(queries.size(), CropEstimate(keypoints_));
  for (std::size_t i = 0; i < queries.size(); ++i) {
    for (std::size_t k = 0; k < keypoints_; ++k) {
      const float *v = values + (i * static_cast<std::size_t>(last.size(1)) + k) * 4;
      estimates[i][k] = {{v[0] * size, v[1] * size}, v[2], v[3] * size};
    }
  }
  return estimates;
}

struct ChosenDevice {
  torch::Device device{torch::kCPU};
  std::string warning;
};

/// Throws Error: kInvalidArgument for a name that is none, kDevice for a device that is not there.
ChosenDevice ChooseDevice(const std::string &name) {
  if (name == "cpu") return {};
  const bool automatic = name == "auto";
  int index = 0;
  if (!automatic && name != "cuda") {
    char *end = nullptr;
    const bool numbered = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 9;
    index = numbered ? static_cast<int>(std::strtol(name.c_str() + 5, &end, 10)) : -1;
    if (index < 0 || *end != '\0') {
      throw Error(ErrorCode::kInvalidArgument, "device: '" + name + "' is none of auto, cpu, cuda, cuda:N.");
    }
  }
  const int count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (index < count) return {torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(index)), {}};
  const std::string why = count > 0 ? "there are " + std::to_string(count) + " CUDA devices, numbered from 0"
                                    : "LibTorch finds no CUDA device";
  if (!automatic)
    throw Error(ErrorCode::kDevice, "device: '" + name + "' cannot be used: " + why + ". Use device=cpu or auto.");
  return {torch::Device(torch::kCPU), "The network runs on the CPU: " + why + "."};
}

/// Whether this build's operators run on the device; a CPU build beside a CUDA LibTorch has none for the GPU.
std::string WhyUnusable(const torch::Device &device) {
#ifdef KPT_TORCH_CUDA
  static_cast<void>(device);
  return {};
#else
  return device.is_cuda() ? "this build has no CUDA operators" : std::string();
#endif
}

LoadedEstimator Load(const EstimatorSettings &settings) {
  ChosenDevice chosen = ChooseDevice(settings.device);
  const std::string unusable = WhyUnusable(chosen.device);
  if (!unusable.empty()) {
    if (settings.device != "auto")
      throw Error(ErrorCode::kDevice, "device: '" + settings.device + "' cannot be used: " + unusable + ".");
    chosen = {torch::Device(torch::kCPU), "The network runs on the CPU: " + unusable + "."};
  }
  net::UseCpuThreads(settings.threads);
  const c10::InferenceMode guard;
  net::FgsaNet network = net::LoadNet(settings.model_file);
  network->to(chosen.device);
  network->PrepareForInference();
  LoadedEstimator loaded;
  const std::string name = std::filesystem::path(settings.model_file).stem().string();
  loaded.estimator =
      std::make_unique<NetEstimator>(std::move(network), chosen.device, name, settings.use_confidence_head);
  loaded.device = chosen.device.is_cpu() ? "cpu" : "cuda:" + std::to_string(chosen.device.index());
  if (!chosen.warning.empty()) loaded.warnings.push_back(chosen.warning);
  return loaded;
}

}  // namespace

Result<LoadedEstimator> LoadEstimator(const EstimatorSettings &settings) noexcept {
  return Protect([&]() -> Result<LoadedEstimator> { return Load(settings); });
}

}  // namespace kpt
