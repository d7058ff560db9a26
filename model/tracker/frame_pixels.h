// Reads pixels out of a borrowed frame of any supported format: grey regions for optical flow, and square RGB crops
// under a similarity transform. Never converts the whole frame: planes are cut and scaled first, the small result is
// converted. Of a frame in GPU memory the GPU does that, and only the small result comes
// here. Knows nothing of objects. Called by flow.cpp, crop.cpp and search.cpp; keeps its buffers from frame to
// frame.
#pragma once

#include <opencv2/core/mat.hpp>

#include <cstdint>
#include <vector>

#include "device_frame.h"
#include "kpt/frame.h"
#include "similarity.h"

namespace kpt {

/// Throws Error(kInvalidArgument) that says what is wrong with a frame's size, planes or strides.
void CheckFrame(const FrameView &frame);

/// A region of a frame at a scale: pixel p of the frame lies at (p - origin) * scale.
struct GreyRegion {
  cv::Rect rect;       ///< in the frame
  double scale_x = 1;  ///< of the grey image, at most 1
  double scale_y = 1;

  /// `rect`, shrunk to about this scale, at most 1, so that it has whole pixels.
  static GreyRegion Scaled(const cv::Rect &rect, double scale);

  cv::Size size() const;  ///< of the grey image
  bool operator==(const GreyRegion &other) const;

  Point2 FromFrame(Point2 p) const;
  Point2 ToFrame(Point2 p) const;
};

class FramePixels {
 public:
  /// Borrows a frame until the next call. Throws as CheckFrame.
  void Attach(const FrameView &frame);

  int width() const { return frame_.width; }
  int height() const { return frame_.height; }
  bool on_device() const { return frame_.memory == FrameMemory::kCuda; }

  /// The frame that is attached; valid until the next Attach.
  const FrameView &view() const { return frame_; }

  /// Says that Grey will be asked for this region in its own size. Of a frame in GPU memory it then comes along with
  /// what the network answers, and is not waited for; elsewhere this does nothing.
  void Announce(const GreyRegion &region);

  /// The part of the frame that `region.rect` names, grey, `size` large.
  void Grey(const GreyRegion &region, cv::Size size, cv::Mat *grey);

  /// A size x size RGB crop, dense, into `rgb`; black outside the frame. Bilinear; where the crop shrinks the frame to
  /// less than half, areas are averaged first.
  void Crop(const Similarity &crop_from_frame, int size, std::uint8_t *rgb);

 private:
  /// A part of the frame as one image: all of a packed format, or one plane.
  struct Layer {
    cv::Mat pixels;       ///< header over borrowed memory
    int subsampling = 1;  ///< frame pixels a pixel of this layer, on both axes
  };
  Layer PackedOrLuma() const;
  void GreyFromDevice(const GreyRegion &region, cv::Size size, cv::Mat *grey);
  void Warp(const Layer &layer, const Similarity &crop_from_frame, int size, int border, cv::Mat *out);
  void CropYuv(const Similarity &crop_from_frame, int size, std::uint8_t *rgb);

  FrameView frame_;
  DeviceFrameReader device_reader_;
  std::vector<GreyRegion> announced_;  ///< those of this frame; each is queued in the slot of its index
  cv::Mat shrunk_, warped_, luma_, chroma_, chroma_v_, grey_source_;
};

}  // namespace kpt
