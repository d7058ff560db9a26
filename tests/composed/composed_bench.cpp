// Follows composed clips with exact truth and prints Markdown tables, a question after the other:
//   composed_bench WEIGHTS FOLDER [--only lost|hidden|pose|smoothing] [--cases N] [--json FILE] [--pictures DIR]
// FOLDER has COCO keypoints of a clip or of stills; its objects are cut out (cut_out.h). Pictures of the cases that
// fail go to DIR.
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

bool IsQuestion(const std::string &name) {
  return std::any_of(std::begin(kQuestions), std::end(kQuestions), [&](const Question &q) { return name == q.name; });
}

}  // namespace

int main(int argc, char **argv) try {
  std::string only, json;
  Setup setup;
  bool understood = argc >= 3 && argc % 2 == 1;
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string option = argv[i], value = argv[i + 1];
    if (option == "--only" && IsQuestion(value))
      only = value;
    else if (option == "--cases")
      setup.cases = std::atoi(value.c_str());
    else if (option == "--json")
      json = value;
    else if (option == "--pictures")
      setup.pictures = value;
    else
      understood = false;
  }
  if (!understood || setup.cases < 1) {
    std::fprintf(stderr,
                 "usage: composed_bench WEIGHTS FOLDER [--only lost|hidden|pose|smoothing] [--cases N] [--json FILE] "
                 "[--pictures DIR]\n");
    return 2;
  }
  auto loaded = LoadEstimator({argv[1], "cpu", 0});
  ThrowIfFailed(loaded.status());
  setup.network = std::move(loaded.value().estimator);
  setup.objects = CutOutsOf(argv[2], std::min(setup.cases, kMostObjects));
  Report report;
  for (const Question &question : kQuestions) {
    if (only.empty() || only == question.name) question.ask(setup, &report);
  }
  if (!json.empty()) report.WriteJson(json);
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
