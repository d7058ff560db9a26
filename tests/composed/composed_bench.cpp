// Follows composed clips with exact truth and prints Markdown tables, a question after the other:
//   composed_bench WEIGHTS FOLDER [--only lost|hidden|pose|smoothing] [--cases N] [--absence NAME] [--json FILE]
//     [--pictures DIR]
// FOLDER has COCO keypoints of a clip or of stills; its objects are cut out (cut_out.h). Pictures of the cases that
// fail go to DIR.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "composed/question.h"
#include "kpt/base/error.h"

namespace {

using namespace kpt;
using namespace kpt::composed;

constexpr int kMostObjects = 10;

struct Question {
  const char *name;
  void (*ask)(const Setup &, Report *);
};

constexpr Question kQuestions[] = {
    {"lost", AskLostAndFound}, {"hidden", AskHiddenPoints}, {"pose", AskAnyPose}, {"smoothing", AskSmoothing}};

}  // namespace

int main(int argc, char **argv) try {
  std::string weights, folder, json;
  std::vector<std::string> only;
  Setup setup;
  std::vector<std::string> questions;
  for (const Question &question : kQuestions) questions.emplace_back(question.name);
  CLI::App app("Follows composed clips with exact truth and prints tables.");
  app.add_option("weights", weights)->required();
  app.add_option("folder", folder, "COCO keypoints of a clip or of stills; its objects are cut out")->required();
  app.add_option("--only", only, "these questions")->check(CLI::IsMember(questions));
  app.add_option("--cases", setup.cases, "of each row")->check(CLI::Range(1, 100000));
  app.add_option("--absence", setup.absence, "of --only lost the row: occluder, edge, vanished, cut or never");
  app.add_option("--json", json, "write the tables here");
  app.add_option("--pictures", setup.pictures, "folder for pictures of the cases that fail")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  auto loaded = LoadEstimator({weights, "cpu", 0});
  ThrowIfFailed(loaded.status());
  setup.network = std::move(loaded.value().estimator);
  setup.objects = CutOutsOf(folder, std::min(setup.cases, kMostObjects));
  Report report;
  for (const Question &question : kQuestions) {
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), question.name) != only.end();
    if (wanted) question.ask(setup, &report);
  }
  if (!json.empty()) report.WriteJson(json);
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
