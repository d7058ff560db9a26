// Times the small network and its attention on the host: `kpt_net_bench` (google-benchmark; not part of the test run).
// The attention runs beside the project-first form in the same process, so that their ratio means something.
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "kpt/net/fgsa_net.h"
#include "kpt/net/threads.h"
#include "testing/project_first_attention.h"

namespace {

using kpt::net::FeatureMaps;
using kpt::net::FgsaNet;
using kpt::net::NetConfig;
using torch::Tensor;

Tensor Picture(const NetConfig &config, std::int64_t count = 1) {
  return torch::randint(0, 256, {count, config.crop_size, config.crop_size, 3}, torch::kUInt8);
}

kpt::net::SupportAnnotations Annotations(const NetConfig &config) {
  const std::int64_t keypoints = config.padded_keypoints;
  return {torch::rand({1, 1, keypoints, 2}), torch::ones({1, 1, keypoints}, torch::kBool),
          torch::randint(0, keypoints, {1, 1, keypoints, 16}, torch::kInt64)};
}

struct Prepared {
  explicit Prepared(const NetConfig &config) : net(config) {
    net->PrepareForInference();
    support = net->EncodeSupport({net->Features(net->Normalise(Picture(config)))}, Annotations(config));
    query = net->Features(net->Normalise(Picture(config)));
  }
  torch::NoGradGuard no_gradient;
  FgsaNet net;
  kpt::net::SupportContext support;
  FeatureMaps query;
};

NetConfig ConfigOf(const benchmark::State &state) {
  return state.range(0) != 0 ? NetConfig::Released() : NetConfig::Small();
}

void BM_Features(benchmark::State &state) {
  Prepared p(ConfigOf(state));
  const Tensor picture = Picture(p.net->config());
  for (auto _ : state) benchmark::DoNotOptimize(p.net->Features(p.net->Normalise(picture)).values.data_ptr());
}
BENCHMARK(BM_Features)->ArgName("released")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Recurrence(benchmark::State &state) {
  Prepared p(ConfigOf(state));
  const Tensor seeds = torch::rand({1, p.net->config().padded_keypoints, 2});
  for (auto _ : state)
    benchmark::DoNotOptimize(p.net->Forward(p.support, p.query, {seeds, {}}).points.back().data_ptr());
}
BENCHMARK(BM_Recurrence)->ArgName("released")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Frame(benchmark::State &state) {
  Prepared p(ConfigOf(state));
  const Tensor picture = Picture(p.net->config());
  const Tensor seeds = torch::rand({1, p.net->config().padded_keypoints, 2});
  for (auto _ : state) {
    const auto out = p.net->Forward(p.support, p.net->Features(p.net->Normalise(picture)), {seeds, {}});
    benchmark::DoNotOptimize(out.points.back().data_ptr());
  }
}
BENCHMARK(BM_Frame)->ArgName("released")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

struct Attention {
  explicit Attention(const NetConfig &c) : config(c), heads(c), p(c) {
    query = torch::randn({1, config.padded_keypoints, config.channels});
    references = torch::rand({1, config.padded_keypoints, config.side_heads, 2});
  }
  torch::NoGradGuard no_gradient;
  NetConfig config;
  kpt::net::SideHeads heads;
  Prepared p;
  Tensor query, references;
};

void BM_AttentionSampleFirst(benchmark::State &state) {
  Attention a(ConfigOf(state));
  a.heads->Stack();
  for (auto _ : state) benchmark::DoNotOptimize(a.heads->Heads(a.query, a.references, a.p.query).data_ptr());
}
BENCHMARK(BM_AttentionSampleFirst)->ArgName("released")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_AttentionProjectFirst(benchmark::State &state) {
  Attention a(ConfigOf(state));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        kpt::net::testing::ProjectFirstHeads(*a.heads, a.config, a.query, a.references, a.p.query).data_ptr());
  }
}
BENCHMARK(BM_AttentionProjectFirst)->ArgName("released")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char **argv) {
  kpt::net::UseCpuThreads(0);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
