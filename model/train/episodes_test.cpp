// The episode sources on pictures made here: geometry exact, flags right, broken files named, leave-outs obeyed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "episode_common.h"
#include "kpt/base/error.h"
#include "kpt/train/labelled_episodes.h"
#include "kpt/train/photo_episodes.h"
#include "kpt/train/video_episodes.h"
#include "random_warp.h"

namespace kpt::train {
namespace {

using nlohmann::json;

class EpisodesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("kpt_episodes_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(root_ / "photos");
    cv::RNG rng(3);
    for (int i = 0; i < 6; ++i) {
      cv::Mat small(12, 16, CV_8UC3), photo;
      rng.fill(small, cv::RNG::UNIFORM, 0, 255);
      cv::resize(small, photo, {320, 240}, 0, 0, cv::INTER_CUBIC);
      cv::imwrite((root_ / "photos" / ("p" + std::to_string(i) + ".png")).string(), photo);
    }
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  PhotoOptions Photos() const {
    PhotoOptions options;
    options.folders = {(root_ / "photos").string()};
    return options;
  }

  /// Two pictures with a white square each; the keypoints are its corners.
  std::string WriteLabelled() const {
    std::filesystem::create_directories(root_ / "kind");
    json file{{"categories",
               {{{"id", 1},
                 {"name", "square"},
                 {"keypoints", {"a", "b", "c", "d"}},
                 {"skeleton", {{1, 2}, {2, 3}, {3, 4}}}}}},
              {"images", json::array()},
              {"annotations", json::array()}};
    for (int i = 0; i < 2; ++i) {
      const int x = 40 + 30 * i, y = 50, side = 60;
      cv::Mat picture(200, 220, CV_8UC3, cv::Scalar(20, 20, 20));
      cv::rectangle(picture, cv::Rect(x, y, side, side), {255, 255, 255}, cv::FILLED);
      const std::string name = "i" + std::to_string(i) + ".png";
      cv::imwrite((root_ / "kind" / name).string(), picture);
      file["images"].push_back({{"id", i}, {"file_name", name}, {"width", 220}, {"height", 200}});
      file["annotations"].push_back({{"id", i},
                                     {"image_id", i},
                                     {"category_id", 1},
                                     {"bbox", {x, y, side, side}},
                                     {"keypoints", {x, y, 2, x + side, y, 2, x + side, y + side, 2, x, y + side, 2}}});
    }
    const std::string path = (root_ / "kind" / "annotations.json").string();
    std::ofstream(path) << file;
    return path;
  }

  std::filesystem::path root_;
};

TEST_F(EpisodesTest, TheSameGeneratorGivesTheSameEpisode) {
  const auto source = MakePhotoEpisodes(Photos(), {});
  Random a(4), b(4), c(5);
  const Episode first = source->Make(a), same = source->Make(b), other = source->Make(c);
  EXPECT_EQ(first.query.rgb, same.query.rgb);
  EXPECT_EQ(first.linked_refs, same.linked_refs);
  EXPECT_NE(first.query.rgb, other.query.rgb);
}

TEST_F(EpisodesTest, PhotoEpisodesAreWhole) {
  EpisodeOptions options;
  const auto source = MakePhotoEpisodes(Photos(), options);
  Random random(1);
  int seeded = 0, absent = 0, covered = 0;
  const int count = 60;
  for (int i = 0; i < count; ++i) {
    const Episode e = source->Make(random);
    ASSERT_EQ(e.query.rgb.size(), 256U * 256 * 3);
    ASSERT_EQ(e.query.points.size(), 28U);
    ASSERT_EQ(e.linked_refs[0].size(), 28U);
    ASSERT_GE(e.real_keypoints, 4);
    for (std::size_t k = 0; k < e.query.points.size(); ++k) {
      if (!e.query.visible[k]) continue;
      EXPECT_GE(e.query.points[k].x, 0);
      EXPECT_LE(e.query.points[k].x, 1);
    }
    seeded += !e.seeds.empty();
    absent += !e.object_in_query;
    covered += std::count(e.query.covered.begin(), e.query.covered.end(), true) > 0;
  }
  EXPECT_GT(seeded, count / 4);
  EXPECT_LT(seeded, 3 * count / 4);
  EXPECT_LT(absent, count / 4);
  EXPECT_GT(covered, 0);
}

TEST(RandomWarp, PointsGoWherePixelsGo) {
  Random random(8);
  for (int i = 0; i < 10; ++i) {
    cv::Mat photo = cv::Mat::zeros(240, 320, CV_8UC1);
    const Point2 mark{130, 110};
    cv::circle(photo, {130, 110}, 4, cv::Scalar(255), cv::FILLED);
    const RandomWarp warp({80, 60, 120, 110}, Uniform(random, -180, 180), {}, random);
    const cv::Mat seen = warp.Apply(photo, cv::BORDER_CONSTANT);
    const Point2 p = warp.Apply(mark);
    const cv::Moments moments = cv::moments(seen);
    ASSERT_GT(moments.m00, 0);
    EXPECT_NEAR(moments.m10 / moments.m00, p.x, 0.6);
    EXPECT_NEAR(moments.m01 / moments.m00, p.y, 0.6);
  }
}

TEST_F(EpisodesTest, LabelledPointsStayOnTheObject) {
  LabelledOptions labelled;
  labelled.files = {WriteLabelled()};
  EpisodeOptions options;
  options.occluder_share = 0;
  options.padded_keypoints = 8;
  const auto source = MakeLabelledEpisodes(labelled, options);
  Random random(2);
  for (int i = 0; i < 20; ++i) {
    const Episode e = source->Make(random);
    ASSERT_EQ(e.real_keypoints, 4);
    const Point2 &a = e.query.points[0], &c = e.query.points[2];
    const int x = static_cast<int>((a.x + c.x) / 2 * 256), y = static_cast<int>((a.y + c.y) / 2 * 256);
    if (x < 0 || y < 0 || x >= 256 || y >= 256) continue;
    const std::uint8_t *rgb = &e.query.rgb[static_cast<std::size_t>(3 * (256 * y + x))];
    int corner_sum = 0, centre_sum = rgb[0] + rgb[1] + rgb[2];
    for (int ch = 0; ch < 3; ++ch) corner_sum += e.query.rgb[static_cast<std::size_t>(ch)];
    EXPECT_NE(centre_sum, corner_sum) << "the square's middle differs from the background";
  }
}

TEST_F(EpisodesTest, BothPicturesAreMirroredAndTurnedTogether) {
  LabelledOptions labelled;
  labelled.files = {WriteLabelled()};
  labelled.cut.rotation_deg = labelled.cut.shift = 0;
  labelled.cut.scale_min = labelled.cut.scale_max = 1;
  labelled.mirrored_share = 1;
  labelled.common_rotation_deg = 180;
  EpisodeOptions options;
  options.occluder_share = options.absent_share = options.any_rotation_share = options.seeded_share = 0;
  options.padded_keypoints = options.max_keypoints = 4;
  const auto source = MakeLabelledEpisodes(labelled, options);
  const auto top_edge = [](const EpisodePicture &picture) {  // from a to b; in the pictures it points right
    return cv::Point2d(picture.points[1].x - picture.points[0].x, picture.points[1].y - picture.points[0].y);
  };
  Random random(4);
  int turned = 0, whole = 0;
  for (int i = 0; i < 20; ++i) {
    const Episode e = source->Make(random);
    if (e.real_keypoints < 4) continue;  // a random part of the points, in another order
    const cv::Point2d edge = top_edge(e.query);
    const cv::Point2d side(e.query.points[2].x - e.query.points[1].x, e.query.points[2].y - e.query.points[1].y);
    EXPECT_LT(edge.cross(side), 0) << "the corners' turn is that of a mirrored square";
    EXPECT_LT(cv::norm(edge - top_edge(e.support[0])), 0.02) << "support and query are turned alike";
    turned += edge.x > 0;
    ++whole;
  }
  EXPECT_GT(whole, 10);
  EXPECT_GT(turned, 0) << "without a turn a mirrored edge points left";
}

TEST_F(EpisodesTest, CutOutObjectsStandBeforePhotographs) {
  const std::string file = WriteLabelled();
  for (const char *name : {"i0.png", "i1.png"}) {  // the dark background becomes transparent
    const std::string path = (root_ / "kind" / name).string();
    cv::Mat picture = cv::imread(path), bgra, mask;
    cv::inRange(picture, cv::Scalar(255, 255, 255), cv::Scalar(255, 255, 255), mask);
    cv::cvtColor(picture, bgra, cv::COLOR_BGR2BGRA);
    cv::insertChannel(mask, bgra, 3);
    cv::imwrite(path, bgra);
  }
  LabelledOptions labelled;
  labelled.files = {file};
  EpisodeOptions options;
  options.occluder_share = options.absent_share = options.any_rotation_share = 0;
  options.padded_keypoints = 4;
  const auto brightness = [&](const LabelledOptions &l) {  // of the upper border, mean over episodes
    const auto source = MakeLabelledEpisodes(l, options);
    Random random(6);
    double sum = 0;
    constexpr int kEpisodes = 30;
    for (int i = 0; i < kEpisodes; ++i) {
      Episode e = source->Make(random);
      sum += cv::mean(cv::Mat(12, 256, CV_8UC3, e.query.rgb.data()))[0];
    }
    return sum / kEpisodes;
  };
  const double black = brightness(labelled);
  labelled.backdrops = {(root_ / "photos").string()};
  EXPECT_GT(brightness(labelled), black + 50);
}

TEST_F(EpisodesTest, LabelledButHiddenPointsAreCoveredInTheQueryAndUnmarkedInTheSupport) {
  const std::string path = WriteLabelled();
  json file = json::parse(std::ifstream(path));
  for (json &annotation : file["annotations"]) annotation["keypoints"][2] = 1;  // the first point of both pictures
  std::ofstream(path) << file;
  LabelledOptions labelled;
  labelled.files = {path};
  EpisodeOptions options;
  options.occluder_share = 0;
  options.padded_keypoints = 4;
  const Episode e = [&] {
    Random random(3);
    return MakeLabelledEpisodes(labelled, options)->Make(random);
  }();
  ASSERT_EQ(e.real_keypoints, 4);
  EXPECT_EQ(std::count(e.query.covered.begin(), e.query.covered.end(), true), 1);
  EXPECT_EQ(std::count(e.support[0].visible.begin(), e.support[0].visible.end(), false), 1);
}

TEST_F(EpisodesTest, LeaveOutsAreObeyed) {
  LabelledOptions labelled;
  labelled.files = {WriteLabelled()};
  labelled.leave_out_categories = {"square"};
  EXPECT_THROW(MakeLabelledEpisodes(labelled, {}), Error) << "nothing is left";
  labelled.leave_out_categories = {};
  labelled.leave_out_images = {"kind/i0.png", "kind/i1.png"};
  EXPECT_THROW(MakeLabelledEpisodes(labelled, {}), Error);
}

/// A textured square runs over a textured ground.
std::string WriteVideo(const std::filesystem::path &folder) {
  const std::string path = (folder / "clip.avi").string();
  const auto texture = [](cv::Size size, int seed) {
    cv::Mat coarse(size / 8, CV_8UC3), fine;
    cv::RNG rng(static_cast<std::uint64_t>(seed));
    rng.fill(coarse, cv::RNG::UNIFORM, 0, 255);
    cv::resize(coarse, fine, size, 0, 0, cv::INTER_CUBIC);
    return fine;
  };
  const cv::Mat ground = texture({240, 160}, 1), square = texture({64, 64}, 2);
  cv::VideoWriter writer(path, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, ground.size());
  for (int f = 0; f < 30; ++f) {
    cv::Mat frame = ground.clone();
    square.copyTo(frame(cv::Rect(20 + 4 * f, 40, 64, 64)));
    writer.write(frame);
  }
  return path;
}

/// Correlation of the grey values around two points of an episode's pictures.
double Likeness(const EpisodePicture &a, const Point2 &p, const EpisodePicture &b, const Point2 &q) {
  constexpr int kCrop = 256, kRadius = 10;
  const auto patch = [](const EpisodePicture &picture, const Point2 &at) {
    const cv::Mat rgb(kCrop, kCrop, CV_8UC3, const_cast<std::uint8_t *>(picture.rgb.data()));
    cv::Mat gray, cut;
    cv::cvtColor(rgb, gray, cv::COLOR_RGB2GRAY);
    cv::getRectSubPix(gray, {2 * kRadius + 1, 2 * kRadius + 1}, {at.x * kCrop, at.y * kCrop}, cut);
    return cut;
  };
  cv::Mat score;
  cv::matchTemplate(patch(a, p), patch(b, q), score, cv::TM_CCOEFF_NORMED);
  return std::abs(score.at<float>(0, 0));  // a negative is as like
}

TEST_F(EpisodesTest, VideoEpisodesMarkTheSamePlacesInBothFrames) {
  VideoOptions video;
  video.files = {WriteVideo(root_)};
  video.cut = {0, 0.1, 1, 1};
  EpisodeOptions options;
  options.occluder_share = options.any_rotation_share = 0;
  const auto source = MakeVideoEpisodes(video, options);
  Random random(3);
  std::vector<double> likeness, elsewhere;
  for (int i = 0; i < 12; ++i) {
    const Episode e = source->Make(random);
    ASSERT_GE(e.real_keypoints, video.min_points);
    for (int k = 0; k < e.real_keypoints; ++k) {
      const auto a = static_cast<std::size_t>(k), b = static_cast<std::size_t>((k + 1) % e.real_keypoints);
      if (!e.query.visible[a] || !e.query.visible[b]) continue;
      likeness.push_back(Likeness(e.support[0], e.support[0].points[a], e.query, e.query.points[a]));
      elsewhere.push_back(Likeness(e.support[0], e.support[0].points[a], e.query, e.query.points[b]));
    }
  }
  const auto median = [](std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  };
  ASSERT_GT(likeness.size(), 30U);
  EXPECT_GT(median(likeness), 0.8);
  EXPECT_LT(median(elsewhere), 0.6);
}

TEST_F(EpisodesTest, UnreadableVideosAreSkippedUntilNoneIsLeft) {
  std::ofstream(root_ / "broken.avi") << "not a video";
  VideoOptions video;
  video.files = {(root_ / "broken.avi").string()};
  EXPECT_THROW(MakeVideoEpisodes(video, {}), Error);
  video.files.push_back(WriteVideo(root_));
  EXPECT_NO_THROW(MakeVideoEpisodes(video, {}));
}

TEST_F(EpisodesTest, BrokenPicturesAreSkippedUntilThereAreTooMany) {
  std::ofstream(root_ / "photos" / "broken.jpg") << "not a picture";
  PhotoOptions options = Photos();
  options.max_broken_share = 0.2;
  EXPECT_NO_THROW(MakePhotoEpisodes(options, {}));
  options.max_broken_share = 0.05;
  EXPECT_THROW(MakePhotoEpisodes(options, {}), Error);
  options.folders = {(root_ / "nowhere").string()};
  EXPECT_THROW(MakePhotoEpisodes(options, {}), Error);
}

}  // namespace
}  // namespace kpt::train
