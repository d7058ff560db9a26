// The labelled objects that episodes are made of: one kind a category, each instance with the part of its picture
// around it. Private to the labelled episodes.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/data/crop.h"
#include "kpt/train/episode_options.h"

namespace kpt::train {

/// An annotated object and the part of its picture around it.
struct Instance {
  cv::Mat patch;            ///< 8-bit BGR
  cv::Mat mask;             ///< 8-bit, the object; empty: its own background belongs to it
  data::CropSquare square;  ///< the specification's crop, in pixels of the patch
  std::vector<Point2> points;
  std::vector<bool> visible;
  std::vector<bool> hidden;  ///< labelled though something covers it
  std::int64_t image = 0;
};

struct Kind {
  std::string name;
  std::vector<Link> skeleton;
  std::vector<Instance> instances;
};

/// Kinds with at least one usable instance. Names broken pictures in the log and skips them; throws Error (kNotFound,
/// kInput) for a broken annotation file, where more than the allowed share of pictures is broken, or nothing is usable.
std::vector<Kind> ReadKinds(const LabelledOptions &options);

}  // namespace kpt::train
