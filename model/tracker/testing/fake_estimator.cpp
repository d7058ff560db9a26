#include "testing/fake_estimator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace kpt::testing {
namespace {

constexpr int kColourTolerance = 16;  ///< largest difference in a channel
constexpr int kCellPixels = 8;        ///< of the grid in which the densest place is found
constexpr int kFewestPixels = 4;
constexpr float kFoundConfidence = 0.95F;
constexpr float kMissingConfidence = 0.05F;

}  // namespace

FakeEstimator::FakeEstimator(std::shared_ptr<FakeControls> controls, int crop_size)
    : controls_(std::move(controls)), crop_size_(crop_size) {}

void FakeEstimator::MaybeThrow(bool wanted, const char *where) const {
  if (!wanted) return;
  if (controls_->throw_no_exception_type) throw 42;
  throw std::runtime_error(std::string("fake failure in ") + where + "\nframe #0: a backtrace that users must not see");
}

int FakeEstimator::crop_size() const {
  MaybeThrow(controls_->throw_in_crop_size, "crop_size");
  return crop_size_;
}

std::string FakeEstimator::model_name() const {
  MaybeThrow(controls_->throw_in_model_name, "model_name");
  return "fake";
}

std::unique_ptr<Estimator> FakeEstimator::ShareNetwork() const {
  return std::make_unique<FakeEstimator>(controls_, crop_size_);
}

void FakeEstimator::SetSupport(const std::vector<SupportCrop> &shots, const std::vector<Link> &) {
  ++controls_->set_support_calls;
  controls_->support_crops += static_cast<int>(shots.size());
  MaybeThrow(controls_->throw_in_set_support, "SetSupport");
  const std::size_t keypoints = shots.at(0).points_in_crop.size();
  colours_.assign(keypoints, {});
  layout_.assign(keypoints, {});
  known_.assign(keypoints, false);
  for (const SupportCrop &shot : shots) {
    for (std::size_t i = 0; i < keypoints; ++i) {
      if (known_[i] || !shot.visible[i]) continue;
      const int x = std::clamp(static_cast<int>(std::lround(shot.points_in_crop[i].x)), 0, crop_size_ - 1);
      const int y = std::clamp(static_cast<int>(std::lround(shot.points_in_crop[i].y)), 0, crop_size_ - 1);
      const std::uint8_t *pixel = &shot.rgb[(static_cast<std::size_t>(y) * crop_size_ + x) * 3];
      colours_[i] = {pixel[0], pixel[1], pixel[2]};
      layout_[i] = shot.points_in_crop[i];
      known_[i] = true;
    }
  }
}

PointEstimate FakeEstimator::Find(const std::uint8_t *rgb, const Colour &colour) const {
  const auto matches = [&](int x, int y) {
    const std::uint8_t *p = rgb + (static_cast<std::ptrdiff_t>(y) * crop_size_ + x) * 3;
    return std::abs(p[0] - colour.r) <= kColourTolerance && std::abs(p[1] - colour.g) <= kColourTolerance &&
           std::abs(p[2] - colour.b) <= kColourTolerance;
  };
  // The densest cell first: the rim of another dot may have this colour too, but thinly.
  const int cells = (crop_size_ + kCellPixels - 1) / kCellPixels;
  std::vector<int> count(static_cast<std::size_t>(cells) * cells);
  for (int y = 0; y < crop_size_; ++y) {
    for (int x = 0; x < crop_size_; ++x) {
      if (matches(x, y)) ++count[(y / kCellPixels) * cells + x / kCellPixels];
    }
  }
  const auto densest = std::max_element(count.begin(), count.end());
  const int cell = static_cast<int>(densest - count.begin());
  const auto half = crop_size_ / 2.0F;
  if (*densest < kFewestPixels) return {{half, half}, kMissingConfidence, half};

  float centre_x = static_cast<float>(cell % cells * kCellPixels + kCellPixels / 2);
  float centre_y = static_cast<float>(cell / cells * kCellPixels + kCellPixels / 2);
  for (int round = 0; round < 4; ++round) {
    double sum_x = 0, sum_y = 0;
    int n = 0;
    for (int y = std::max(0, static_cast<int>(centre_y) - kCellPixels);
         y < std::min(crop_size_, static_cast<int>(centre_y) + kCellPixels + 1); ++y) {
      for (int x = std::max(0, static_cast<int>(centre_x) - kCellPixels);
           x < std::min(crop_size_, static_cast<int>(centre_x) + kCellPixels + 1); ++x) {
        if (matches(x, y)) sum_x += x, sum_y += y, ++n;
      }
    }
    if (n == 0) break;
    centre_x = static_cast<float>(sum_x / n);
    centre_y = static_cast<float>(sum_y / n);
  }
  return {{centre_x, centre_y}, kFoundConfidence, 1};
}

float FakeEstimator::TurnOf(const CropEstimate &found) const {
  Point2 middle_found, middle_known;
  float n = 0;
  const auto counts = [&](std::size_t i) { return known_[i] && found[i].confidence > 0.5F; };
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!counts(i)) continue;
    middle_found.x += found[i].xy_in_crop.x, middle_found.y += found[i].xy_in_crop.y;
    middle_known.x += layout_[i].x, middle_known.y += layout_[i].y;
    ++n;
  }
  if (n < 2) return 0;
  float dot = 0, cross = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!counts(i)) continue;
    const float px = layout_[i].x - middle_known.x / n, py = layout_[i].y - middle_known.y / n;
    const float qx = found[i].xy_in_crop.x - middle_found.x / n, qy = found[i].xy_in_crop.y - middle_found.y / n;
    dot += px * qx + py * qy;
    cross += px * qy - py * qx;
  }
  return std::abs(std::atan2(cross, dot)) * 57.29578F;
}

std::vector<CropEstimate> FakeEstimator::Estimate(const std::vector<CropQuery> &queries) {
  const FakeControls &wanted = *controls_;
  ++controls_->estimate_calls;
  controls_->crops += static_cast<int>(queries.size());
  controls_->largest_batch = std::max(controls_->largest_batch.load(), static_cast<int>(queries.size()));
  MaybeThrow(wanted.throw_in_estimate, "Estimate");
  std::vector<CropEstimate> answers;
  for (const CropQuery &query : queries) {
    if (query.seed_in_crop != nullptr) ++controls_->seeded_crops;
    CropEstimate answer(colours_.size());
    for (std::size_t i = 0; i < answer.size(); ++i) {
      if (known_[i]) answer[i] = Find(query.rgb, colours_[i]);
    }
    const bool recognised = TurnOf(answer) <= wanted.largest_turn_deg;
    for (PointEstimate &point : answer) {
      point.confidence = recognised ? point.confidence * wanted.confidence_factor : kMissingConfidence;
      point.xy_in_crop.x += wanted.offset_pixels;
      if (wanted.infinite)
        point.xy_in_crop = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
      if (wanted.not_a_number) {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        point = {{nan, nan}, nan, nan};
      }
    }
    if (wanted.one_keypoint_short) answer.pop_back();
    answers.push_back(std::move(answer));
  }
  if (wanted.one_crop_short) answers.pop_back();
  return answers;
}

Result<LoadedEstimator> LoadFakeEstimator(std::shared_ptr<FakeControls> controls) {
  LoadedEstimator loaded;
  loaded.estimator = std::make_unique<FakeEstimator>(std::move(controls));
  loaded.device = "cpu";
  return Result<LoadedEstimator>(std::move(loaded));
}

}  // namespace kpt::testing
