// The operations that `kpt bench` times: see bench_cases.h.
#include <memory>

#include "bench_cases.h"
#include "deform_gather_plain.h"
#include "deform_gather_problem.h"

namespace kpt::tools {
namespace {

const ops::GatherSizes kFrame = {1, 40, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}};
const ops::GatherSizes kTraining = {12, 28, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}};
constexpr const char *kPlain = "plain loops";

}  // namespace

std::vector<BenchCase> OpsCases() {
  const auto frame = std::make_shared<ops::GatherProblem>(ops::RandomProblem(kFrame, 1));
  const auto training = std::make_shared<ops::GatherProblem>(ops::RandomProblem(kTraining, 1));
  const auto forward = [](const char *what, std::shared_ptr<ops::GatherProblem> p) {
    return BenchCase{"ops", what, [p] { ops::DeformGatherCpu(p->shape, p->Inputs(), p->Outputs(), ops::SerialFor); },
                     kPlain, [p] { ops::DeformGatherPlainCpu(p->shape, p->Inputs(), p->Outputs()); }};
  };
  return {
      forward("deformable gather, a frame", frame),
      forward("deformable gather, a training step", training),
      {"ops", "its gradients, a training step",
       [training] {
         ops::DeformGatherBackwardCpu(training->shape, training->Inputs(), training->Gradients(), ops::SerialFor);
       },
       kPlain,
       [training] { ops::DeformGatherBackwardPlainCpu(training->shape, training->Inputs(), training->Gradients()); }}};
}

}  // namespace kpt::tools
