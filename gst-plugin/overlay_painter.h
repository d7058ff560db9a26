// What keypointoverlay draws: trails, boxes, skeleton, points and labels of tracks, in sizes that follow the frame and
// the object. Knows a canvas and tracks; no element, no buffer.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "canvas.h"
#include "keypoint_meta.h"
#include "label_placer.h"
#include "text_stamps.h"

namespace kpt::gst {

enum class ColourBy { kKeypoint, kInstance, kConfidence };

struct OverlaySettings {
  bool draw_skeleton = true;
  bool draw_labels = true;
  bool draw_boxes = false;
  bool draw_trails = false;
  int trail_length = 30;           ///< frames
  float point_radius = 0;          ///< pixels; 0: from the frame and the object
  float line_thickness = 0;        ///< pixels; 0: from the frame and the object
  float confidence_threshold = 0;  ///< points below it are not drawn
  ColourBy colour_by = ColourBy::kKeypoint;
  guint64 expire_overlay_ns = 0;  ///< how long tracks outlive a frame without metadata
};

class OverlayPainter {
 public:
  void Paint(const std::vector<Track> &tracks, const OverlaySettings &settings, Canvas *canvas);

  /// Forgets the trails, and where labels were.
  void Reset();

 private:
  /// A point ready to draw.
  struct Mark {
    Point2 xy;  ///< pixels of the canvas
    float confidence = 0;
    Visibility visibility = Visibility::kLost;
    bool drawn = false;
    Colour colour;
  };
  /// One instance ready to draw.
  struct Figure {
    const TrackHeader *header = nullptr;
    const Instance *instance = nullptr;
    std::size_t tracker = 0;  ///< whose it is, of those in the pipeline
    std::vector<Mark> marks;  ///< one a keypoint
    Box box;                  ///< pixels of the canvas
    float radius = 0;         ///< of points
    float thickness = 0;      ///< of lines
    float text_pixels = 0;    ///< height of capitals
  };
  using Trail = std::deque<std::vector<std::optional<Point2>>>;  // points in shares of the frame, newest last

  Figure MakeFigure(const Track &track, std::size_t tracker, const Instance &instance) const;
  void SetSizes(Figure *figure) const;
  Colour ColourOf(const Figure &figure, std::size_t keypoint) const;

  void RememberTrails(const std::vector<Track> &tracks);
  void DrawTrail(const Figure &figure);
  void DrawBox(const Figure &figure);
  void DrawSkeleton(const Figure &figure);
  void DrawPoint(const Figure &figure, const Mark &mark);
  void DrawLabels(const Figure &figure);
  void DrawCaption(const Figure &figure);
  void DrawText(const TextStamp &stamp, Point2 top_left);

  OverlaySettings settings_;  // of the frame being painted
  Canvas *canvas_ = nullptr;  // of the frame being painted
  LabelPlacer labels_;
  std::map<InstanceKey, Trail> trails_;
  TextStamps stamps_;
};

}  // namespace kpt::gst
