#include "episode_common.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace kpt::train {
namespace {

bool Inside(const Point2 &p, double size) { return p.x >= 0 && p.y >= 0 && p.x < size && p.y < size; }

net::Keypoints Normalised(const View &view) {
  const auto size = static_cast<float>(view.picture.cols);
  net::Keypoints keypoints;
  for (std::size_t k = 0; k < view.points.size(); ++k) {
    keypoints.points.push_back({view.points[k].x / size, view.points[k].y / size});
    keypoints.visible.push_back(view.visible[k] && Inside(view.points[k], size));
  }
  return keypoints;
}

EpisodePicture PictureOf(const View &view, const net::Keypoints &padded) {
  EpisodePicture out;
  cv::Mat rgb;
  cv::cvtColor(view.picture, rgb, cv::COLOR_BGR2RGB);
  out.rgb.assign(rgb.datastart, rgb.dataend);
  out.points = padded.points;
  out.visible = padded.visible;
  for (std::size_t k = 0; k < padded.points.size(); ++k) {
    const Point2 &p = padded.points[k];
    const int x = static_cast<int>(p.x * static_cast<float>(view.picture.cols));
    const int y = static_cast<int>(p.y * static_cast<float>(view.picture.rows));
    const bool in = x >= 0 && y >= 0 && x < view.picture.cols && y < view.picture.rows;
    const bool hidden = k < view.hidden.size() && view.hidden[k];
    out.covered.push_back(hidden || (in && !view.occluded.empty() && view.occluded.at<std::uint8_t>(y, x) > 127));
  }
  return out;
}

/// Where nothing is known of a point, a tracker has it near the others.
std::vector<Point2> WithUnknownAtMean(const net::Keypoints &truth) {
  Point2 mean;
  int count = 0;
  for (std::size_t k = 0; k < truth.points.size(); ++k) {
    if (!truth.visible[k]) continue;
    mean.x += truth.points[k].x;
    mean.y += truth.points[k].y;
    ++count;
  }
  mean =
      count > 0 ? Point2{mean.x / static_cast<float>(count), mean.y / static_cast<float>(count)} : Point2{0.5F, 0.5F};
  std::vector<Point2> points = truth.points;
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (!truth.visible[k]) points[k] = mean;
  }
  return points;
}

/// Truth with what a tracker gets wrong: one shift, turn and scale for all points, and noise of each its own.
std::vector<Point2> NoisySeeds(const net::Keypoints &truth, const EpisodeOptions &options, Random &random) {
  const double common = LogUniform(random, options.seed_noise_min, options.seed_noise_max);
  const double own = LogUniform(random, options.seed_noise_min, options.seed_noise_max) / 2;
  const double angle = Normal(random, common), scale = std::exp(Normal(random, common));
  const double c = scale * std::cos(angle), s = scale * std::sin(angle);
  const double shift_x = Normal(random, common), shift_y = Normal(random, common);
  std::vector<Point2> seeds;
  for (const Point2 &p : WithUnknownAtMean(truth)) {
    const double x = p.x - 0.5, y = p.y - 0.5;
    const double seed_x = 0.5 + c * x - s * y + shift_x + Normal(random, own);
    const double seed_y = 0.5 + s * x + c * y + shift_y + Normal(random, own);
    seeds.push_back(
        {static_cast<float>(std::clamp(seed_x, 0.0, 1.0)), static_cast<float>(std::clamp(seed_y, 0.0, 1.0))});
  }
  return seeds;
}

net::PadPlan PlanOf(int real, const std::vector<Link> &links, const EpisodeOptions &options, Random &random) {
  switch (options.padding) {
    case Padding::kEqualDivision:
      return net::EqualDivisionPadding(real, links, options.padded_keypoints);
    case Padding::kZero:
      return net::ZeroPadding(real, links, options.padded_keypoints);
    case Padding::kMixup:
      break;
  }
  return net::MixupPadding(real, links, options.padded_keypoints, random);
}

}  // namespace

double Uniform(Random &random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}
double LogUniform(Random &random, double low, double high) {
  return std::exp(Uniform(random, std::log(low), std::log(high)));
}
double Normal(Random &random, double sigma) { return std::normal_distribution<double>(0, 1)(random) * sigma; }
int UniformInt(Random &random, int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }
bool Chance(Random &random, double probability) { return Uniform(random, 0, 1) < probability; }

double RandomRotation(Random &random, const EpisodeOptions &options, double usual_deg) {
  const double limit = Chance(random, options.any_rotation_share) ? 180 : usual_deg;
  return Uniform(random, -limit, limit);
}

data::CropSquare Jittered(data::CropSquare square, const CutOptions &cut, const EpisodeOptions &options,
                          Random &random) {
  square.centre_x += Uniform(random, -cut.shift, cut.shift) * square.side;
  square.centre_y += Uniform(random, -cut.shift, cut.shift) * square.side;
  square.side *= LogUniform(random, cut.scale_min, cut.scale_max);
  square.angle_deg = RandomRotation(random, options, cut.rotation_deg);
  return square;
}

namespace {

void ShiftHue(cv::Mat &picture, Random &random) {
  cv::Mat hsv;
  cv::cvtColor(picture, hsv, cv::COLOR_BGR2HSV_FULL);
  const int shift = UniformInt(random, 0, 255);
  const double saturation = Uniform(random, 0.4, 1.6);
  cv::Mat table(1, 256, CV_8UC3);
  for (int i = 0; i < 256; ++i) {
    table.at<cv::Vec3b>(i) = {static_cast<std::uint8_t>(i + shift), cv::saturate_cast<std::uint8_t>(i * saturation),
                              static_cast<std::uint8_t>(i)};
  }
  cv::LUT(hsv, table, hsv);
  cv::cvtColor(hsv, picture, cv::COLOR_HSV2BGR_FULL);
}

void ChangeTones(cv::Mat &picture, Random &random) {
  const double gamma = std::exp(Normal(random, 0.3)), gain = std::exp(Normal(random, 0.25)),
               offset = Normal(random, 15);
  const bool negative = Chance(random, 0.03);
  cv::Mat table(1, 256, CV_8UC3);
  for (int channel = 0; channel < 3; ++channel) {
    const double tint = std::exp(Normal(random, 0.1));
    for (int i = 0; i < 256; ++i) {
      const double value = 255 * std::pow((negative ? 255 - i : i) / 255.0, gamma) * gain * tint + offset;
      table.at<cv::Vec3b>(i)[channel] = cv::saturate_cast<std::uint8_t>(value);
    }
  }
  cv::LUT(picture, table, picture);
}

void BlurByMotion(cv::Mat &picture, Random &random) {
  const int length = UniformInt(random, 3, 9);
  cv::Mat kernel = cv::Mat::zeros(length, length, CV_32F);
  const double angle = Uniform(random, 0, CV_PI);
  const cv::Point2d half(std::cos(angle) * length / 2, std::sin(angle) * length / 2),
      centre(length / 2.0, length / 2.0);
  cv::line(kernel, centre - half, centre + half, cv::Scalar(1));
  const double sum = cv::sum(kernel)[0];
  if (sum > 0) cv::filter2D(picture, picture, -1, kernel / sum);
}

/// As a small or far object looks, scaled up.
void LoseDetail(cv::Mat &picture, Random &random) {
  const cv::Size full = picture.size();
  const double factor = Uniform(random, 0.25, 0.7);
  cv::Mat small;
  cv::resize(picture, small, {}, factor, factor, cv::INTER_AREA);
  cv::resize(small, picture, full, 0, 0, cv::INTER_LINEAR);
}

void Compress(cv::Mat &picture, Random &random) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, UniformInt(random, 15, 60)});
  cv::imdecode(bytes, cv::IMREAD_COLOR, &picture);
}

void AddNoise(cv::Mat &picture, Random &random) {
  cv::Mat noise(picture.size(), CV_16SC3);
  cv::RNG rng(random());
  rng.fill(noise, cv::RNG::NORMAL, 0, Uniform(random, 1, 12));
  cv::add(picture, noise, picture, cv::noArray(), CV_8U);
}

}  // namespace

void AugmentColour(cv::Mat &picture, Random &random) {
  if (Chance(random, 0.15)) ShiftHue(picture, random);
  if (Chance(random, 0.25)) {
    cv::Mat gray;
    cv::cvtColor(picture, gray, cv::COLOR_BGR2GRAY);
    cv::cvtColor(gray, picture, cv::COLOR_GRAY2BGR);
  }
  ChangeTones(picture, random);
  if (Chance(random, 0.15)) LoseDetail(picture, random);
  if (Chance(random, 0.25)) cv::GaussianBlur(picture, picture, {}, Uniform(random, 0.4, 2));
  if (Chance(random, 0.15)) BlurByMotion(picture, random);
  if (Chance(random, 0.4)) AddNoise(picture, random);
  if (Chance(random, 0.15)) Compress(picture, random);
}

cv::Mat BlobMask(cv::Size size, cv::Point2d centre, double radius, double aspect, Random &random) {
  constexpr int kCorners = 48, kWaves = 4;
  double amplitude[kWaves], phase[kWaves];
  for (int w = 0; w < kWaves; ++w) {
    amplitude[w] = Uniform(random, 0, 0.35) / (w + 1);
    phase[w] = Uniform(random, 0, 2 * CV_PI);
  }
  const double turn = Uniform(random, 0, 2 * CV_PI);
  std::vector<cv::Point> outline;
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * CV_PI * i / kCorners;
    double r = radius;
    for (int w = 0; w < kWaves; ++w) r += radius * amplitude[w] * std::cos((w + 2) * angle + phase[w]);
    const double x = r * std::cos(angle), y = aspect * r * std::sin(angle);
    outline.emplace_back(cvRound(centre.x + x * std::cos(turn) - y * std::sin(turn)),
                         cvRound(centre.y + x * std::sin(turn) + y * std::cos(turn)));
  }
  cv::Mat mask = cv::Mat::zeros(size, CV_8U);
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{outline}, cv::Scalar(255));
  cv::blur(mask, mask, {3, 3});
  return mask;
}

cv::Mat Blend(const cv::Mat &front, const cv::Mat &back, const cv::Mat &mask) {
  cv::Mat alpha, front_part, back_part, out;
  cv::cvtColor(mask, alpha, cv::COLOR_GRAY2BGR);
  cv::multiply(front, alpha, front_part, 1.0 / 255);
  cv::multiply(back, cv::Scalar::all(255) - alpha, back_part, 1.0 / 255);
  cv::add(front_part, back_part, out);
  return out;
}

void AddOccluder(View &view, const cv::Mat &texture, Random &random) {
  const double size = view.picture.cols;
  const cv::Point2d centre(Uniform(random, 0.15, 0.85) * size, Uniform(random, 0.15, 0.85) * size);
  view.occluded =
      BlobMask(view.picture.size(), centre, Uniform(random, 0.08, 0.25) * size, Uniform(random, 0.3, 1), random);
  texture.copyTo(view.picture, view.occluded > 127);
}

int CommonPoints(const View &a, const View &b) {
  int count = 0;
  for (std::size_t k = 0; k < a.points.size(); ++k) {
    count += a.visible[k] && b.visible[k] && Inside(a.points[k], a.picture.cols) && Inside(b.points[k], b.picture.cols);
  }
  return count;
}

Episode FinishEpisode(const View &support, const View &query, const std::vector<Link> &links, bool object_in_query,
                      const EpisodeOptions &options, Random &random, const char *source) {
  const net::PadPlan plan = PlanOf(static_cast<int>(support.points.size()), links, options, random);
  const net::Keypoints support_padded = net::Pad(Normalised(support), plan);
  const net::Keypoints query_padded = net::Pad(Normalised(query), plan);
  Episode episode;
  episode.support.push_back(PictureOf(support, support_padded));
  episode.query = PictureOf(query, query_padded);
  episode.real_keypoints = static_cast<int>(support.points.size());
  episode.linked_refs.push_back(
      net::LinkedReferences(net::LinksAfterPadding(plan, support_padded), support_padded.visible));
  episode.object_in_query = object_in_query;
  if (Chance(random, options.seeded_share)) episode.seeds = NoisySeeds(query_padded, options, random);
  episode.source = source;
  return episode;
}

}  // namespace kpt::train
