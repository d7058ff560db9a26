// Times the plain and the fast deformable gather on one thread, at the sizes of one tracked frame and of one training
// step. Not a test: run kpt_ops_bench by hand.
#include <benchmark/benchmark.h>

#include "deform_gather_plain.h"
#include "deform_gather_problem.h"

namespace kpt::ops {
namespace {

const GatherSizes kFrame = {1, 40, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}};
const GatherSizes kTraining = {12, 28, 16, 4, 128, {{8, 8}, {16, 16}, {32, 32}, {64, 64}}};

template <typename Run>
void Time(benchmark::State &state, const GatherSizes &sizes, const Run &run) {
  GatherProblem problem = RandomProblem(sizes, 1);
  for (auto _ : state) {
    run(problem);
    benchmark::ClobberMemory();
  }
}

void ForwardFast(benchmark::State &state, const GatherSizes &sizes) {
  Time(state, sizes, [](GatherProblem &p) { DeformGatherCpu(p.shape, p.Inputs(), p.Outputs(), SerialFor); });
}

void ForwardPlain(benchmark::State &state, const GatherSizes &sizes) {
  Time(state, sizes, [](GatherProblem &p) { DeformGatherPlainCpu(p.shape, p.Inputs(), p.Outputs()); });
}

void BackwardFast(benchmark::State &state, const GatherSizes &sizes) {
  Time(state, sizes, [](GatherProblem &p) { DeformGatherBackwardCpu(p.shape, p.Inputs(), p.Gradients(), SerialFor); });
}

void BackwardPlain(benchmark::State &state, const GatherSizes &sizes) {
  Time(state, sizes, [](GatherProblem &p) { DeformGatherBackwardPlainCpu(p.shape, p.Inputs(), p.Gradients()); });
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
