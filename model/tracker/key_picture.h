// The object as it was when it was last seen whole: its picture, and its points in it. While something lies over a part
// of it, flow from that picture finds what is still seen of it, and tells where the rest must be; unlike flow from
// frame to frame it does not drift, and what comes out of cover is found where it belongs. Knows grey pictures; nothing
// of networks. Called by instance_track.cpp.
#pragma once

#include <optional>
#include <vector>

#include "lucas_kanade.h"
#include "scene_memory.h"

namespace kpt {

class KeyPicture {
 public:
  /// The object is whole in this picture, and lies like `frame_from_object`. `outline`: around it, in the frame.
  void Take(const cv::Mat &grey, const GreyRegion &region, const std::vector<Point2> &points,
            const std::vector<cv::Point2f> &outline, const Similarity &frame_from_object);

  /// How the object has moved since, from what is seen of it in the picture of these levels; none where that is too
  /// little. Looks where `expected` puts it. What lies where `scene` is as ever is none of it.
  std::optional<Similarity> Find(const Pyramid &picture, const GreyRegion &region, const Similarity &expected,
                                 const SceneMemory &scene);

  /// After Find: the point was seen where the motion puts it.
  const std::vector<bool> &seen() const { return seen_; }

  /// As they were when the picture was taken.
  const std::vector<Point2> &points() const { return points_; }
  const Similarity &frame_from_object() const { return frame_from_object_; }

  void Forget() { taken_ = false; }
  bool taken() const { return taken_; }

 private:
  void ChooseMarks();

  bool taken_ = false;
  cv::Mat grey_;
  GreyRegion region_;
  std::vector<Point2> points_;
  std::vector<cv::Point2f> outline_;
  Similarity frame_from_object_;
  std::vector<Point2> marks_;  ///< the points, then corners of the picture; none until they are wanted
  std::vector<bool> seen_;

  LucasKanade flow_{1};  // the place is known well
  cv::Mat moved_, mask_;
  Pyramid moved_pyramid_;
  std::vector<cv::Point2f> start_, there_, corners_;
  std::vector<bool> sound_;
  std::vector<Point2> found_;
  std::vector<float> weight_;
};

}  // namespace kpt
