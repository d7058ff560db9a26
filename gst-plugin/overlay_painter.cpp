// See overlay_painter.h. Everything is drawn twice, first wider and dark, so that it stands out on any picture.
#include "overlay_painter.h"

#include <algorithm>
#include <cmath>

#include "colours.h"

namespace kpt::gst {
namespace {

constexpr Colour kShadow = {0, 0, 0, 0.45F};
constexpr Colour kPill = {12, 14, 18, 0.62F};
constexpr Colour kText = {255, 255, 255, 0.96F};

Colour Mean(const Colour &a, const Colour &b) {
  return {(a.r + b.r) / 2, (a.g + b.g) / 2, (a.b + b.b) / 2, (a.opacity + b.opacity) / 2};
}

Colour WithOpacity(Colour colour, float opacity) {
  colour.opacity *= opacity;
  return colour;
}

/// The point at this share of the way from `a` to `b`.
Point2 Between(const Point2 &a, const Point2 &b, float share) {
  return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

/// A coordinate of any value, brought near the frame: what lies far outside is not seen, and must not overflow.
float NearFrame(float value, int size) {
  const float reach = 4 * static_cast<float>(size);
  return std::clamp(value, -reach, reach);
}

}  // namespace

void OverlayPainter::Paint(const std::vector<Track> &tracks, const OverlaySettings &settings, Canvas *canvas) {
  settings_ = settings;
  canvas_ = canvas;
  RememberTrails(tracks);
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    for (const Instance &instance : tracks[i].instances) figures.push_back(MakeFigure(tracks[i], i, instance));
  }
  std::vector<Point2> points;
  for (const Figure &figure : figures) {
    for (const Mark &mark : figure.marks) {
      if (mark.drawn) points.push_back(mark.xy);
    }
  }
  labels_.Begin(canvas->width(), canvas->height(), std::move(points));
  for (const Figure &figure : figures) DrawTrail(figure);
  for (const Figure &figure : figures) {
    if (settings_.draw_boxes) DrawBox(figure);
    if (settings_.draw_skeleton) DrawSkeleton(figure);
    for (const Mark &mark : figure.marks) DrawPoint(figure, mark);
  }
  for (const Figure &figure : figures) {
    if (settings_.draw_boxes) DrawCaption(figure);
    if (settings_.draw_labels) DrawLabels(figure);
  }
}

void OverlayPainter::Reset() {
  trails_.clear();
  labels_.Reset();
}

// ---- preparing ----

OverlayPainter::Figure OverlayPainter::MakeFigure(const Track &track, std::size_t tracker,
                                                  const Instance &instance) const {
  Figure figure;
  figure.header = &track.header;
  figure.instance = &instance;
  figure.tracker = tracker;
  const float sx = static_cast<float>(canvas_->width()) / static_cast<float>(track.header.width);
  const float sy = static_cast<float>(canvas_->height()) / static_cast<float>(track.header.height);
  // Pixel centres are integers: the picture spans from -0.5 to size - 0.5.
  const auto scaled_x = [&](float x) { return NearFrame((x + 0.5F) * sx - 0.5F, canvas_->width()); };
  const auto scaled_y = [&](float y) { return NearFrame((y + 0.5F) * sy - 0.5F, canvas_->height()); };

  const Box &box = instance.box;
  figure.box.x = scaled_x(box.x);
  figure.box.y = scaled_y(box.y);
  figure.box.width = std::max(0.0F, scaled_x(box.x + box.width) - figure.box.x);
  figure.box.height = std::max(0.0F, scaled_y(box.y + box.height) - figure.box.y);
  SetSizes(&figure);
  for (std::size_t i = 0; i < instance.points.size(); ++i) {
    const TrackedPoint &point = instance.points[i];
    Mark mark;
    mark.xy = {scaled_x(point.xy_in_frame.x), scaled_y(point.xy_in_frame.y)};
    mark.confidence = point.confidence;
    mark.visibility = point.visibility;
    mark.drawn = point.visibility != Visibility::kLost && point.confidence >= settings_.confidence_threshold;
    figure.marks.push_back(mark);
    figure.marks.back().colour = ColourOf(figure, i);
  }
  return figure;
}

void OverlayPainter::SetSizes(Figure *figure) const {
  const float frame = static_cast<float>(std::min(canvas_->width(), canvas_->height())) / 480;
  const float object = std::sqrt(figure->box.width * figure->box.height);
  const float small = object > 0 ? object * 0.035F : 4 * frame;  // dots must not hide a small object
  const float automatic = std::max(2.0F, std::min(4.5F * frame, small));
  figure->radius = settings_.point_radius > 0 ? settings_.point_radius : automatic;
  figure->thickness = settings_.line_thickness > 0 ? settings_.line_thickness : std::max(1.2F, automatic * 0.5F);
  const float wanted_text = object > 0 ? object * 0.1F : 8.5F * frame;  // labels larger than their object find no room
  figure->text_pixels = std::clamp(std::clamp(wanted_text, 5 * frame, 8.5F * frame), 7.0F, 200.0F);
}

Colour OverlayPainter::ColourOf(const Figure &figure, std::size_t keypoint) const {
  switch (settings_.colour_by) {
    case ColourBy::kInstance: {  // the hues of the second tracker's objects lie between those of the first one's
      const float number =
          static_cast<float>(figure.instance->id & 0xFFFF) + 0.25F * static_cast<float>(figure.tracker);
      return FromHue(std::fmod(0.55F + 0.618034F * number, 1.0F));
    }
    case ColourBy::kConfidence:  // red, yellow, green
      return FromHue(std::clamp(figure.marks[keypoint].confidence, 0.0F, 1.0F) / 3);
    case ColourBy::kKeypoint:
      break;
  }
  return ColourOfKeypoint(keypoint, figure.header->names.size());
}

void OverlayPainter::RememberTrails(const std::vector<Track> &tracks) {
  if (!settings_.draw_trails) {
    trails_.clear();
    return;
  }
  std::map<InstanceKey, Trail> kept;
  for (const Track &track : tracks) {
    for (const Instance &instance : track.instances) {
      const InstanceKey key{track.header.category, instance.id};
      Trail &trail = kept[key] = std::move(trails_[key]);
      std::vector<std::optional<Point2>> points;
      for (const TrackedPoint &point : instance.points) {
        const bool seen = point.visibility == Visibility::kVisible || point.visibility == Visibility::kProjected;
        points.push_back(seen && point.confidence >= settings_.confidence_threshold
                             ? std::optional(Point2{point.xy_in_frame.x / static_cast<float>(track.header.width),
                                                    point.xy_in_frame.y / static_cast<float>(track.header.height)})
                             : std::nullopt);
      }
      trail.push_back(std::move(points));
      while (static_cast<int>(trail.size()) > settings_.trail_length) trail.pop_front();
    }
  }
  trails_ = std::move(kept);
}

// ---- drawing ----

void OverlayPainter::DrawTrail(const Figure &figure) {
  const auto found = trails_.find({figure.header->category, figure.instance->id});
  if (found == trails_.end()) return;
  const Trail &trail = found->second;
  const auto place = [&](const Point2 &share) {
    return Point2{NearFrame(share.x * static_cast<float>(canvas_->width()), canvas_->width()),
                  NearFrame(share.y * static_cast<float>(canvas_->height()), canvas_->height())};
  };
  for (std::size_t step = 1; step < trail.size(); ++step) {
    const float age = static_cast<float>(step) / static_cast<float>(trail.size());  // 1: now
    const auto &before = trail[step - 1];
    const auto &after = trail[step];
    for (std::size_t i = 0; i < std::min({before.size(), after.size(), figure.marks.size()}); ++i) {
      if (!before[i] || !after[i]) continue;
      const Capsule line = {place(*before[i]), place(*after[i]), figure.thickness * (0.2F + 0.4F * age)};
      canvas_->Fill(line, WithOpacity(figure.marks[i].colour, 0.7F * age * age));
    }
  }
}

void OverlayPainter::DrawBox(const Figure &figure) {
  if (figure.marks.empty()) return;
  const float margin = 2 * figure.radius;
  const Box box = {figure.box.x - margin, figure.box.y - margin, figure.box.width + 2 * margin,
                   figure.box.height + 2 * margin};
  canvas_->Fill(RoundedBox{box, 2 * figure.radius, figure.thickness * 0.9F}, kShadow);
  canvas_->Fill(RoundedBox{box, 2 * figure.radius, figure.thickness * 0.4F}, WithOpacity(kText, 0.8F));
}

void OverlayPainter::DrawSkeleton(const Figure &figure) {
  for (const Colour *shadow : {&kShadow, static_cast<const Colour *>(nullptr)}) {
    for (const Link &link : figure.header->skeleton) {
      if (figure.marks.empty()) return;
      const Mark &a = figure.marks[static_cast<std::size_t>(link[0])];
      const Mark &b = figure.marks[static_cast<std::size_t>(link[1])];
      if (!a.drawn || !b.drawn) continue;
      const bool sure = a.visibility != Visibility::kHidden && b.visibility != Visibility::kHidden;
      const float opacity = sure ? 0.9F : 0.4F;
      const float half = figure.thickness / 2 + (shadow != nullptr ? figure.thickness * 0.4F : 0);
      const Colour colour = shadow != nullptr ? *shadow : Mean(a.colour, b.colour);
      const float room_a = a.visibility == Visibility::kHidden ? figure.radius : 0;  // hollow points stay hollow
      const float room_b = b.visibility == Visibility::kHidden ? figure.radius : 0;
      const float length = Length(b.xy.x - a.xy.x, b.xy.y - a.xy.y);
      if (length <= room_a + room_b) continue;
      canvas_->Fill(Capsule{Between(a.xy, b.xy, room_a / length), Between(b.xy, a.xy, room_b / length), half},
                    WithOpacity(colour, opacity));
    }
  }
}

void OverlayPainter::DrawPoint(const Figure &figure, const Mark &mark) {
  if (!mark.drawn) return;
  const float rim = std::max(0.8F, figure.radius * 0.25F);
  if (mark.visibility == Visibility::kHidden) {  // hollow: a guess, with the picture seen through it
    const float half = std::max(0.5F, figure.radius * 0.16F);
    canvas_->Fill(Ring{mark.xy, figure.radius, half + rim * 0.6F}, kShadow);
    canvas_->Fill(Ring{mark.xy, figure.radius, half}, WithOpacity(mark.colour, 0.9F));
    return;
  }
  const float radius = mark.visibility == Visibility::kProjected ? figure.radius * 0.7F : figure.radius;
  canvas_->Fill(Disc{mark.xy, radius + 1.6F * rim}, kShadow);
  canvas_->Fill(Disc{mark.xy, radius + 0.5F * rim}, kText);
  canvas_->Fill(Disc{mark.xy, radius - 0.3F * rim}, mark.colour);
}

void OverlayPainter::DrawLabels(const Figure &figure) {
  const int pixels = static_cast<int>(figure.text_pixels + 0.5F);
  const Box &box = figure.box;
  for (std::size_t i = 0; i < figure.marks.size(); ++i) {
    const Mark &mark = figure.marks[i];
    const bool in_frame = mark.xy.x >= 0 && mark.xy.y >= 0 && mark.xy.x < static_cast<float>(canvas_->width()) &&
                          mark.xy.y < static_cast<float>(canvas_->height());
    if (!mark.drawn || !in_frame || mark.visibility == Visibility::kHidden) continue;
    const TextStamp &stamp = stamps_.Get(figure.header->names[i], pixels);
    const auto place = labels_.Find({{figure.header->category, figure.instance->id},
                                     i,
                                     mark.xy,
                                     {box.x + box.width / 2, box.y + box.height / 2},
                                     2 * figure.radius,
                                     static_cast<float>(stamp.width),
                                     static_cast<float>(stamp.height)});
    if (!place) continue;  // better no label than one over another
    if (place->far) {
      const Point2 near = {std::clamp(mark.xy.x, place->box.x, place->box.x + place->box.width),
                           std::clamp(mark.xy.y, place->box.y, place->box.y + place->box.height)};
      canvas_->Fill(Capsule{mark.xy, near, 0.5F}, WithOpacity(kText, 0.6F));
    }
    DrawText(stamp, {place->box.x, place->box.y});
  }
}

void OverlayPainter::DrawCaption(const Figure &figure) {
  if (figure.marks.empty()) return;
  const int percent = static_cast<int>(std::clamp(figure.instance->confidence, 0.0F, 1.0F) * 100 + 0.5F);
  const std::string text = figure.header->category + " " + std::to_string(figure.instance->id) + "  " +
                           ToString(figure.instance->state) + " " + std::to_string(percent) + "%";
  const TextStamp &stamp = stamps_.Get(text, static_cast<int>(figure.text_pixels + 0.5F));
  const float margin = 2 * figure.radius;
  const float above = figure.box.y - margin - static_cast<float>(stamp.height) - figure.thickness;
  const Point2 top_left = {std::max(0.0F, figure.box.x - margin), std::max(0.0F, above)};
  labels_.Take({top_left.x, top_left.y, static_cast<float>(stamp.width), static_cast<float>(stamp.height)});
  DrawText(stamp, top_left);
}

void OverlayPainter::DrawText(const TextStamp &stamp, Point2 top_left) {
  const float height = static_cast<float>(stamp.height);
  const Box pill = {top_left.x, top_left.y, static_cast<float>(stamp.width), height};
  canvas_->Fill(RoundedBox{pill, height * 0.3F}, kPill);
  const Stamp letters = {stamp.coverage.data(), stamp.width, stamp.height, static_cast<int>(std::lround(pill.x)),
                         static_cast<int>(std::lround(pill.y))};
  canvas_->Fill(letters, kText);
}

}  // namespace kpt::gst
