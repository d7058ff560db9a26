// See eval_predictor.h.
#include "eval_predictor.h"

#include <algorithm>
#include <memory>

#include "command.h"

namespace kpt::tools {
namespace {

/// EvaluationCrop pictures are cut for the purpose and dense.
SupportCrop AsSupport(const train::EvaluationCrop &crop) {
  const std::size_t bytes = crop.rgb.total() * crop.rgb.elemSize();
  return {std::vector<std::uint8_t>(crop.rgb.data, crop.rgb.data + bytes), crop.points, crop.visible};
}

/// Sets the estimator's support where it is not set yet: an episode asks many queries of the same shots.
class Support {
 public:
  explicit Support(Estimator &estimator) : estimator_(estimator) {}

  void Set(std::vector<SupportCrop> crops, const std::vector<Link> &skeleton) {
    if (skeleton == skeleton_ && std::equal(crops.begin(), crops.end(), crops_.begin(), crops_.end(), AreSame)) return;
    estimator_.SetSupport(crops, skeleton);
    crops_ = std::move(crops);
    skeleton_ = skeleton;
  }

 private:
  static bool AreSame(const SupportCrop &a, const SupportCrop &b) {
    const auto same = [](Point2 p, Point2 q) { return p.x == q.x && p.y == q.y; };
    const auto &p = a.points_in_crop, &q = b.points_in_crop;
    return a.visible == b.visible && std::equal(p.begin(), p.end(), q.begin(), q.end(), same) && a.rgb == b.rgb;
  }

  Estimator &estimator_;
  std::vector<SupportCrop> crops_;  ///< empty: none is set
  std::vector<Link> skeleton_;
};

}  // namespace

LoadedEstimator LoadEstimatorOrThrow(const EstimatorSettings &settings) {
  auto loaded = LoadEstimator(settings);
  if (loaded.status().code() == ErrorCode::kNotFound) throw CommandError(kModelError, loaded.status().message());
  ThrowIfFailed(loaded.status());
  return std::move(loaded).value();
}

train::StillsPredictor MakePredictor(Estimator &estimator) {
  const auto support = std::make_shared<Support>(estimator);
  return [&estimator, support](const std::vector<train::EvaluationCrop> &shots, const train::EvaluationCrop &query,
                               const std::vector<Link> &skeleton) {
    std::vector<SupportCrop> crops;
    for (const train::EvaluationCrop &shot : shots) crops.push_back(AsSupport(shot));
    support->Set(std::move(crops), skeleton);
    std::vector<train::PredictedPoint> points;
    const std::vector<CropEstimate> answers = estimator.Estimate({{query.rgb.data}});
    for (const PointEstimate &p : answers.front()) points.push_back({p.xy_in_crop, p.confidence});
    return points;
  };
}

}  // namespace kpt::tools
