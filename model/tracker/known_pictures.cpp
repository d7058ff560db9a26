#include "known_pictures.h"

#include <cmath>
#include <numeric>

#include "crop.h"
#include "object_layout.h"

namespace kpt {
namespace {

constexpr int kPatternSize = 128;  ///< pixels; an object that moved by a hundredth of its box looks different
constexpr double kSameCorrelation = 0.995;
constexpr double kFlatDeviation = 2;  ///< grey levels; less is no picture of anything

}  // namespace

KnownPictures::KnownPictures(const SupportSet &support) : rgb_(3 * kPatternSize * kPatternSize) {
  for (std::size_t i = 0; i < support.shots.size(); ++i) {
    const SupportShot &shot = support.shots[i];
    FramePixels pixels;
    pixels.Attach(ViewOf(shot.image));
    Picture picture{static_cast<int>(i),
                    shot.image.width,
                    shot.image.height,
                    CropFromFrame(FrameFromObject(shot.box, 0), kPatternSize),
                    {}};
    picture.pattern = PatternOf(pixels, picture.crop_from_frame);
    pictures_.push_back(std::move(picture));
  }
}

std::vector<float> KnownPictures::PatternOf(FramePixels &frame, const Similarity &crop_from_frame) {
  frame.Crop(crop_from_frame, kPatternSize, rgb_.data());
  std::vector<float> grey(kPatternSize * kPatternSize);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    grey[i] = 0.299F * rgb_[3 * i] + 0.587F * rgb_[3 * i + 1] + 0.114F * rgb_[3 * i + 2];
  }
  const double mean = std::accumulate(grey.begin(), grey.end(), 0.0) / static_cast<double>(grey.size());
  double energy = 0;
  for (float &g : grey) {
    g -= static_cast<float>(mean);
    energy += static_cast<double>(g) * g;
  }
  if (energy < kFlatDeviation * kFlatDeviation * static_cast<double>(grey.size())) return {};
  for (float &g : grey) g /= static_cast<float>(std::sqrt(energy));
  return grey;
}

const std::vector<int> &KnownPictures::Recognise(FramePixels &frame) {
  recognised_.clear();
  for (const Picture &picture : pictures_) {
    if (picture.pattern.empty() || picture.width != frame.width() || picture.height != frame.height()) continue;
    const std::vector<float> pattern = PatternOf(frame, picture.crop_from_frame);
    if (pattern.empty()) continue;
    const double correlation = std::inner_product(pattern.begin(), pattern.end(), picture.pattern.begin(), 0.0);
    if (correlation >= kSameCorrelation) recognised_.push_back(picture.shot);
  }
  return recognised_;
}

}  // namespace kpt
