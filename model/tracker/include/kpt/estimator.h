// The one interface between the tracker and whatever finds keypoints in a crop: the network, or a test's fake.
// No Torch and no OpenCV here. Implementations may throw; the tracker turns that into a Status.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/frame.h"
#include "kpt/status.h"

namespace kpt {

/// A support shot cut out and scaled to the estimator's crop: 0-based pixels, crop_size x crop_size RGB, dense.
struct SupportCrop {
  std::vector<std::uint8_t> rgb;
  std::vector<Point2> points_in_crop;  ///< one a keypoint
  std::vector<bool> visible;           ///< not visible: not annotated, or outside the crop
};

/// A crop that is not cut out yet: crop pixel (a x - b y + dx, b x + a y + dy) shows frame pixel (x, y).
struct CropOfFrame {
  const FrameView *frame = nullptr;  ///< borrowed for the call
  double a = 1, b = 0, dx = 0, dy = 0;
};

/// One question: where are the keypoints in this crop?
struct CropQuery {
  const std::uint8_t *rgb = nullptr;     ///< crop_size x crop_size RGB, dense; borrowed. Null: `in_frame` says it
  const Point2 *seed_in_crop = nullptr;  ///< one a keypoint: where they are expected; null: no idea (proposal/centre)
  bool layout_expected = true;           ///< the object fills the crop as in the shots; false: do not assume it
  CropOfFrame in_frame = {};             ///< of one frame for all queries of a batch
};

struct PointEstimate {
  Point2 xy_in_crop;     ///< pixels of the crop; integers are pixel centres
  float confidence = 0;  ///< [0, 1]
  float spread = 0;      ///< pixels of the crop: how far the recurrent layers disagree
};

using CropEstimate = std::vector<PointEstimate>;  ///< one a keypoint

class Estimator {
 public:
  virtual ~Estimator() = default;

  /// Side of the square crops, in pixels.
  virtual int crop_size() const = 0;

  /// For results and messages, for example the weights' file name without its extension.
  virtual std::string model_name() const = 0;

  /// Pictures that went through the backbone so far, support shots and crops; 0 where there is no backbone.
  virtual std::int64_t images_seen() const { return 0; }

  /// An estimator of the same network in the same memory, without support yet. The two may work in two threads at once.
  virtual std::unique_ptr<Estimator> ShareNetwork() const = 0;

  /// Loads the shots and computes everything that depends on them alone, once.
  virtual void SetSupport(const std::vector<SupportCrop> &shots, const std::vector<Link> &skeleton) = 0;

  /// How well the object is known, after SetSupport: the median error of its points when each shot is asked about with
  /// the others as support (with itself where it is the only one), unseeded, in pixels of the crop. Negative: not
  /// known.
  virtual double typical_error() const { return -1; }

  /// Whether Estimate takes crops that are not cut out yet, of frames in this memory.
  virtual bool CutsCropsOf(FrameMemory) const { return false; }

  /// Answers a batch of queries, in their order. `SetSupport` comes first.
  virtual std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) = 0;
};

struct EstimatorSettings {
  std::string model_file;           ///< safetensors weights
  std::string device = "auto";      ///< auto, cpu, cuda, cuda:N
  int threads = 0;                  ///< for the CPU; 0: as many as cores
  bool use_confidence_head = true;  ///< false: as a network without one (for comparisons)
};

struct LoadedEstimator {
  std::unique_ptr<Estimator> estimator;
  std::string device;                 ///< the one in use: "cpu", "cuda:0"
  std::vector<std::string> warnings;  ///< why `auto` fell back to the CPU, for example
};

/// Loads the network's weights. Errors: kNotFound, kModel (expected and found), kDevice, kOutOfMemory.
Result<LoadedEstimator> LoadEstimator(const EstimatorSettings &settings) noexcept;

}  // namespace kpt
