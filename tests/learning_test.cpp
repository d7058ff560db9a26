// Learning learns: a hundred steps on labelled pictures lower the loss, from the centre of the crop as in the paper and
// from a random backbone.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cstdio>
#include <filesystem>
#include <numeric>

#include "kpt/net/fgsa_net.h"
#include "kpt/net/threads.h"
#include "kpt/train/labelled_episodes.h"
#include "kpt/train/trainer.h"

namespace kpt::train {
namespace {

constexpr int kSteps = 100, kCompared = 20;

double Mean(const std::vector<double> &values, std::size_t begin, std::size_t end) {
  const auto at = [&](std::size_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i); };
  return std::accumulate(at(begin), at(end), 0.0) / static_cast<double>(end - begin);
}

std::vector<double> LossesOf(const std::string &data, const std::string &folder) {
  net::UseCpuThreads(1);
  torch::manual_seed(1);
  net::NetConfig config = net::NetConfig::Small();
  config.crop_size = 128;
  config.proposal = config.confidence = config.seed_vector =
      false;  // as in the paper: every query starts from the centre
  EpisodeOptions episodes;
  episodes.crop_size = config.crop_size;
  episodes.seeded_share = episodes.absent_share = episodes.occluder_share = episodes.any_rotation_share = 0;
  LabelledOptions labelled;
  labelled.files = {data + "/udacity_faces_train/annotations.json", data + "/openfield_mouse/annotations.json"};
  const std::vector<WeightedSource> sources = {{MakeLabelledEpisodes(labelled, episodes), 1}};
  TrainerOptions options;
  options.folder = folder;
  options.total_steps = kSteps;
  options.batch = 2;
  options.warmup_steps = 10;
  options.learning_rate = 1e-3;
  options.backbone_rate_factor = 0.3;
  options.frozen_stages = 0;  // no pretrained backbone here
  options.log_steps = 1;
  Trainer trainer(net::FgsaNet(config), options);
  std::vector<double> losses;
  trainer.Run([&](std::uint64_t first) { return std::make_unique<EpisodeQueue>(sources, 1, first, 1, 8); },
              [](net::FgsaNet &) { return std::map<std::string, double>(); },
              [&](const CurvePoint &point) {
                if (const auto loss = point.values.find("loss"); loss != point.values.end())
                  losses.push_back(loss->second);
              },
              [] { return false; });
  return losses;
}

TEST(Learning, AHundredStepsLowerTheLossByAFifth) {
  const std::string data = std::string(KPT_SHARED_DIR) + "/data";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << data << " is not there";
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("kpt_learning_test_" + std::to_string(getpid()))).string();
  const std::vector<double> losses = LossesOf(data, folder);
  std::filesystem::remove_all(folder);
  ASSERT_EQ(losses.size(), static_cast<std::size_t>(kSteps));
  const double first = Mean(losses, 0, kCompared), last = Mean(losses, kSteps - kCompared, kSteps);
  std::printf("mean loss of the first %d steps %.4f, of the last %d %.4f: %.2f\n", kCompared, first, kCompared, last,
              last / first);
  EXPECT_LE(last, 0.8 * first);
}

}  // namespace
}  // namespace kpt::train
