// See view.h.
#include "view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "colours.h"
#include "keys.h"
#include "picture_view.h"
#include "shapes.h"
#include "theme.h"

namespace kpt::annotate {
namespace {

std::string Number(double value, const char *format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// What the panel's head asks for: the step that comes next.
struct Task {
  std::string title, name;
  Colour colour;
};

Task TaskOf(const Session &session) {
  const auto &names = session.editor.annotation().names;
  if (session.mode == Mode::kLinks) return {"Skeleton (L: done)", "drag point to point", kAccent};
  if (session.mode == Mode::kBox) return {"Box (B: leave)", "drag over the object", kAccent};
  if (names.empty()) return {"No keypoints yet", "click, then name", kAccent};
  const std::string name = names.at(static_cast<std::size_t>(session.keypoint));
  const Colour colour = gst::ColourOfKeypoint(static_cast<std::size_t>(session.keypoint), names.size());
  const bool placed = session.editor.MarkAt(session.Here().id, session.keypoint).state == PointState::kPlaced;
  return {placed ? "Chosen" : "Click next", name, colour};
}

std::string StateOf(const Mark &mark) {
  switch (mark.state) {
    case PointState::kPlaced:
      return Number(mark.xy_in_frame.x, "%.1f") + ", " + Number(mark.xy_in_frame.y, "%.1f");
    case PointState::kHidden:
      return "not visible";
    case PointState::kOpen:
      break;
  }
  return "";
}

std::string ShotName(const Shot &shot) {
  const std::string file = shot.path.substr(shot.path.find_last_of('/') + 1);
  return shot.id.frame < 0 ? file : "frame " + std::to_string(shot.id.frame);
}

std::string WhereOf(const Session &session) {
  const Position &position = session.position;
  const bool video = session.frames.IsVideo(position.source);
  bool exact = false;
  const int count = session.frames.Count(position.source, &exact);
  const std::string of = (exact ? " of " : " of about ") + std::to_string(count);
  return session.frames.NameOf(position) + "   " +
         (video ? "frame " + std::to_string(position.index) + (count > 0 ? of : "")
                : "picture " + std::to_string(position.index + 1) + of);
}

}  // namespace

const cv::Mat &View::Draw(const Session &session) {
  window_.create(session.window_size, CV_8UC4);
  window_.setTo(cv::Scalar(kBackground.b, kBackground.g, kBackground.r));
  const Layout layout = LayoutOf(session);
  DrawPixels(session, &window_);
  Painter painter(&window_, &texts_);
  DrawMarks(session, &painter);
  DrawPanel(session, layout, &painter);
  DrawBar(session, layout, &painter);
  if (session.prompt.kind != Prompt::Kind::kNone) DrawPrompt(session, layout.picture, &painter);
  if (session.help) DrawHelp(&painter);
  return window_;
}

const cv::Mat &View::DrawWait(const std::string &text) {
  if (window_.empty()) return window_;
  Painter painter(&window_, &texts_);
  const float width = painter.WidthOf(text, kNormal) + 24, x = (static_cast<float>(window_.cols) - width) / 2;
  painter.Fill(gst::RoundedBox{{x, 20, width, 40}, 8}, kRaised);
  painter.Text(text, x + 18, 20 + 25, kNormal, kInk);
  return window_;
}

// ---- panel ----

void View::DrawPanel(const Session &session, const Layout &layout, Painter *p) {
  const Box &panel = layout.panel;
  const float left = panel.x + 14, right = panel.x + panel.width - 14;
  p->Block(panel, kSurface);

  p->Text("Category", left, 24, kSmall, kFaint);
  p->TextBefore(session.editor.annotation().category, right, 24, kSmall, kInk);
  const Task task = TaskOf(session);
  p->Fill(gst::RoundedBox{{panel.x + 7, 40, panel.width - 14, 62}, 8}, kRaised);
  p->Fill(gst::RoundedBox{{panel.x + 7, 40, 5, 62}, 2.5F}, task.colour);
  p->Text(task.title, left + 8, 62, kSmall, kFaint);
  p->Text(task.name, left + 8, 90, kLarge, ForText(task.colour));

  DrawTitle("Keypoints", CountOfPlaced(session), layout.keypoint_title, p);
  DrawTitle("Shots", std::to_string(session.editor.annotation().shots.size()), layout.shot_title, p);
  for (const PanelRow &row : layout.rows) {
    row.keypoint >= 0 ? DrawKeypointRow(session, row, p) : DrawShotRow(session, row, p);
  }
}

std::string View::CountOfPlaced(const Session &session) {
  const Shot *shot = session.ShotHere();
  return std::to_string(shot == nullptr ? 0 : shot->CountPlaced()) + " of " +
         std::to_string(session.editor.KeypointCount()) + " here";
}

void View::DrawTitle(const std::string &title, const std::string &count, const Box &box, Painter *p) {
  p->Text(title, box.x + 7, box.y + 25, kSmall, kFaint);
  p->TextBefore(count, box.x + box.width - 7, box.y + 25, kSmall, kFaint);
}

void View::DrawKeypointRow(const Session &session, const PanelRow &row, Painter *p) {
  const auto &names = session.editor.annotation().names;
  const auto keypoint = static_cast<std::size_t>(row.keypoint);
  const Mark mark = session.editor.MarkAt(session.Here().id, row.keypoint);
  const Colour colour = gst::ColourOfKeypoint(keypoint, names.size());
  const Point2 dot{row.box.x + 14, row.box.y + row.box.height / 2};
  const float y = row.box.y + row.box.height / 2 + kNormal / 2.0F;
  if (row.keypoint == session.keypoint) p->Fill(gst::RoundedBox{row.box, 5}, kRaised);
  if (mark.state == PointState::kPlaced) {
    p->Fill(gst::Disc{dot, 5}, colour);
  } else {
    p->Fill(gst::Ring{dot, 4.5F, 0.8F}, mark.state == PointState::kHidden ? kFaint : colour);
  }
  p->Text(names[keypoint], row.box.x + 28, y, kNormal, mark.state == PointState::kHidden ? kFaint : kInk);
  p->TextBefore(StateOf(mark), row.box.x + row.box.width - 7, y, kSmall, kFaint);
}

void View::DrawShotRow(const Session &session, const PanelRow &row, Painter *p) {
  const Shot &shot = session.editor.annotation().shots.at(static_cast<std::size_t>(row.shot));
  Position unused;
  const Colour ink = session.frames.Find(shot.id, &unused) ? kInk : kFaint;
  const float y = row.box.y + row.box.height / 2 + kNormal / 2.0F;
  if (&shot == session.ShotHere()) p->Fill(gst::RoundedBox{row.box, 5}, kRaised);
  p->Text(ShotName(shot), row.box.x + 7, y, kNormal, ink);
  const std::string points = std::to_string(shot.CountPlaced()) + (shot.CountPlaced() == 1 ? " point" : " points");
  p->TextBefore(points + (shot.box ? ", box" : ""), row.box.x + row.box.width - 7, y, kSmall, kFaint);
}

// ---- bar, prompt, help ----

void View::DrawBar(const Session &session, const Layout &layout, Painter *p) {
  const Box &bar = layout.bar;
  const float first = bar.y + 24, second = bar.y + 46, right = bar.width - 14;
  p->Block(bar, kRaised);
  float x = p->Text(WhereOf(session), 14, first, kNormal, kInk) + 28;
  x = p->Text("zoom " + Number(100 * session.viewport.zoom(), "%.0f %%"), x, first, kNormal, kFaint) + 28;
  const Point2 at = session.viewport.FrameFromWindow(session.cursor_in_window);
  if (session.cursor_on_picture && session.viewport.Holds(at)) {
    p->Text("x " + Number(at.x, "%.1f") + "  y " + Number(at.y, "%.1f"), x, first, kNormal, kFaint);
  }
  const bool saved = session.editor.is_saved();
  p->TextBefore(saved ? "saved" : "not saved (Ctrl+S)", right, first, kNormal, saved ? kGood : kAccent);
  const std::string hint = "click: place   drag: move   wheel: zoom   V: not visible   Ctrl+Z: undo   H: help";
  const bool tells = !session.message.empty();
  p->Text(tells ? session.message : hint, 14, second, tells ? kNormal : kSmall,
          !tells               ? kFaint
          : session.is_problem ? kWrong
                               : kInk);
}

void View::DrawPrompt(const Session &session, const Box &area, Painter *p) {
  const Prompt &prompt = session.prompt;
  const float width = std::min(440.0F, area.width - 20);
  const Box box{area.x + (area.width - width) / 2, area.y + 40, width, 104};
  p->Block(area, {0, 0, 0, 0.35F});
  p->Fill(gst::RoundedBox{box, 10}, kRaised);
  p->Text(prompt.title, box.x + 20, box.y + 28, kNormal, kFaint);
  const bool asks = prompt.kind == Prompt::Kind::kQuit;
  if (asks) {
    p->Text("S saves and quits      D drops it and quits", box.x + 20, box.y + 60, kNormal, kInk);
    p->Text("Esc goes back", box.x + 20, box.y + 88, kSmall, kFaint);
    return;
  }
  const Box field{box.x + 14, box.y + 38, box.width - 28, 34};
  p->Fill(gst::RoundedBox{field, 5}, kSurface);
  const float wide = p->WidthOf(prompt.text, kNormal);
  if (prompt.untouched && !prompt.text.empty()) {
    p->Fill(gst::RoundedBox{{field.x + 4, field.y + 6, wide + 2, 22}, 3}, {70, 96, 150});
  }
  const float end = p->Text(prompt.text, field.x + 9, field.y + 22, kNormal, kInk);
  p->Block({end + 2, field.y + 8, 2, 18}, kAccent);
  if (session.is_problem) {
    p->Text(session.message, box.x + 20, box.y + 92, kSmall, kWrong);
  } else {
    p->Text("Enter: done    Esc: leave", box.x + 20, box.y + 92, kSmall, kFaint);
  }
}

void View::DrawHelp(Painter *p) {
  constexpr float kLineHeight = 21, kColumn = 440, kKeyColumn = 178, kHeading = 34;
  const std::vector<HelpLine> lines = HelpLines();
  const float width = static_cast<float>(window_.cols), height = static_cast<float>(window_.rows);
  p->Block({0, 0, width, height}, {12, 14, 18, 0.97F});
  float x = std::max(20.0F, (width - 2 * kColumn) / 2), y = 30;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool heading = lines[i].keys.empty();
    if (heading && lines[i].text == "Points") x += kColumn, y = 30;  // the second column
    y += heading ? kHeading : kLineHeight;
    if (heading) {
      p->Text(lines[i].text, x, y, kNormal, kAccent);
    } else {
      p->Text(lines[i].keys, x, y, kSmall, kInk);
      p->Text(lines[i].text, x + kKeyColumn, y, kSmall, {200, 205, 214});
    }
  }
  p->Text("Any key closes this.", 20, height - 16, kSmall, kFaint);
}

}  // namespace kpt::annotate
