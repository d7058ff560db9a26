// See eval_mp100.h.
#include "eval_mp100.h"

#include <filesystem>

#include "command.h"
#include "progress_bar.h"

namespace kpt::tools {

std::string Mp100File(const std::string &place, int split) {
  namespace fs = std::filesystem;
  if (fs::is_regular_file(place)) {
    if (split != 0) throw CommandError(kUsage, "--split goes with the MP-100 folder; '" + place + "' is a file.");
    return place;
  }
  if (!fs::is_directory(place)) throw CommandError(kInputError, place + ": no such folder or file");
  if (split == 0) throw CommandError(kUsage, "--split is needed with the folder '" + place + "': 1 to 5.");
  const std::string name = "annotations/mp100_split" + std::to_string(split) + "_test.json";
  const fs::path file = fs::path(place) / name;
  if (!fs::is_regular_file(file)) {
    throw CommandError(kInputError, place + ": holds no " + name +
                                        "; give the MP-100 folder, which has annotations/ and images/ in it");
  }
  return file.string();
}

EvalReport MeasureMp100(const std::string &file, const train::Mp100Options &options,
                        const train::StillsPredictor &predict) {
  ProgressBar progress;
  const auto on_query = [&progress](const std::string &category, int done, int all) {
    progress.Draw(static_cast<double>(done) / all,
                  category + ", query " + std::to_string(done) + " of " + std::to_string(all));
  };
  const data::CocoFile coco = data::ReadCoco(file, data::EmptyBox::kLeaveOut);
  EvalReport report;
  report.shots = options.shots;
  report.protocol = {"mp100", std::filesystem::path(file).filename().string(), options.episodes, options.queries,
                     options.seed};
  for (train::Mp100Category &category : train::EvaluateMp100(coco, options, predict, on_query)) {
    train::CategoryPck &figures = category.figures;
    for (train::StillsPrediction &p : figures.predictions)
      report.predictions.push_back({figures.source, figures.category, std::move(p)});
    report.rows.push_back({figures.source,
                           figures.category,
                           "mp100",
                           "",
                           figures.pairs,
                           figures.pck,
                           std::move(figures.confidences),
                           {},
                           category.without_points});
  }
  return report;
}

}  // namespace kpt::tools
