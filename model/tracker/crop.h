// The square that the estimator sees: 1.25 box sides, turned and scaled with the object; training cuts the same square
// (kpt/data/crop.h). Called by instance_track.cpp, search.cpp and, for the support shots, tracker.cpp.
#pragma once

#include <vector>

#include "frame_pixels.h"
#include "kpt/data/crop.h"
#include "kpt/estimator.h"
#include "kpt/support.h"
#include "object_layout.h"
#include "similarity.h"

namespace kpt {

inline constexpr double kCropSides = data::kCropMargin;  ///< side of a crop in box sides

/// out = (p - centre) * crop_size / side + crop_size / 2, with the object's turn taken out (specification, section 1).
Similarity CropFromFrame(const Similarity &frame_from_object, int crop_size);

/// A picture as a frame; borrows its pixels.
FrameView ViewOf(const RgbImage &image);

/// A support shot's crop where the object lies like this in its picture, with its points; points outside the crop are
/// not visible.
SupportCrop CutSupportCrop(const SupportShot &shot, const Similarity &picture_from_object, int crop_size);

/// Each shot's crop, where its layout says that the object lies.
std::vector<SupportCrop> CutSupportCrops(const SupportSet &support, const ObjectLayout &layout, int crop_size);

}  // namespace kpt
