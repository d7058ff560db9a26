// The network behind the Estimator interface, with random weights: files, devices, batches, seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <unistd.h>
#include <thread>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "frame_pixels.h"
#include "kpt/base/error.h"
#include "kpt/estimator.h"
#include "kpt/net/weights.h"
#include "kpt/tracker.h"
#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;

class NetEstimatorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("kpt_net_estimator_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    torch::manual_seed(1);
    net::SaveNet(File("small.safetensors"), net::FgsaNet(Tiny()), {}, false);
    net::NetConfig headless = Tiny();
    headless.confidence = headless.proposal = headless.seed_vector = false;
    net::SaveNet(File("headless.safetensors"), net::FgsaNet(headless), {}, false);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static net::NetConfig Tiny() {
    net::NetConfig config;
    config.crop_size = 128;
    config.channels = 32;
    config.ffn = 32;
    return config;
  }
  static std::string File(const std::string &name) { return (folder_ / name).string(); }
  static Result<LoadedEstimator> Load(const std::string &name, const std::string &device = "cpu") {
    return LoadEstimator({File(name), device, 1});
  }

  /// Two crops with points, the second of which hides one.
  static std::vector<SupportCrop> Shots(int count) {
    std::vector<SupportCrop> shots;
    for (int s = 0; s < count; ++s) {
      SupportCrop shot;
      shot.rgb.resize(128 * 128 * 3);
      for (std::size_t i = 0; i < shot.rgb.size(); ++i) shot.rgb[i] = static_cast<std::uint8_t>((i * (31 + s)) >> 5);
      shot.points_in_crop = {{30, 30}, {90, 40}, {60, 100}};
      shot.visible = {true, true, s == 0};
      shots.push_back(shot);
    }
    return shots;
  }

  static fs::path folder_;
};
fs::path NetEstimatorTest::folder_;

TEST_F(NetEstimatorTest, TheBackboneRunsOnEachSupportShotOnce) {
  auto loaded = Load("small.safetensors");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  Estimator &estimator = *loaded.value().estimator;
  const std::vector<SupportCrop> shots = Shots(3);
  estimator.SetSupport(shots, {});
  EXPECT_EQ(estimator.images_seen(), 3);
  const std::vector<CropQuery> queries(4, {shots[0].rgb.data()});
  for (int frame = 1; frame <= 3; ++frame) {
    estimator.Estimate(queries);
    EXPECT_EQ(estimator.images_seen(), 3 + 4 * frame) << "crops only";
  }
}

TEST_F(NetEstimatorTest, EstimatorsOfOneNetworkWorkInSeveralThreadsAndDoNotKnowEachOthersShots) {
  auto loaded = Load("small.safetensors");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const std::vector<SupportCrop> shots = Shots(2);
  const std::vector<CropQuery> query = {{shots[0].rgb.data()}};
  std::vector<CropEstimate> expected, found(2);
  for (const SupportCrop &shot : shots) {
    loaded.value().estimator->SetSupport({shot}, {});
    expected.push_back(loaded.value().estimator->Estimate(query).at(0));
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      const std::unique_ptr<Estimator> estimator = loaded.value().estimator->ShareNetwork();
      for (int round = 0; round < 5; ++round) {
        estimator->SetSupport({shots[i]}, {});
        found[i] = estimator->Estimate(query).at(0);
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(found[i][k].xy_in_crop.x, expected[i][k].xy_in_crop.x, 1e-3) << i << k;
      EXPECT_NEAR(found[i][k].confidence, expected[i][k].confidence, 1e-5) << i << k;
    }
  }
}

TEST_F(NetEstimatorTest, AnswersEachCropOfABatchAsIfItWereAlone) {
  auto loaded = Load("small.safetensors");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  Estimator &estimator = *loaded.value().estimator;
  EXPECT_EQ(loaded.value().device, "cpu");
  EXPECT_EQ(estimator.model_name(), "small");
  EXPECT_EQ(estimator.crop_size(), 128);
  const std::vector<SupportCrop> shots = Shots(2);
  for (const std::vector<Link> &skeleton : {std::vector<Link>{}, std::vector<Link>{{0, 1}, {1, 2}}}) {
    estimator.SetSupport(shots, skeleton);
    const std::vector<Point2> seeds = {{20, 20}, {100, 30}, {500, -40}};
    const std::vector<CropQuery> queries = {
        {shots[0].rgb.data()}, {shots[1].rgb.data(), seeds.data(), true}, {shots[1].rgb.data()}};
    const auto together = estimator.Estimate(queries);
    ASSERT_EQ(together.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto alone = estimator.Estimate({queries[i]}).at(0);
      ASSERT_EQ(together[i].size(), 3U);
      for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(together[i][k].xy_in_crop.x, alone[k].xy_in_crop.x, 0.05);
        EXPECT_NEAR(together[i][k].confidence, alone[k].confidence, 1e-3);
        EXPECT_TRUE(alone[k].confidence >= 0 && alone[k].confidence <= 1);
        EXPECT_GE(alone[k].spread, 0);
      }
    }
    EXPECT_GT(std::abs(together[1][0].xy_in_crop.x - together[2][0].xy_in_crop.x) +
                  std::abs(together[1][1].xy_in_crop.x - together[2][1].xy_in_crop.x),
              0.5)
        << "seeds matter";
  }
}

TEST_F(NetEstimatorTest, CropsThatItCutsItselfGiveTheSameAnswers) {
  auto loaded = Load("small.safetensors");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  Estimator &estimator = *loaded.value().estimator;
  EXPECT_TRUE(estimator.CutsCropsOf(FrameMemory::kHost));
  EXPECT_FALSE(estimator.CutsCropsOf(FrameMemory::kCuda)) << "the network is on the CPU";
  estimator.SetSupport(Shots(1), {});
  SyntheticScene scene(320, 240);
  const SceneFrame frame(scene.Draw({{{150, 120}, 150, 20}}), PixelFormat::kNv12);
  const FrameView view = frame.view();
  FramePixels pixels;
  pixels.Attach(view);
  const std::vector<Point2> seeds = {{20, 20}, {100, 30}, {60, 90}};
  const Similarity placements[] = {Similarity::Make(0.6, 0.3, {-10, 5}), Similarity::Make(0.4, 0, {0, 0})};
  std::vector<std::vector<std::uint8_t>> crops;
  std::vector<CropQuery> cut, uncut;
  for (const Similarity &s : placements) {
    crops.emplace_back(128 * 128 * 3);
    pixels.Crop(s, 128, crops.back().data());
    cut.push_back({crops.back().data(), crops.size() == 1 ? seeds.data() : nullptr, true, {}});
    uncut.push_back({nullptr, cut.back().seed_in_crop, true, {&view, s.a, s.b, s.dx, s.dy}});
  }
  const auto expected = estimator.Estimate(cut), found = estimator.Estimate(uncut);
  ASSERT_EQ(found.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(found[i][k].xy_in_crop.x, expected[i][k].xy_in_crop.x, 1e-3);
      EXPECT_NEAR(found[i][k].xy_in_crop.y, expected[i][k].xy_in_crop.y, 1e-3);
      EXPECT_NEAR(found[i][k].confidence, expected[i][k].confidence, 1e-4);
    }
  }
  EXPECT_THROW(estimator.Estimate(std::vector<CropQuery>(9, uncut[0])), Error) << "more than fit into one call";
}

TEST_F(NetEstimatorTest, AModelWithoutConfidenceHasOneFromItsFeatures) {
  auto loaded = Load("headless.safetensors");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const std::vector<SupportCrop> shots = Shots(1);
  loaded.value().estimator->SetSupport(shots, {{0, 1}, {1, 2}});
  const std::vector<CropEstimate> estimates = loaded.value().estimator->Estimate({{shots[0].rgb.data()}});
  for (const PointEstimate &p : estimates.at(0)) {
    EXPECT_TRUE(p.confidence >= 0 && p.confidence <= 1);
    EXPECT_TRUE(std::isfinite(p.xy_in_crop.x));
  }
}

TEST_F(NetEstimatorTest, TheConfidenceHeadCanBeLeftOut) {
  const std::vector<SupportCrop> shots = Shots(2);
  std::vector<CropEstimate> answers;
  for (const bool use_head : {true, false}) {
    auto loaded = LoadEstimator({File("small.safetensors"), "cpu", 1, use_head});
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    const std::unique_ptr<Estimator> shared = loaded.value().estimator->ShareNetwork();
    shared->SetSupport(shots, {});
    answers.push_back(shared->Estimate({{shots[0].rgb.data()}}).at(0));
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const PointEstimate &with = answers[0][k], &without = answers[1][k];
    EXPECT_FLOAT_EQ(with.xy_in_crop.x, without.xy_in_crop.x);
    EXPECT_GT(std::abs(with.confidence - without.confidence), 1e-3F) << k;
    EXPECT_TRUE(without.confidence >= 0 && without.confidence <= 1);
  }
}

TEST_F(NetEstimatorTest, RunsInTheTracker) {
  auto loaded = Load("small.safetensors");
  ASSERT_TRUE(loaded.ok());
  SyntheticScene scene(200, 150);
  auto made = Tracker::Create(std::move(loaded.value().estimator), scene.Support(), {});
  ASSERT_TRUE(made.ok()) << made.status().message();
  const ScenePose pose{{100, 75}, 90, 0};
  ASSERT_TRUE(made.value()->StartFrom(1, scene.Truth(pose), std::vector<bool>(5, true)).ok());
  const SceneFrame frame(scene.Draw(pose), PixelFormat::kNv12);
  FrameResult result;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(made.value()->Process(frame.view(), &result).ok());
    ASSERT_EQ(result.instances.size(), 1U);
  }
  EXPECT_GT(result.times.network_ns, 0);
  EXPECT_GE(result.times.total_ns, result.times.network_ns);
}

TEST_F(NetEstimatorTest, BadFilesAreNamed) {
  EXPECT_EQ(Load("none.safetensors").status().code(), ErrorCode::kNotFound);
  EXPECT_THAT(Load("none.safetensors").status().message(), HasSubstr("none.safetensors"));
  std::ifstream good(File("small.safetensors"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(good), {}};
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{5}, std::size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    std::ofstream(File("cut.safetensors"), std::ios::binary) << bytes.substr(0, length);
    const Status status = Load("cut.safetensors").status();
    EXPECT_EQ(status.code(), ErrorCode::kModel) << length;
    EXPECT_THAT(status.message(), HasSubstr("cut.safetensors"));
  }
}

TEST_F(NetEstimatorTest, DevicesAreNamed) {
  for (const char *name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "CPU"}) {
    EXPECT_EQ(Load("small.safetensors", name).status().code(), ErrorCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(Load("small.safetensors", "cuda:99").status().code(), ErrorCode::kDevice);
  if (torch::cuda::is_available()) return;
  EXPECT_EQ(Load("small.safetensors", "cuda").status().code(), ErrorCode::kDevice);
  const auto automatic = Load("small.safetensors", "auto");
  ASSERT_TRUE(automatic.ok());
  EXPECT_EQ(automatic.value().device, "cpu");
  ASSERT_EQ(automatic.value().warnings.size(), 1U);
  EXPECT_THAT(automatic.value().warnings[0], HasSubstr("CPU"));
}

}  // namespace
}  // namespace kpt
