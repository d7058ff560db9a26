// Draws a session: the picture with its points, the panel, the bar, a prompt, the help. Changes nothing and knows no
// window. Called by the main loop.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "layout.h"
#include "painter.h"
#include "session.h"

namespace kpt::annotate {

class View {
 public:
  /// The session as it is to be seen: 8-bit BGRx of the window's size. Valid until the next call.
  const cv::Mat &Draw(const Session &session);

  /// A short line over what was drawn last, while the user has to wait; empty where nothing was drawn yet.
  const cv::Mat &DrawWait(const std::string &text);

 private:
  static void DrawPanel(const Session &session, const Layout &layout, Painter *p);
  static std::string CountOfPlaced(const Session &session);
  static void DrawTitle(const std::string &title, const std::string &count, const Box &box, Painter *p);
  static void DrawKeypointRow(const Session &session, const PanelRow &row, Painter *p);
  static void DrawShotRow(const Session &session, const PanelRow &row, Painter *p);
  static void DrawBar(const Session &session, const Layout &layout, Painter *p);
  static void DrawPrompt(const Session &session, const Box &area, Painter *p);
  void DrawHelp(Painter *p);

  cv::Mat window_;
  gst::TextStamps texts_{160};
};

}  // namespace kpt::annotate
