// The loop on a tiny network: it learns, it stops and goes on as if it had not stopped, and broken checkpoints are
// named.
#include "kpt/train/trainer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "kpt/base/error.h"
#include "kpt/net/threads.h"
#include "kpt/net/weights.h"
#include "kpt/train/batch.h"
#include "testing_episodes.h"

namespace kpt::train {
namespace {

net::NetConfig TinyConfig() {
  net::NetConfig config;
  config.crop_size = testing::kCrop;
  config.channels = 32;
  config.side_heads = 2;
  config.layers = 2;
  config.ffn = 32;
  config.padded_keypoints = testing::kSlots;
  return config;
}

class TrainerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    net::UseCpuThreads(1);
    root_ = std::filesystem::temp_directory_path() / ("kpt_trainer_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  TrainerOptions Options(const std::string &name, int steps) const {
    TrainerOptions options;
    options.folder = (root_ / name).string();
    options.total_steps = steps;
    options.batch = 2;
    options.warmup_steps = 2;
    options.log_steps = 1;
    options.checkpoint_minutes = 1e6;
    options.evaluation_minutes = 1e6;
    return options;
  }

  static Trainer MakeTrainer(const TrainerOptions &options) {
    torch::manual_seed(5);
    return Trainer(net::FgsaNet(TinyConfig()), options);
  }

  /// Runs at most `steps` steps of the schedule; returns the losses.
  static std::vector<double> Run(Trainer &trainer, const TrainerOptions &options, int steps) {
    std::vector<double> losses;
    const auto make = [&](std::uint64_t first) {
      return std::make_unique<EpisodeQueue>(
          std::vector<WeightedSource>{{std::make_shared<testing::SquareEpisodes>(), 1}}, options.seed, first, 1, 4);
    };
    const auto on_curve = [&](const CurvePoint &point) {
      if (point.values.count("loss")) losses.push_back(point.values.at("loss"));
    };
    int done = 0;
    trainer.Run(
        make, [](net::FgsaNet &) { return std::map<std::string, double>{{"score", 1}}; }, on_curve,
        [&] { return done++ >= steps; });
    return losses;
  }

  std::filesystem::path root_;
};

TEST_F(TrainerTest, StoppingAndResumingChangesNothing) {
  const TrainerOptions whole = Options("whole", 6), halves = Options("halves", 6);
  Trainer uninterrupted = MakeTrainer(whole);
  const std::vector<double> expected = Run(uninterrupted, whole, 6);
  ASSERT_EQ(expected.size(), 6U);

  std::vector<double> losses;
  {
    Trainer first = MakeTrainer(halves);
    EXPECT_FALSE(first.Resume()) << "there is nothing to resume yet";
    losses = Run(first, halves, 3);
  }
  torch::manual_seed(99);  // another start: everything must come from the checkpoint
  Trainer second(net::FgsaNet(TinyConfig()), halves);
  ASSERT_TRUE(second.Resume());
  EXPECT_EQ(second.step(), 3);
  for (const double loss : Run(second, halves, 6)) losses.push_back(loss);
  ASSERT_EQ(losses.size(), expected.size());
  for (std::size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(losses[i], expected[i], 1e-4 * expected[i]) << "step " << i;
}

TEST_F(TrainerTest, OnlyWhatIsNamedLearns) {
  TrainerOptions options = Options("only", 3);
  options.learn_only = "predictor.confidence_branch";
  torch::manual_seed(5);
  net::FgsaNet net(TinyConfig());
  std::map<std::string, torch::Tensor> before;
  for (const auto &item : net->named_parameters()) before[item.key()] = item.value().clone();
  for (const auto &item : net->named_buffers()) before[item.key()] = item.value().clone();
  Trainer trainer(net, options);
  Run(trainer, options, 3);
  for (const auto &item : net->named_parameters()) {
    const bool named = item.key().rfind(options.learn_only, 0) == 0;
    EXPECT_NE(torch::equal(item.value(), before[item.key()]), named) << item.key();
  }
  for (const auto &item : net->named_buffers()) EXPECT_TRUE(torch::equal(item.value(), before[item.key()]));

  options.learn_only = "nothing";
  EXPECT_THROW(MakeTrainer(options), Error);
}

TEST_F(TrainerTest, LossFalls) {
  const TrainerOptions options = Options("falls", 60);
  Trainer trainer = MakeTrainer(options);
  const std::vector<double> losses = Run(trainer, options, 60);
  const auto mean = [&](std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += losses[i];
    return sum / static_cast<double>(to - from);
  };
  EXPECT_LT(mean(50, 60), 0.8 * mean(0, 10));
}

TEST_F(TrainerTest, WritesWeightsThatLoadAndACurve) {
  const TrainerOptions options = Options("writes", 2);
  Trainer trainer = MakeTrainer(options);
  Run(trainer, options, 2);
  EXPECT_EQ(net::LoadNet(options.folder + "/last.safetensors")->config().channels, 32);
  EXPECT_EQ(net::LoadNet(options.folder + "/best.safetensors")->config().channels, 32);
  std::ifstream curve(options.folder + "/curve.csv");
  std::string header;
  std::getline(curve, header);
  EXPECT_EQ(header, "step,minutes,name,value");
}

TEST_F(TrainerTest, ABrokenCheckpointIsNamed) {
  const TrainerOptions options = Options("broken", 1);
  Trainer trainer = MakeTrainer(options);
  Run(trainer, options, 1);
  std::ofstream(options.folder + "/checkpoint/state.json") << "{\"step\": \"three\"}";
  try {
    trainer.Resume();
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel);
    EXPECT_NE(std::string(error.what()).find(options.folder), std::string::npos);
  }
}

TEST_F(TrainerTest, AKillBetweenTheTwoRenamesLosesNothing) {
  const TrainerOptions options = Options("killed", 1);
  Trainer trainer = MakeTrainer(options);
  Run(trainer, options, 1);
  std::filesystem::rename(options.folder + "/checkpoint", options.folder + "/checkpoint.old");
  Trainer next = MakeTrainer(options);
  EXPECT_TRUE(next.Resume());
  EXPECT_EQ(next.step(), 1);
}

TEST(Schedule, WarmsUpAndEndsAtZero) {
  EXPECT_NEAR(ScheduleFactor(0, 200, 0), 1.0 / 200, 1e-9);
  EXPECT_NEAR(ScheduleFactor(199, 200, 0), 1, 1e-9);
  EXPECT_NEAR(ScheduleFactor(1000, 200, 0.5), 0.5, 1e-9);
  EXPECT_NEAR(ScheduleFactor(5000, 200, 1), 0, 1e-9);
}

TEST(Batch, HasTheEpisodesTensors) {
  const testing::SquareEpisodes source;
  std::mt19937_64 random(1);
  std::vector<Episode> episodes{source.Make(random), source.Make(random)};
  episodes[0].seeds.clear();
  episodes[1].seeds = episodes[1].query.points;
  episodes[1].support.push_back(episodes[1].support[0]);
  episodes[1].linked_refs.push_back(episodes[1].linked_refs[0]);
  episodes[1].support[1].points[2] = {0.25F, 0.75F};
  episodes[1].object_in_query = false;
  const Batch batch = MakeBatch(episodes);
  EXPECT_EQ(batch.images.sizes(), (std::vector<std::int64_t>{6, testing::kCrop, testing::kCrop, 3}));
  EXPECT_EQ(batch.support.points.sizes(), (std::vector<std::int64_t>{2, 2, testing::kSlots, 2}));
  EXPECT_FLOAT_EQ(batch.support.points[1][1][2][1].item<float>(), 0.75F);
  EXPECT_TRUE(torch::equal(batch.support.points[0][0], batch.support.points[1][0])) << "one shot, repeated";
  EXPECT_FALSE(batch.seeds.seeded[0].item<bool>());
  EXPECT_TRUE(batch.seeds.seeded[1].item<bool>());
  EXPECT_EQ(batch.shown[0].sum().item<int>(), testing::kReal);
  EXPECT_EQ(batch.shown[1].sum().item<int>(), 0) << "the object is not in the query";
  EXPECT_EQ(batch.real.sum().item<int>(), 2 * testing::kReal);
}

TEST(Batch, RefusesEpisodesThatDoNotFitTogether) {
  const testing::SquareEpisodes source;
  std::mt19937_64 random(1);
  std::vector<Episode> episodes{source.Make(random), source.Make(random)};
  episodes[1].query.points.pop_back();
  EXPECT_THROW(MakeBatch(episodes), Error);
  EXPECT_THROW(MakeBatch({}), Error);
}

}  // namespace
}  // namespace kpt::train
