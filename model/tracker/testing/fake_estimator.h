// An estimator for tests that needs no weights: it looks for the colours that the support shots have at their points.
// It works on real pixels, so that crops, turns and searches are tested for real, and it misbehaves on request. No
// Torch, no OpenCV. Used by the tests of the tracker and of the plugin.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "kpt/estimator.h"

namespace kpt::testing {

/// What a test wants of a FakeEstimator and learns from it; shared, and may be changed while the estimator runs.
struct FakeControls {
  // Wishes.
  std::atomic<bool> throw_in_crop_size{false};
  std::atomic<bool> throw_in_model_name{false};
  std::atomic<bool> throw_in_set_support{false};
  std::atomic<bool> throw_in_estimate{false};
  std::atomic<bool> throw_no_exception_type{false};  ///< throws an int instead of a std::runtime_error
  std::atomic<bool> not_a_number{false};             ///< every coordinate and confidence is NaN
  std::atomic<bool> infinite{false};                 ///< every coordinate is infinite
  std::atomic<bool> one_crop_short{false};
  std::atomic<bool> one_keypoint_short{false};
  std::atomic<float> confidence_factor{1.0F};   ///< of what it finds
  std::atomic<float> offset_pixels{0.0F};       ///< a constant mistake to the right, in pixels of the crop
  std::atomic<float> largest_turn_deg{360.0F};  ///< an object turned further than this is not recognised
  // Counts.
  std::atomic<int> set_support_calls{0};
  std::atomic<int> support_crops{0};
  std::atomic<int> estimate_calls{0};
  std::atomic<int> crops{0};
  std::atomic<int> seeded_crops{0};
  std::atomic<int> largest_batch{0};
};

class FakeEstimator : public Estimator {
 public:
  explicit FakeEstimator(std::shared_ptr<FakeControls> controls = std::make_shared<FakeControls>(),
                         int crop_size = 128);

  int crop_size() const override;
  std::string model_name() const override;
  std::unique_ptr<Estimator> ShareNetwork() const override;
  void SetSupport(const std::vector<SupportCrop> &shots, const std::vector<Link> &skeleton) override;
  std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) override;

 private:
  struct Colour {
    int r = 0, g = 0, b = 0;
  };
  PointEstimate Find(const std::uint8_t *rgb, const Colour &colour) const;
  /// How far the found points are turned from the support's, in degrees.
  float TurnOf(const CropEstimate &found) const;
  void MaybeThrow(bool wanted, const char *where) const;

  std::shared_ptr<FakeControls> controls_;
  int crop_size_;
  std::vector<Colour> colours_;
  std::vector<Point2> layout_;
  std::vector<bool> known_;
};

/// A LoadedEstimator as LoadEstimator would give it, with a FakeEstimator inside.
Result<LoadedEstimator> LoadFakeEstimator(std::shared_ptr<FakeControls> controls);

}  // namespace kpt::testing
