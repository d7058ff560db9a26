// Which frames become shots: pictures with coloured dots, and results made by hand, so that each condition fails alone.
#include "kpt/shot_adoption.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "testing/fake_estimator.h"
#include "testing/synthetic_scene.h"
#include "testing/tracker_rig.h"

namespace kpt {
namespace {

using testing::FakeControls;
using testing::FakeEstimator;
using testing::ScenePose;
using testing::TrackerRig;

constexpr int kWidth = 320, kHeight = 240;
constexpr std::size_t kCount = 11;
constexpr std::array<std::array<std::uint8_t, 3>, kCount> kColours = {{{250, 10, 10},
                                                                       {10, 250, 10},
                                                                       {10, 10, 250},
                                                                       {250, 250, 10},
                                                                       {250, 10, 250},
                                                                       {10, 250, 250},
                                                                       {250, 250, 250},
                                                                       {10, 10, 10},
                                                                       {190, 60, 60},
                                                                       {60, 190, 60},
                                                                       {60, 60, 190}}};
constexpr int kLongEnough = 50;  ///< frames: longer than the rule waits for anything

using Points = std::vector<Point2>;

/// The dots' places, turned about the middle of the picture.
Points Turned(double degrees) {
  const Points upright = {{-40, -40}, {40, -40}, {40, 40}, {-40, 40},  {0, 10},  {0, -40},
                          {40, 0},    {0, 40},   {-40, 0}, {-20, -20}, {20, -20}};
  const double c = std::cos(degrees * 3.14159265 / 180), s = std::sin(degrees * 3.14159265 / 180);
  Points points;
  for (const Point2 &p : upright) {
    points.push_back({static_cast<float>(160 + c * p.x - s * p.y), static_cast<float>(120 + s * p.x + c * p.y)});
  }
  return points;
}

RgbImage Picture(const Points &dots) {
  RgbImage image{kWidth, kHeight, std::vector<std::uint8_t>(3 * kWidth * kHeight, 128)};
  for (std::size_t i = 0; i < dots.size(); ++i) {
    for (int dy = -4; dy <= 4; ++dy) {
      for (int dx = -4; dx <= 4; ++dx) {
        const auto x = std::lround(dots[i].x) + dx, y = std::lround(dots[i].y) + dy;
        std::copy(kColours[i].begin(), kColours[i].end(), &image.pixels[3 * static_cast<std::size_t>(y * kWidth + x)]);
      }
    }
  }
  return image;
}

SupportSet UserShot() {
  SupportSet support;
  support.category = "dots";
  support.keypoint_names = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
  support.shots = {{Picture(Turned(0)), {110, 70, 100, 100}, Turned(0), std::vector<bool>(kCount, true), "user"}};
  return support;
}

FrameResult Found(const Points &points) {
  Instance instance{1, TrackState::kTracked, 0.9F, {110, 70, 100, 100}, {}};
  for (const Point2 &p : points) instance.points.push_back({{0, 0}, p, 0.9F, Visibility::kVisible});
  return {{instance}, {}, true, {}};
}

std::vector<bool> AllBut(std::size_t keypoint) {
  std::vector<bool> visible(kCount, true);
  visible[keypoint] = false;
  return visible;
}

class Adoption : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Make(3, {}).ok()); }

  Status Make(int most, const TrackerSettings &settings) {
    auto made = ShotAdoption::Create(FakeEstimator(controls_), UserShot(), settings, most);
    if (made.ok()) adoption_ = std::move(made).value();
    return made.status();
  }

  /// Shows dots for many frames; returns what came of the first adoption, if any.
  std::optional<SupportSet> Show(const Points &dots, const FrameResult &found) {
    const RgbImage picture = Picture(dots);
    const FrameView view = PackedView(PixelFormat::kRgb, picture.pixels.data(), kWidth, kHeight, 3 * kWidth);
    for (int frame = 0; frame < kLongEnough; ++frame) {
      auto support = adoption_->Consider(view, found);
      EXPECT_TRUE(support.ok()) << support.status().message();
      if (support.ok() && support.value()) return support.value();
    }
    return std::nullopt;
  }
  std::optional<SupportSet> Show(const Points &dots) { return Show(dots, Found(dots)); }
  std::optional<SupportSet> ShowTurned(double degrees) { return Show(Turned(degrees)); }

  std::shared_ptr<FakeControls> controls_ = std::make_shared<FakeControls>();
  std::unique_ptr<ShotAdoption> adoption_;
};

TEST_F(Adoption, OfANewPoseStandsBehindTheUsersShot) {
  const auto support = ShowTurned(90);
  ASSERT_TRUE(support);
  ASSERT_EQ(support->shots.size(), 2U);
  EXPECT_EQ(support->shots[0].source, "user");
  EXPECT_EQ(support->shots[0].image.pixels, UserShot().shots[0].image.pixels);
  const SupportShot &shot = support->shots[1];
  ASSERT_EQ(shot.points.size(), kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_TRUE(shot.visible[i]);
    const auto x = std::lround(shot.points[i].x), y = std::lround(shot.points[i].y);
    const std::uint8_t *pixel = &shot.image.pixels[3 * static_cast<std::size_t>(y * shot.image.width + x)];
    for (int channel = 0; channel < 3; ++channel) EXPECT_NEAR(pixel[channel], kColours[i][channel], 2) << i;
  }
}

TEST_F(Adoption, NeedsAnotherPose) {
  EXPECT_FALSE(ShowTurned(0));
  EXPECT_FALSE(ShowTurned(20));
  EXPECT_EQ(controls_->estimate_calls, 0) << "the network was asked in vain";
  Points bent = Turned(20);
  bent[2].x += 30;
  bent[2].y += 30;
  EXPECT_TRUE(Show(bent)) << "a shape is a pose";
}

TEST_F(Adoption, NeedsItOnlyOnce) {
  EXPECT_TRUE(ShowTurned(90));
  EXPECT_FALSE(ShowTurned(100));
}

TEST_F(Adoption, NeedsASureFrame) {
  const Points dots = Turned(90);
  const auto with = [&](void (*change)(FrameResult *)) {
    FrameResult found = Found(dots);
    change(&found);
    return Show(dots, found).has_value();
  };
  EXPECT_FALSE(with([](FrameResult *f) { f->inferred = false; }));
  EXPECT_FALSE(with([](FrameResult *f) { f->instances.clear(); }));
  EXPECT_FALSE(with([](FrameResult *f) { f->instances[0].state = TrackState::kSearching; }));
  EXPECT_FALSE(with([](FrameResult *f) { f->instances[0] = {1, TrackState::kLost, 0, {}, {}}; }));
  EXPECT_FALSE(with([](FrameResult *f) { f->instances[0].confidence = 0.6F; }));
  EXPECT_FALSE(with([](FrameResult *f) { f->instances[0].confidence = std::nanf(""); }));
  EXPECT_FALSE(with([](FrameResult *f) {
    for (int i = 0; i < 2; ++i) f->instances[0].points[i].visibility = Visibility::kHidden;
  }));
  EXPECT_FALSE(with([](FrameResult *f) {
    for (int i = 0; i < 2; ++i) f->instances[0].points[i].confidence = 0.4F;
  }));
  EXPECT_TRUE(with([](FrameResult *) {}));
}

TEST_F(Adoption, NeedsSeveralSureFramesInARow) {
  const Points dots = Turned(90);
  const RgbImage picture = Picture(dots);
  const FrameView view = PackedView(PixelFormat::kRgb, picture.pixels.data(), kWidth, kHeight, 3 * kWidth);
  FrameResult unsure = Found(dots);
  unsure.instances[0].confidence = 0;
  for (int frame = 0; frame < kLongEnough; ++frame) {
    EXPECT_FALSE(adoption_->Consider(view, frame % 2 == 0 ? Found(dots) : unsure).value());
  }
}

TEST_F(Adoption, LeavesOutAPointThatIsHidden) {
  const Points dots = Turned(90);
  FrameResult found = Found(dots);
  found.instances[0].points[1].visibility = Visibility::kHidden;
  const auto support = Show(dots, found);
  ASSERT_TRUE(support);
  EXPECT_EQ(support->shots[1].visible, AllBut(1));
}

TEST_F(Adoption, LeavesOutAnUnsurePoint) {
  const Points dots = Turned(90);
  FrameResult found = Found(dots);
  found.instances[0].points[3].confidence = 0.4F;
  const auto support = Show(dots, found);
  ASSERT_TRUE(support);
  EXPECT_EQ(support->shots[1].visible, AllBut(3));
}

TEST_F(Adoption, LeavesOutAPointThatTheUsersShotDoesNotConfirm) {
  const Points dots = Turned(90);
  Points drifted = dots;
  drifted[2].x += 12;
  const auto support = Show(dots, Found(drifted));
  ASSERT_TRUE(support);
  EXPECT_EQ(support->shots[1].visible, AllBut(2));
}

TEST_F(Adoption, RefusesPointsThatTheUsersShotDoesNotConfirm) {
  Points drifted = Turned(90);
  for (Point2 &p : drifted) p.x += 12;
  EXPECT_FALSE(Show(Turned(90), Found(drifted)));
  EXPECT_GT(controls_->estimate_calls, 0);
  EXPECT_LT(controls_->estimate_calls, kLongEnough / 4) << "it asks too often";
  EXPECT_EQ(controls_->seeded_crops, 0) << "the tracker's points would confirm themselves";
}

TEST_F(Adoption, IsNeverConfirmedByAdoptedShots) {
  ASSERT_TRUE(ShowTurned(90));
  ASSERT_TRUE(ShowTurned(180));
  EXPECT_EQ(controls_->set_support_calls, 1);
  EXPECT_EQ(controls_->support_crops, 1);
}

TEST_F(Adoption, KeepsThePosesThatDifferMost) {
  ASSERT_TRUE(Make(2, {}).ok());
  ASSERT_TRUE(ShowTurned(60));
  ASSERT_TRUE(ShowTurned(180));
  EXPECT_FALSE(ShowTurned(120)) << "as near to others as the one of 60 degrees";
  const auto support = ShowTurned(270);
  ASSERT_TRUE(support);
  ASSERT_EQ(support->shots.size(), 3U);
  EXPECT_EQ(support->shots[0].source, "user");
  EXPECT_EQ(support->shots[1].source, "adopted frame 2");
  EXPECT_EQ(support->shots[2].source, "adopted frame 3");
}

TEST_F(Adoption, TakesAWholePictureWhereTheObjectFillsIt) {
  SupportSet user = UserShot();
  user.shots[0].box = {0, 0, kWidth, kHeight};
  auto made = ShotAdoption::Create(FakeEstimator(controls_, 320), user, {}, 1);
  ASSERT_TRUE(made.ok());
  adoption_ = std::move(made).value();
  const auto support = ShowTurned(90);
  ASSERT_TRUE(support);
  const SupportShot &shot = support->shots[1];
  EXPECT_EQ(shot.image.width, kWidth);
  EXPECT_EQ(shot.box.width, shot.image.width);
  EXPECT_EQ(shot.box.height, shot.image.height);
}

TEST_F(Adoption, SaysWhatIsWrong) {
  TrackerSettings two;
  two.instances = 2;
  EXPECT_EQ(Make(0, {}).message(), "adopt-shots: 0; must be from 1 to 8.");
  EXPECT_EQ(Make(9, {}).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(Make(3, two).message(),
            "adopt-shots: works with one instance, not with 2; set instances to 1 or adopt-shots to 0.");
  controls_->throw_in_set_support = true;
  EXPECT_FALSE(Make(3, {}).ok());
}

TEST_F(Adoption, PassesOnWhatTheEstimatorThrows) {
  controls_->throw_in_estimate = true;
  const RgbImage picture = Picture(Turned(90));
  const FrameView view = PackedView(PixelFormat::kRgb, picture.pixels.data(), kWidth, kHeight, 3 * kWidth);
  Status status;
  for (int frame = 0; frame < kLongEnough && status.ok(); ++frame) {
    status = adoption_->Consider(view, Found(Turned(90))).status();
  }
  EXPECT_NE(status.message().find("fake failure in Estimate"), std::string::npos);
}

TEST(Learning, GoesOnWithTheTrack) {
  TrackerRig rig;
  auto adoption = ShotAdoption::Create(FakeEstimator(), rig.scene.Support(), {}, 1);
  ASSERT_TRUE(adoption.ok());
  const Tracker *const at_first = rig.tracker.get();
  for (int i = 0; i <= 90; ++i) {
    const ScenePose pose{{160, 120}, 120, static_cast<double>(i)};
    const testing::SceneFrame frame(rig.scene.Draw(pose), PixelFormat::kRgb);
    const FrameView view = frame.view(i * TrackerRig::kFrameNs);
    rig.Give(view);
    const std::int64_t before_ns = rig.result.times.total_ns;
    ASSERT_TRUE(adoption.value()->Learn(view, {}, &rig.result, &rig.tracker).ok());
    EXPECT_GT(rig.result.times.total_ns, before_ns);
    if (i < 5) continue;  // it has to be sure first
    EXPECT_EQ(rig.state(), TrackState::kTracked) << i;
    EXPECT_LT(rig.RawError(pose), 0.03) << i;
  }
  EXPECT_NE(rig.tracker.get(), at_first);
  EXPECT_EQ(rig.tracker->support().shots.size(), 2U);
}

TEST(Learning, KeepsTheTrackerWhereItFails) {
  TrackerRig rig;
  auto controls = std::make_shared<FakeControls>();
  auto adoption = ShotAdoption::Create(FakeEstimator(controls), rig.scene.Support(), {}, 1);
  ASSERT_TRUE(adoption.ok());
  controls->throw_in_set_support = true;  // the next tracker's
  const Tracker *const at_first = rig.tracker.get();
  bool failed = false;
  for (int i = 0; i <= 90; ++i) {
    const testing::SceneFrame frame(rig.scene.Draw(ScenePose{{160, 120}, 120, static_cast<double>(i)}),
                                    PixelFormat::kRgb);
    const FrameView view = frame.view(i * TrackerRig::kFrameNs);
    rig.Give(view);
    failed = !adoption.value()->Learn(view, {}, &rig.result, &rig.tracker).ok() || failed;
  }
  EXPECT_TRUE(failed);
  EXPECT_EQ(rig.tracker.get(), at_first);
}

}  // namespace
}  // namespace kpt
