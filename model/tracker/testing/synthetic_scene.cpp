#include "testing/synthetic_scene.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <fstream>
#include <stdexcept>

namespace kpt::testing {
namespace {

struct Dot {
  const char *name;
  Point2 place;  ///< in object space: the box's longer side is 1, its centre the origin
  int r, g, b;   ///< of different brightness too, so that a grey camera can tell them apart
};
constexpr Dot kDots[] = {{"nose", {0.00F, -0.42F}, 255, 255, 235},
                         {"left", {-0.30F, -0.05F}, 150, 10, 40},
                         {"right", {0.32F, 0.00F}, 10, 5, 40},
                         {"tail", {0.05F, 0.40F}, 60, 240, 235},
                         {"middle", {0.02F, 0.05F}, 250, 235, 60}};
constexpr std::size_t kDotCount = sizeof kDots / sizeof kDots[0];
constexpr double kDotRadius = 0.055;
constexpr double kBodyRadius = 0.55;
constexpr int kPatchSide = 200;    ///< of the picture of the object, a box side
constexpr int kPatchPixels = 240;  ///< the whole picture

/// Smooth grey noise in the band that no dot's brightness lies in.
cv::Mat Texture(int width, int height, cv::RNG *random) {
  cv::Mat noise(height, width, CV_32F);
  random->fill(noise, cv::RNG::NORMAL, 0, 1);
  cv::GaussianBlur(noise, noise, {0, 0}, 2.0);
  cv::Mat out;
  noise.convertTo(out, CV_8U, 100, 128);
  cv::max(out, 105, out);
  cv::min(out, 150, out);
  cv::cvtColor(out, out, cv::COLOR_GRAY2RGB);
  return out;
}

std::uint8_t Round(double v) { return cv::saturate_cast<std::uint8_t>(v); }

}  // namespace

struct SyntheticScene::Pictures {
  cv::Mat background, patch, mask, frame, warped, warped_mask, noise;
  cv::RNG random{7};
};

SyntheticScene::SyntheticScene(int width, int height, std::uint32_t seed)
    : pictures_(std::make_unique<Pictures>()), width_(width), height_(height) {
  cv::RNG random(seed);
  pictures_->background = Texture(width, height, &random);
  pictures_->patch = Texture(kPatchPixels, kPatchPixels, &random);
  pictures_->mask = cv::Mat::zeros(kPatchPixels, kPatchPixels, CV_8U);
  const double middle = (kPatchPixels - 1) / 2.0;
  for (int y = 0; y < kPatchPixels; ++y) {
    for (int x = 0; x < kPatchPixels; ++x) {
      const double ox = (x - middle) / kPatchSide, oy = (y - middle) / kPatchSide;
      if (std::hypot(ox, oy) < kBodyRadius) pictures_->mask.at<std::uint8_t>(y, x) = 255;
      for (const Dot &dot : kDots) {
        if (std::hypot(ox - dot.place.x, oy - dot.place.y) < kDotRadius) {
          pictures_->patch.at<cv::Vec3b>(y, x) = cv::Vec3b(Round(dot.r), Round(dot.g), Round(dot.b));
        }
      }
    }
  }
}

SyntheticScene::~SyntheticScene() = default;

RgbImage SyntheticScene::Draw(const std::optional<ScenePose> &pose, double noise) {
  return DrawAll(pose ? std::vector<ScenePose>{*pose} : std::vector<ScenePose>{}, noise);
}

RgbImage SyntheticScene::DrawAll(const std::vector<ScenePose> &poses, double noise) {
  Pictures &p = *pictures_;
  p.background.copyTo(p.frame);
  for (const ScenePose &pose : poses) {
    const double scale = pose.side / kPatchSide;
    const double a = scale * std::cos(pose.angle_deg * CV_PI / 180), b = scale * std::sin(pose.angle_deg * CV_PI / 180);
    const double middle = (kPatchPixels - 1) / 2.0;
    const cv::Matx23d frame_from_patch(a, -b, pose.centre.x - (a - b) * middle, b, a, pose.centre.y - (b + a) * middle);
    cv::warpAffine(p.patch, p.warped, frame_from_patch, p.frame.size(), cv::INTER_LINEAR);
    cv::warpAffine(p.mask, p.warped_mask, frame_from_patch, p.frame.size(), cv::INTER_LINEAR);
    p.warped.copyTo(p.frame, p.warped_mask > 200);
  }
  if (noise > 0) {
    p.noise.create(p.frame.size(), CV_16SC3);
    p.random.fill(p.noise, cv::RNG::NORMAL, 0, noise);
    cv::add(p.frame, p.noise, p.frame, cv::noArray(), CV_8U);
  }
  RgbImage image{width_, height_, {}};
  image.pixels.assign(p.frame.datastart, p.frame.dataend);
  return image;
}

std::vector<Point2> SyntheticScene::Truth(const ScenePose &pose) const {
  const double c = pose.side * std::cos(pose.angle_deg * CV_PI / 180),
               s = pose.side * std::sin(pose.angle_deg * CV_PI / 180);
  std::vector<Point2> truth;
  for (const Dot &dot : kDots) {
    truth.push_back({static_cast<float>(c * dot.place.x - s * dot.place.y + pose.centre.x),
                     static_cast<float>(s * dot.place.x + c * dot.place.y + pose.centre.y)});
  }
  return truth;
}

SupportSet SyntheticScene::Support(bool grey) {
  const auto side = static_cast<float>(std::min({width_, height_, 160}));
  const ScenePose pose{{static_cast<float>(width_) / 2, static_cast<float>(height_) / 2}, side, 0};
  SupportSet support;
  support.category = "dots";
  for (const Dot &dot : kDots) support.keypoint_names.emplace_back(dot.name);
  support.skeleton = {Link{0, 4}, Link{1, 4}, Link{2, 4}, Link{3, 4}};
  SupportShot shot;
  shot.image = Draw(pose);
  if (grey) {
    cv::Mat rgb(height_, width_, CV_8UC3, shot.image.pixels.data()), single;
    cv::cvtColor(rgb, single, cv::COLOR_RGB2GRAY);
    cv::cvtColor(single, rgb, cv::COLOR_GRAY2RGB);
  }
  shot.box = {pose.centre.x - side / 2, pose.centre.y - side / 2, side, side};
  shot.points = Truth(pose);
  shot.visible.assign(kDotCount, true);
  shot.source = "shot.png";
  support.shots.push_back(std::move(shot));
  return support;
}

SceneFrame::SceneFrame(const RgbImage &image, PixelFormat format, int padding_bytes)
    : format_(format), width_(image.width), height_(image.height) {
  const bool yuv = format == PixelFormat::kNv12 || format == PixelFormat::kI420;
  yuv ? FillYuv(image, padding_bytes) : FillPacked(image, padding_bytes);
}

void SceneFrame::FillPacked(const RgbImage &image, int padding_bytes) {
  const bool grey = format_ == PixelFormat::kGray8;
  const bool three = format_ == PixelFormat::kRgb || format_ == PixelFormat::kBgr;
  const bool reversed = format_ == PixelFormat::kBgr || format_ == PixelFormat::kBgra || format_ == PixelFormat::kBgrx;
  const int channels = grey ? 1 : three ? 3 : 4;
  Plane plane;
  plane.stride = width_ * channels + padding_bytes;
  plane.bytes.assign(static_cast<std::size_t>(plane.stride) * height_, 77);
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x) {
      const std::uint8_t *from = &image.pixels[(static_cast<std::size_t>(y) * width_ + x) * 3];
      std::uint8_t *to = &plane.bytes[static_cast<std::size_t>(y) * plane.stride + x * channels];
      if (grey) {
        to[0] = Round(0.299 * from[0] + 0.587 * from[1] + 0.114 * from[2]);
        continue;
      }
      for (int c = 0; c < 3; ++c) to[c] = from[reversed ? 2 - c : c];
    }
  }
  planes_.push_back(std::move(plane));
}

void SceneFrame::FillYuv(const RgbImage &image, int padding_bytes) {
  const bool interleaved = format_ == PixelFormat::kNv12;
  const int half_width = (width_ + 1) / 2, half_height = (height_ + 1) / 2;
  Plane luma, u, v;
  luma.stride = width_ + padding_bytes;
  u.stride = half_width * (interleaved ? 2 : 1) + padding_bytes;
  v.stride = half_width + padding_bytes;
  luma.bytes.assign(static_cast<std::size_t>(luma.stride) * height_, 77);
  u.bytes.assign(static_cast<std::size_t>(u.stride) * half_height, 77);
  v.bytes.assign(static_cast<std::size_t>(v.stride) * half_height, 77);
  for (int cy = 0; cy < half_height; ++cy) {
    for (int cx = 0; cx < half_width; ++cx) {
      double sum_u = 0, sum_v = 0;
      int n = 0;
      for (int y = 2 * cy; y < std::min(2 * cy + 2, height_); ++y) {
        for (int x = 2 * cx; x < std::min(2 * cx + 2, width_); ++x, ++n) {
          const std::uint8_t *p = &image.pixels[(static_cast<std::size_t>(y) * width_ + x) * 3];
          const double r = p[0], g = p[1], b = p[2];
          luma.bytes[static_cast<std::size_t>(y) * luma.stride + x] = Round(16 + 0.2568 * r + 0.5041 * g + 0.0979 * b);
          sum_u += 128 - 0.1482 * r - 0.2910 * g + 0.4392 * b;
          sum_v += 128 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
        }
      }
      std::uint8_t *to = &u.bytes[static_cast<std::size_t>(cy) * u.stride + cx * (interleaved ? 2 : 1)];
      to[0] = Round(sum_u / n);
      if (interleaved)
        to[1] = Round(sum_v / n);
      else
        v.bytes[static_cast<std::size_t>(cy) * v.stride + cx] = Round(sum_v / n);
    }
  }
  planes_.push_back(std::move(luma));
  planes_.push_back(std::move(u));
  if (!interleaved) planes_.push_back(std::move(v));
}

FrameView SceneFrame::view(std::optional<std::int64_t> pts_ns) const {
  FrameView view;
  view.format = format_;
  view.width = width_;
  view.height = height_;
  for (std::size_t i = 0; i < planes_.size(); ++i) view.planes[i] = {planes_[i].bytes.data(), planes_[i].stride};
  view.pts_ns = pts_ns;
  return view;
}

std::string WriteSupportFiles(const SupportSet &support, const std::string &folder) {
  const SupportShot &shot = support.shots.at(0);
  cv::Mat bgr;
  cv::cvtColor(
      cv::Mat(shot.image.height, shot.image.width, CV_8UC3, const_cast<std::uint8_t *>(shot.image.pixels.data())), bgr,
      cv::COLOR_RGB2BGR);
  if (!cv::imwrite(folder + "/shot.png", bgr)) throw std::runtime_error("cannot write into " + folder);
  const std::string path = folder + "/support.yaml";
  std::ofstream yaml(path);
  yaml << "category: " << support.category << "\nkeypoints: [";
  for (std::size_t i = 0; i < support.keypoint_names.size(); ++i) yaml << (i ? ", " : "") << support.keypoint_names[i];
  yaml << "]\nskeleton: [";
  for (std::size_t i = 0; i < support.skeleton.size(); ++i) {
    const Link &link = support.skeleton[i];
    yaml << (i ? ", [" : "[") << support.keypoint_names[link[0]] << ", " << support.keypoint_names[link[1]] << "]";
  }
  yaml << "]\nshots:\n  - image: shot.png\n    box: [" << shot.box.x << ", " << shot.box.y << ", " << shot.box.width
       << ", " << shot.box.height << "]\n    points: {";
  for (std::size_t i = 0; i < shot.points.size(); ++i) {
    yaml << (i ? ", " : "") << support.keypoint_names[i] << ": [" << shot.points[i].x << ", " << shot.points[i].y
         << "]";
  }
  yaml << "}\n";
  return path;
}

}  // namespace kpt::testing
