// The network's parts that `kpt bench` times: see bench_cases.h. Includes Torch.
#include <c10/core/InferenceMode.h>

#include <memory>

#include "bench_cases.h"
#include "kpt/net/fgsa_net.h"
#include "kpt/net/threads.h"
#include "kpt/net/weights.h"
#include "project_first_attention.h"

namespace kpt::tools {
namespace {

using torch::Tensor;

constexpr int kListedLinks = 16;  // linked points that a support annotation names for each keypoint

Tensor RandomPicture(const net::NetConfig &config) {
  return torch::randint(0, 256, {1, config.crop_size, config.crop_size, 3}, torch::kUInt8);
}

net::SupportAnnotations RandomAnnotations(std::int64_t keypoints) {
  return {torch::rand({1, 1, keypoints, 2}), torch::ones({1, 1, keypoints}, torch::kBool),
          torch::randint(0, keypoints, {1, 1, keypoints, kListedLinks}, torch::kInt64)};
}

/// All that the cases share.
struct Prepared {
  explicit Prepared(const std::string &weights)
      : network(net::LoadNet(weights)),
        config(network->config()),
        stacked(config),
        listed(config),
        picture(RandomPicture(config)) {
    network->PrepareForInference();
    stacked->Stack();
    const std::int64_t keypoints = config.padded_keypoints;
    support = network->EncodeSupport({Maps()}, RandomAnnotations(keypoints));
    maps = Maps();
    seeds.points = torch::rand({1, keypoints, 2});
    features = torch::randn({1, keypoints, config.channels});
    references = torch::rand({1, keypoints, config.side_heads, 2});
  }

  net::FeatureMaps Maps() { return network->Features(network->Normalise(picture)); }
  void Mine(const net::FeatureMaps &query) { network->Forward(support, query, seeds); }

  net::FgsaNet network;
  net::NetConfig config;
  net::SideHeads stacked, listed;  // the same heads in the fast form, and as the plain one reads them
  Tensor picture, features, references;
  net::SupportContext support;
  net::FeatureMaps maps;
  net::Seeds seeds;
};

}  // namespace

std::vector<BenchCase> NetworkCases(const std::string &weights) {
  net::UseCpuThreads(0);
  const c10::InferenceMode guard;
  const auto p = std::make_shared<Prepared>(weights);
  const auto inference = [](auto work) {
    return [work] {
      const c10::InferenceMode here;
      work();
    };
  };
  return {
      {"network", "a crop, whole", inference([p] { p->Mine(p->Maps()); }), "", {}},
      {"network", "its feature maps", inference([p] { p->Maps(); }), "", {}},
      {"network", "its points, from the maps", inference([p] { p->Mine(p->maps); }), "", {}},
      {"network", "attention of one layer", inference([p] { p->stacked->Heads(p->features, p->references, p->maps); }),
       "project every cell first",
       inference([p] { net::ProjectFirstHeads(*p->listed, p->config, p->features, p->references, p->maps); })},
  };
}

}  // namespace kpt::tools
