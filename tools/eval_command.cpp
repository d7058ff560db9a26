// See eval_command.h. What is measured and written: docs/formats.md.
#include "eval_command.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "command.h"
#include "eval_clips.h"
#include "eval_mp100.h"
#include "eval_predictor.h"
#include "eval_report.h"
#include "eval_with_support.h"
#include "output_path.h"
#include "own_files.h"
#include "progress_bar.h"

namespace {

namespace fs = std::filesystem;
using namespace kpt::tools;

struct EvalOptions {
  std::string folder, support, json_file, predictions_file;
  kpt::EstimatorSettings estimator;
  std::string protocol;  ///< "mp100", or empty
  int split = 0;         ///< of MP-100; 0: none
  kpt::train::StillsOptions stills;
  kpt::train::Mp100Options mp100;  ///< but for what `stills` has
  bool no_clips = false;
};

/// DIR/*/annotations.json in the order of names, and DIR/annotations.json where DIR is a source itself.
std::vector<std::string> SourcesOf(const std::string &folder) {
  if (!fs::is_directory(folder)) throw CommandError(kInputError, folder + ": no such folder");
  std::vector<std::string> files;
  const fs::path root = fs::canonical(folder);  // whose last part has a name, which "." and ".." have not
  const fs::path own = root / "annotations.json";
  if (fs::exists(own)) files.push_back(own.string());
  for (const auto &entry : fs::directory_iterator(root)) {
    const fs::path file = entry.path() / "annotations.json";
    if (fs::exists(file)) files.push_back(file.string());
  }
  if (files.empty()) throw CommandError(kInputError, folder + ": holds no annotations.json, nor does a folder in it");
  std::sort(files.begin(), files.end());
  return files;
}

void AddStills(const std::vector<kpt::data::CocoFile> &files, std::size_t index, const EvalOptions &options,
               const kpt::train::StillsPredictor &predict, EvalReport *report) {
  const kpt::data::CocoFile &file = files[index];
  for (std::size_t c = 0; c < file.categories.size(); ++c) {
    kpt::train::StillsOptions stills = options.stills;
    stills.categories = {file.categories[c].name};
    for (const kpt::train::CategoryPck &result : kpt::train::EvaluateStills(file, stills, predict)) {
      report->rows.push_back({result.source, result.category, "stills", "", result.pairs, result.pck,
                              result.confidences,
                              kpt::train::ConfidencesWithoutObject(files, index, c, stills, predict)});
      for (const kpt::train::StillsPrediction &p : result.predictions)
        report->predictions.push_back({result.source, result.category, p});
    }
  }
}

kpt::SupportSet LoadSupportOrThrow(const std::string &file) {
  auto support = kpt::LoadSupport({file, "", 0});
  ThrowIfFailed(support.status());
  return std::move(support).value();
}

/// Measures on every source, with a bar for the clips, which take long.
EvalReport Measure(const std::vector<std::string> &sources, EvalOptions options) {
  const kpt::LoadedEstimator loaded = LoadEstimatorOrThrow(options.estimator);
  const auto predict = MakePredictor(*loaded.estimator);
  options.stills.crop_size = loaded.estimator->crop_size();
  std::optional<kpt::SupportSet> support;
  if (!options.support.empty()) support = LoadSupportOrThrow(options.support);
  ProgressBar progress;
  const auto on_frame = [&progress](const std::string &clip, int frame, int frames) {
    const std::string text = clip + ", frame " + std::to_string(frame) + " of " + std::to_string(frames);
    progress.Draw(static_cast<double>(frame) / frames, text);
  };

  EvalReport report;
  report.model = loaded.estimator->model_name();
  report.shots = support ? static_cast<int>(support->shots.size()) : options.stills.shots;
  std::vector<kpt::data::CocoFile> files;
  for (const std::string &source : sources) files.push_back(kpt::data::ReadCoco(source));
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (support) {
      EvaluateWithSupport(files[i], *support, options.stills.crop_size, predict, &report);
      continue;
    }
    AddStills(files, i, options, predict, &report);
    if (!options.no_clips) EvaluateClips(files[i], {options.estimator, options.stills.shots, on_frame}, &report);
  }
  if (!report.rows.empty()) return report;
  const std::string what =
      support ? "still of '" + support->category + "' beside the shots" : "category with stills or a clip";
  throw CommandError(kInputError, options.folder + ": holds no labelled " + what + " to measure on");
}

EvalReport MeasureProtocol(const std::string &file, EvalOptions options) {
  const kpt::LoadedEstimator loaded = LoadEstimatorOrThrow(options.estimator);
  options.mp100.shots = options.stills.shots;
  options.mp100.seed = static_cast<std::uint32_t>(options.stills.seed);
  options.mp100.crop_size = loaded.estimator->crop_size();
  EvalReport report = MeasureMp100(file, options.mp100, MakePredictor(*loaded.estimator));
  report.model = loaded.estimator->model_name();
  return report;
}

ExitCode Evaluate(EvalOptions options) {
  const bool mp100 = !options.protocol.empty();
  if (options.estimator.model_file.empty()) options.estimator.model_file = FindDefaultWeights();
  const std::vector<std::string> sources =
      mp100 ? std::vector<std::string>{Mp100File(options.folder, options.split)} : SourcesOf(options.folder);
  CheckOutput("--json", options.json_file, sources);
  CheckOutput("--predictions", options.predictions_file, sources);
  const EvalReport report = mp100 ? MeasureProtocol(sources.front(), options) : Measure(sources, options);
  PrintReport(report);
  if (!options.json_file.empty()) WriteJson(report, options.json_file);
  if (!options.predictions_file.empty()) WritePredictions(report, options.predictions_file);
  return kDone;
}

/// The published protocols, and what only they need.
void AddProtocolOptions(CLI::App *command, EvalOptions *options) {
  CLI::Option *protocol =
      command->add_option("--protocol", options->protocol, "measure as published; mp100: episodes on an MP-100 split")
          ->check(CLI::IsMember({"mp100"}));
  command->add_option("--split", options->split, "test split of the MP-100 folder")
      ->check(CLI::Range(1, 5))
      ->needs(protocol);
  command->add_option("--episodes", options->mp100.episodes, "episodes a category, with --protocol")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->needs(protocol);
  command->add_option("--queries", options->mp100.queries, "queries an episode, with --protocol")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->needs(protocol);
  for (const char *other : {"--pairs", "--support", "--no-clips"}) protocol->excludes(command->get_option(other));
}

}  // namespace

void AddEvalCommand(CLI::App &app, int *exit_code) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App *command =
      app.add_subcommand("eval", "Measures PCK on a folder of COCO-keypoints sources, stills and clips");
  command
      ->add_option("folder", options->folder, "folder of sources, each with an annotations.json; or the MP-100 folder")
      ->required();
  command->add_option("--shots", options->stills.shots, "support shots")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--pairs", options->stills.pairs, "pairs of stills a category")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->stills.seed, "draws the pairs or episodes")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()))
      ->capture_default_str();
  command->add_option("--support", options->support,
                      "stills only, with the shots of this support file instead of drawn ones");
  command->add_option("--model", options->estimator.model_file, "weights (.safetensors); default: the shipped ones");
  command->add_option("--json", options->json_file, "write the figures here");
  command->add_option("--predictions", options->predictions_file,
                      "write all predicted points here, a JSON line a pair or frame");
  command->add_flag("!--no-confidence-head", options->estimator.use_confidence_head,
                    "confidences from the features alone, as of networks without a head");
  command->add_flag("--no-clips", options->no_clips, "stills only");
  AddProtocolOptions(command, options.get());
  SetCallback(command, exit_code, [options] { return Evaluate(*options); });
}
