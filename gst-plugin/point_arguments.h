// Reads the points that an application hands to `reinit`. Called by track_element.
#pragma once

#include <gst/gst.h>

#include <map>
#include <string>

#include "kpt/base/geometry.h"

namespace kpt::gst {

using NamedPoints = std::map<std::string, Point2>;

/// A structure whose fields are keypoints: each an array or list of two numbers, or text `x,y`, in pixels. Throws
/// Error(kInvalidArgument) that names the field.
NamedPoints ReadPoints(const GstStructure *structure);

}  // namespace kpt::gst
