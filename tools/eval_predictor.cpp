// See eval_predictor.h.
#include "eval_predictor.h"

#include "command.h"

namespace kpt::tools {
namespace {

/// EvaluationCrop pictures are cut for the purpose and dense.
SupportCrop AsSupport(const train::EvaluationCrop &crop) {
  const std::size_t bytes = crop.rgb.total() * crop.rgb.elemSize();
  return {std::vector<std::uint8_t>(crop.rgb.data, crop.rgb.data + bytes), crop.points, crop.visible};
}

}  // namespace

LoadedEstimator LoadEstimatorOrThrow(const std::string &model) {
  EstimatorSettings settings;
  settings.model_file = model;
  auto loaded = LoadEstimator(settings);
  if (loaded.status().code() == ErrorCode::kNotFound) throw CommandError(kModelError, loaded.status().message());
  ThrowIfFailed(loaded.status());
  return std::move(loaded).value();
}

train::StillsPredictor MakePredictor(Estimator &estimator) {
  return [&estimator](const std::vector<train::EvaluationCrop> &shots, const train::EvaluationCrop &query,
                      const std::vector<Link> &skeleton) {
    std::vector<SupportCrop> support;
    for (const train::EvaluationCrop &shot : shots) support.push_back(AsSupport(shot));
    estimator.SetSupport(support, skeleton);
    std::vector<train::PredictedPoint> points;
    const std::vector<CropEstimate> answers = estimator.Estimate({{query.rgb.data, nullptr}});
    for (const PointEstimate &p : answers.front()) points.push_back({p.xy_in_crop, p.confidence});
    return points;
  };
}

}  // namespace kpt::tools
