// Recognises a frame that is one of the user's own support pictures, as the first frame of a clip often is: then the
// marks are the answer, better than any estimate. Knows nothing of networks. Called by tracker.cpp at the start.
#pragma once

#include <vector>

#include "frame_pixels.h"
#include "kpt/support.h"
#include "similarity.h"

namespace kpt {

class KnownPictures {
 public:
  explicit KnownPictures(const SupportSet &support);

  /// The indices of the shots whose picture shows the same as this frame where the object is marked: the same size, and
  /// the same pixels but for brightness, coding noise, and colour lost on the way.
  const std::vector<int> &Recognise(FramePixels &frame);

 private:
  struct Picture {
    int shot = 0;
    int width = 0, height = 0;
    Similarity crop_from_frame;
    std::vector<float> pattern;  ///< grey, of mean 0 and length 1; empty where the picture is flat
  };
  std::vector<float> PatternOf(FramePixels &frame, const Similarity &crop_from_frame);

  std::vector<Picture> pictures_;
  std::vector<std::uint8_t> rgb_;
  std::vector<int> recognised_;
};

}  // namespace kpt
