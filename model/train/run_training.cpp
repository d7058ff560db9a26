#include "kpt/train/run_training.h"

#include <opencv2/core/utility.hpp>
#include <sstream>

#include "curve_plot.h"
#include "kpt/base/error.h"
#include "kpt/log/log.h"
#include "kpt/net/threads.h"
#include "kpt/net/weights.h"
#include "kpt/train/labelled_episodes.h"
#include "kpt/train/net_predictor.h"
#include "kpt/train/photo_episodes.h"
#include "kpt/train/video_episodes.h"
#include "train_config.h"

namespace kpt::train {
namespace {

constexpr int kBatchesAhead = 4;

std::vector<WeightedSource> MakeSources(const TrainConfig &config, const std::string &path) {
  std::vector<WeightedSource> sources;
  const auto labelled = [&](const LabelledOptions &options, double share) {
    if (!options.files.empty() && share > 0) sources.push_back({MakeLabelledEpisodes(options, config.episodes), share});
  };
  if (!config.photos.folders.empty() && config.photo_share > 0)
    sources.push_back({MakePhotoEpisodes(config.photos, config.episodes), config.photo_share});
  labelled(config.labelled, config.labelled_share);
  labelled(config.rendered, config.rendered_share);
  if (!config.video.files.empty() && config.video_share > 0)
    sources.push_back({MakeVideoEpisodes(config.video, config.episodes), config.video_share});
  if (sources.empty())
    throw Error(ErrorCode::kInput,
                path + ": nothing to learn from; set photos.folders, labelled.files or rendered.files");
  return sources;
}

net::FgsaNet MakeNet(const TrainConfig &config) {
  torch::manual_seed(config.trainer.seed);
  net::FgsaNet net(config.net);
  if (!config.start_weights.empty()) {
    net::LoadStartWeights(net, config.start_weights);
    return net;
  }
  if (!config.backbone_weights.empty()) net::LoadBackboneWeights(net, config.backbone_weights);
  return net;
}

/// PCK on kinds that are not trained on; the score is PCK@0.1.
Trainer::Evaluation MakeEvaluation(const EvaluationConfig &config) {
  std::vector<data::CocoFile> files;
  for (const std::string &path : config.files) files.push_back(data::ReadCoco(path, data::EmptyBox::kLeaveOut));
  return [files, config](net::FgsaNet &net) {
    StillsOptions options;
    options.pairs = config.pairs;
    options.categories = config.categories;
    options.crop_size = net->config().crop_size;
    std::vector<CategoryPck> categories;
    std::map<std::string, double> figures;
    std::vector<ConfidenceSample> confidences;
    for (const data::CocoFile &file : files) {
      for (CategoryPck &category : EvaluateStills(file, options, MakeNetPredictor(net))) {
        figures["pck10/" + category.category] = category.pck.at10;
        confidences.insert(confidences.end(), category.confidences.begin(), category.confidences.end());
        categories.push_back(std::move(category));
      }
    }
    if (categories.empty()) return figures;
    const Pck mean = MeanPck(categories);
    figures["pck05"] = mean.at05;
    figures["pck10"] = figures["score"] = mean.at10;
    figures["pck20"] = mean.at20;
    figures["auroc"] = Auroc(confidences);
    figures["ece"] = CalibrationError(confidences);
    return figures;
  };
}

void LogPoint(const CurvePoint &point) {
  std::ostringstream text;
  text.precision(4);
  text << "step " << point.step << " (" << point.minutes << " min)";
  for (const auto &[name, value] : point.values) text << "  " << name << ' ' << value;
  LogInfo(text.str());
}

}  // namespace

void RunTraining(const RunOptions &options) {
  const TrainConfig config = ReadTrainConfig(options.config, options.data_root, options.settings);
  net::UseCpuThreads(config.threads);
  cv::setNumThreads(1);  // the workers are the threads
  Trainer trainer(MakeNet(config), config.trainer);
  if (options.resume && trainer.Resume()) LogInfo("resumed at step " + std::to_string(trainer.step()));
  const std::vector<WeightedSource> sources = MakeSources(config, options.config);
  const auto make_episodes = [&](std::uint64_t first) {
    return std::make_unique<EpisodeQueue>(sources, config.trainer.seed, first, config.workers,
                                          kBatchesAhead * config.trainer.batch);
  };
  const auto on_curve = [&](const CurvePoint &point) {
    LogPoint(point);
    PlotCurve(config.trainer.folder + "/curve.csv", config.trainer.folder + "/curve.png");
  };
  trainer.Run(make_episodes, MakeEvaluation(config.evaluation), on_curve, options.stop);
}

}  // namespace kpt::train
