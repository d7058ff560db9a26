// See picture_view.h.
#include "picture_view.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "colours.h"
#include "label_placer.h"
#include "layout.h"
#include "shapes.h"
#include "theme.h"

namespace kpt::annotate {
namespace {

constexpr float kRadius = 5, kLine = 1.4F;
constexpr float kSharpZoom = 3;  ///< from here on pixels are shown as squares
constexpr Colour kLinkColour{255, 255, 255, 0.85F}, kPill{12, 14, 18, 0.72F};

/// Draws the marks of one session, with what all of them need.
class MarksPainter {
 public:
  MarksPainter(const Session &session, Painter *painter)
      : s_(session), p_(*painter), annotation_(session.editor.annotation()), shot_(session.ShotHere()) {}

  void Draw() {
    DrawOtherShots();
    if (shot_ != nullptr && shot_->box) Outline(*shot_->box, Faded(kAccent, 0.9F));
    if (s_.box_from) Outline(Spanned(*s_.box_from, s_.viewport.FrameFromWindow(s_.cursor_in_window)), kAccent);
    for (const Link &link : annotation_.skeleton) DrawLink(link);
    for (int i = 0; i < Count(); ++i) DrawPoint(i);
    if (s_.labels) DrawNames();
    DrawCursor();
  }

 private:
  int Count() const { return shot_ == nullptr ? 0 : s_.editor.KeypointCount(); }
  const std::string &Name(int keypoint) const { return annotation_.names.at(static_cast<std::size_t>(keypoint)); }
  Colour ColourOf(int keypoint) const {
    return gst::ColourOfKeypoint(static_cast<std::size_t>(keypoint), annotation_.names.size());
  }
  const Mark &MarkOf(int keypoint) const { return shot_->marks.at(static_cast<std::size_t>(keypoint)); }
  bool IsPlaced(int keypoint) const {
    return shot_ != nullptr && keypoint >= 0 && MarkOf(keypoint).state == PointState::kPlaced;
  }
  Point2 At(int keypoint) const { return s_.viewport.WindowFromFrame(MarkOf(keypoint).xy_in_frame); }

  void Outline(const Box &in_frame, const Colour &colour) {
    const Point2 a = s_.viewport.WindowFromFrame({in_frame.x, in_frame.y});
    const Box box{a.x, a.y, in_frame.width * s_.viewport.zoom(), in_frame.height * s_.viewport.zoom()};
    p_.Fill(gst::RoundedBox{box, 3, kLine + 1}, kDark);
    p_.Fill(gst::RoundedBox{box, 3, kLine / 2 + 0.3F}, colour);
  }

  void Line(Point2 from, Point2 to, const Colour &colour) {
    p_.Fill(gst::Capsule{from, to, kLine + 1}, kDark);
    p_.Fill(gst::Capsule{from, to, kLine / 2 + 0.3F}, colour);
  }

  void DrawLink(const Link &link) {
    if (IsPlaced(link[0]) && IsPlaced(link[1])) Line(At(link[0]), At(link[1]), kLinkColour);
  }

  /// A file may have several objects in one frame. Only the first is worked on; the others are shown.
  void DrawOtherShots() {
    const FrameId here = s_.Here().id;
    for (const Shot &shot : annotation_.shots) {
      if (&shot == shot_ || !(shot.id == here)) continue;
      for (const Mark &mark : shot.marks) {
        if (mark.state != PointState::kPlaced) continue;
        p_.Fill(gst::Ring{s_.viewport.WindowFromFrame(mark.xy_in_frame), kRadius - 1, 1}, Faded(kInk, 0.6F));
      }
    }
  }

  void DrawPoint(int keypoint) {
    if (!IsPlaced(keypoint)) return;
    const Point2 at = At(keypoint);
    const bool chosen = keypoint == s_.keypoint;
    const bool hovered = keypoint == s_.hovered;
    const float radius = hovered ? kRadius + 1.5F : kRadius;
    p_.Fill(gst::Disc{at, radius + 1.5F}, kDark);
    p_.Fill(gst::Disc{at, radius}, ColourOf(keypoint));
    p_.Fill(gst::Disc{at, 1.2F}, {0, 0, 0, 0.8F});  // the place itself
    if (chosen || keypoint == s_.link_from) p_.Fill(gst::Ring{at, radius + 4, 0.9F}, kInk);
  }

  void DrawNames() {
    std::vector<Point2> points;
    Point2 centre;
    for (int i = 0; i < Count(); ++i) {
      if (IsPlaced(i)) points.push_back(At(i));
    }
    for (const Point2 &p : points) {
      centre.x += p.x / static_cast<float>(points.size());
      centre.y += p.y / static_cast<float>(points.size());
    }
    gst::LabelPlacer placer;
    const Box &area = s_.viewport.area();
    placer.Begin(static_cast<int>(area.width), static_cast<int>(area.height), points);
    for (int i = 0; i < Count(); ++i) {
      if (!IsPlaced(i)) continue;
      gst::LabelPlacer::Request request;
      request.keypoint = static_cast<std::size_t>(i);
      request.xy = At(i);
      request.object_centre = centre;
      request.away = kRadius + 4;
      request.width = p_.WidthOf(Name(i), kSmall);
      request.height = 2 * kSmall;
      if (const auto place = placer.Find(request)) DrawName(i, place->box, place->far);
    }
  }

  void DrawName(int keypoint, const Box &box, bool far) {
    if (far) Line(At(keypoint), {box.x + box.width / 2, box.y + box.height / 2}, Faded(ColourOf(keypoint), 0.5F));
    Tag(Name(keypoint), {box.x, box.y}, ColourOf(keypoint));
  }

  void Tag(const std::string &text, Point2 top_left, const Colour &colour) {
    p_.Fill(gst::RoundedBox{{top_left.x, top_left.y, p_.WidthOf(text, kSmall), 2 * kSmall}, 4}, kPill);
    p_.Text(text, top_left.x + kSmall / 2, top_left.y + 1.5F * kSmall, kSmall, ForText(colour));
  }

  /// Crosshair and the name of what a click places; or what the mode asks for.
  void DrawCursor() {
    if (!s_.cursor_on_picture || s_.prompt.kind != Prompt::Kind::kNone) return;
    const Point2 at = s_.cursor_in_window;
    if (s_.link_from >= 0 && IsPlaced(s_.link_from)) Line(At(s_.link_from), at, kAccent);
    if (s_.mode == Mode::kPoints && s_.hovered >= 0) return;
    const float reach = 14, gap = 4;
    for (const Point2 d : {Point2{1, 0}, Point2{-1, 0}, Point2{0, 1}, Point2{0, -1}}) {
      Line({at.x + d.x * gap, at.y + d.y * gap}, {at.x + d.x * reach, at.y + d.y * reach}, kInk);
    }
    if (const std::string text = CursorText(); !text.empty()) Tag(text, {at.x + 12, at.y + 10}, CursorColour());
  }

  bool NextIsKnown() const { return s_.keypoint >= 0 && !IsPlaced(s_.keypoint); }
  Colour CursorColour() const { return s_.mode == Mode::kPoints && NextIsKnown() ? ColourOf(s_.keypoint) : kAccent; }
  std::string CursorText() const {
    switch (s_.mode) {
      case Mode::kLinks:
        return s_.link_from < 0 ? "link from ..." : "link " + Name(s_.link_from) + " to ...";
      case Mode::kBox:
        return "box";
      case Mode::kPoints:
        break;
    }
    return NextIsKnown() ? Name(s_.keypoint) : "";
  }

  const Session &s_;
  Painter &p_;
  const Annotation &annotation_;
  const Shot *shot_;
};

}  // namespace

void DrawPixels(const Session &session, cv::Mat *window) {
  const Viewport &viewport = session.viewport;
  const Box &area = viewport.area();
  const cv::Rect part = cv::Rect(static_cast<int>(area.x), static_cast<int>(area.y), static_cast<int>(area.width),
                                 static_cast<int>(area.height)) &
                        cv::Rect({}, window->size());
  if (part.empty() || session.picture.empty()) return;
  // Only what is in sight is scaled: at forty times the size a whole picture would not fit into memory.
  const Point2 a = viewport.FrameFromWindow({area.x, area.y});
  const Point2 b = viewport.FrameFromWindow({area.x + area.width, area.y + area.height});
  const cv::Point from(static_cast<int>(std::floor(a.x)) - 1, static_cast<int>(std::floor(a.y)) - 1);
  const cv::Point to(static_cast<int>(std::ceil(b.x)) + 2, static_cast<int>(std::ceil(b.y)) + 2);
  const cv::Rect seen = cv::Rect(from, to) & cv::Rect({}, session.picture.size());
  if (seen.empty()) return;

  const float zoom = viewport.zoom();
  cv::Mat source = session.picture(seen);
  float scale = 1;
  if (zoom < 1) {  // by area first, so that small things stay visible
    cv::Mat smaller;
    const cv::Size size(std::max(1, cvRound(seen.width * zoom)), std::max(1, cvRound(seen.height * zoom)));
    cv::resize(source, smaller, size, 0, 0, cv::INTER_AREA);
    scale = static_cast<float>(size.width) / static_cast<float>(seen.width);
    source = smaller;
  }
  const Point2 corner = viewport.WindowFromFrame({static_cast<float>(seen.x), static_cast<float>(seen.y)});
  const float step = zoom / scale;
  const float shift = (zoom - step) / 2;  // a pixel of the smaller picture has its centre elsewhere
  const cv::Matx23f window_from_source(step, 0, corner.x - shift - area.x, 0, step, corner.y - shift - area.y);
  cv::Mat shown;
  cv::warpAffine(source, shown, window_from_source, part.size(),
                 zoom >= kSharpZoom ? cv::INTER_NEAREST : cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                 cv::Scalar(kBackground.b, kBackground.g, kBackground.r));
  cv::Mat target = (*window)(part);
  cv::cvtColor(shown, target, cv::COLOR_BGR2BGRA);
}

void DrawMarks(const Session &session, Painter *painter) { MarksPainter(session, painter).Draw(); }

}  // namespace kpt::annotate
