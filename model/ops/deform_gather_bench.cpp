// Times the plain and the fast deformable gather on one thread, at the sizes of one tracked frame and of one training
// step. Not a test: run kpt_ops_bench by hand.
#include <benchmark/benchmark.h>

#include "deform_gather_plain.h"
#include "deform_gather_problem.h"

namespace kpt::ops {
namespace {

const GatherSizes kFrame = {1, 40, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}};
const GatherSizes kTraining = {12, 28, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}};

void ForwardFast(benchmark::State &state, const GatherSizes &sizes) {
  GatherProblem problem = RandomProblem(sizes, 1);
  for (auto _ : state) {
    DeformGatherCpu(problem.shape, problem.Inputs(), problem.Outputs(), SerialFor);
    benchmark::ClobberMemory();
  }
}

void ForwardPlain(benchmark::State &state, const GatherSizes &sizes) {
  GatherProblem problem = RandomProblem(sizes, 1);
  for (auto _ : state) {
    DeformGatherPlainCpu(problem.shape, problem.Inputs(), problem.Outputs());
    benchmark::ClobberMemory();
  }
}

void BackwardFast(benchmark::State &state, const GatherSizes &sizes) {
  GatherProblem problem = RandomProblem(sizes, 1);
  for (auto _ : state) {
    DeformGatherBackwardCpu(problem.shape, problem.Inputs(), problem.Gradients(), SerialFor);
    benchmark::ClobberMemory();
  }
}

void BackwardPlain(benchmark::State &state, const GatherSizes &sizes) {
  GatherProblem problem = RandomProblem(sizes, 1);
  for (auto _ : state) {
    DeformGatherBackwardPlainCpu(problem.shape, problem.Inputs(), problem.Gradients());
    benchmark::ClobberMemory();
  }
}

BENCHMARK_CAPTURE(ForwardFast, frame, kFrame)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ForwardPlain, frame, kFrame)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ForwardFast, training, kTraining)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ForwardPlain, training, kTraining)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BackwardFast, training, kTraining)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BackwardPlain, training, kTraining)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kpt::ops

BENCHMARK_MAIN();
