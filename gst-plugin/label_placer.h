// Finds room for the labels of a frame: near their points, outside the object, over no other label or point, and where
// they were in the frame before, so that they do not hop. Called by the overlay's painter.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kpt/base/geometry.h"

namespace kpt::gst {

using InstanceKey = std::pair<std::string, int>;  ///< category, id

class LabelPlacer {
 public:
  struct Request {
    InstanceKey instance;
    std::size_t keypoint = 0;
    Point2 xy;             ///< the point's place
    Point2 object_centre;  ///< labels lie on the side away from it
    float away = 0;        ///< between the point and its label
    float width = 0;       ///< of the label
    float height = 0;
  };
  struct Place {
    Box box;
    bool far = false;  ///< so far from the point that a line should join them
  };

  /// Starts a frame of this size, in which `points` must stay visible.
  void Begin(int width, int height, std::vector<Point2> points);

  /// A place for a label, which is then taken; none where there is no room.
  std::optional<Place> Find(const Request &request);

  /// Takes the room of something that has its own place.
  void Take(const Box &box) { taken_.push_back(box); }

  void Reset() { last_choice_.clear(); }

 private:
  bool IsFree(const Box &box, const Request &request) const;

  float width_ = 0;
  float height_ = 0;
  std::vector<Point2> points_;
  std::vector<Box> taken_;
  std::map<std::pair<InstanceKey, std::size_t>, int> last_choice_;
};

}  // namespace kpt::gst
