// What is drawn: points where they are, the picture where the viewport says, and text in sight, at any size.
#include "view.h"

#include <gtest/gtest.h>

#include "colours.h"
#include "status_line.h"
#include "testing/session_fixture.h"

namespace kpt::annotate {
namespace {

class Drawn : public SessionTest {
 protected:
  cv::Vec4b PixelAt(Point2 in_window) {
    return view_.Draw(session()).at<cv::Vec4b>(static_cast<int>(in_window.y + 0.5F),
                                               static_cast<int>(in_window.x + 0.5F));
  }
  static void ExpectColour(const cv::Vec4b &pixel, const gst::Colour &colour, int tolerance) {
    EXPECT_NEAR(pixel[0], colour.b, tolerance);
    EXPECT_NEAR(pixel[1], colour.g, tolerance);
    EXPECT_NEAR(pixel[2], colour.r, tolerance);
  }
  void Leave() { Mouse(Event::Kind::kMove, {990, 690}); }

  View view_;
};

TEST_F(Drawn, APointHasItsColourAtItsPlace) {
  Click({40, 40});
  Click({100, 80});
  Leave();
  for (const int keypoint : {0, 1}) {
    const Point2 at = InWindow(MarkOf(keypoint).xy_in_frame);
    ExpectColour(PixelAt({at.x + 3, at.y}), gst::ColourOfKeypoint(static_cast<std::size_t>(keypoint), 3), 6);
  }
}

TEST_F(Drawn, ALinkIsALine) {
  Click({40, 40});
  Click({100, 40});
  Leave();
  const Point2 middle = InWindow({70, 40});
  const cv::Vec4b before = PixelAt(middle);
  session().editor.ToggleLink(0, 1);
  EXPECT_GT(PixelAt(middle)[0], before[0] + 150);
}

TEST_F(Drawn, ThePictureLiesWhereTheViewportSays) {
  cv::Mat dot(kHeight, kWidth, CV_8UC3, cv::Scalar(0, 0, 0));
  dot.at<cv::Vec3b>(30, 120) = {255, 255, 255};
  for (const float notches : {0.0F, 4.0F, 8.0F, -12.0F}) {
    session().picture = dot;
    Mouse(Event::Kind::kWheel, InWindow({120, 30}), Button::kLeft, notches);
    Leave();
    const Point2 at = InWindow({120, 30});
    const float zoom = session().viewport.zoom();
    SCOPED_TRACE(zoom);
    if (zoom >= 1) {
      EXPECT_GT(PixelAt(at)[0], 200);
      EXPECT_LT(PixelAt({at.x + 1.5F * zoom + 1, at.y})[0], 50);
    } else {  // some light remains of it, around this place
      EXPECT_GT(PixelAt(at)[0], 5);
    }
  }
}

TEST_F(Drawn, EverySizeModeAndPrompt) {
  Click({40, 40});
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(300, 200), cv::Size(1001, 701), cv::Size(1920, 1200)}) {
    Event resize;
    resize.kind = Event::Kind::kResize;
    resize.width = size.width;
    resize.height = size.height;
    controller_->Handle(resize);
    for (const char *key :
         {"H", "Escape", "N", "Escape", "R", "Escape", "G", "Escape", "L", "Escape", "B", "Escape", "Q", "Escape"}) {
      Key(key);
      EXPECT_EQ(view_.Draw(session()).size(), size) << key;
    }
    EXPECT_FALSE(view_.DrawWait("Reading").empty());
  }
}

TEST_F(Drawn, HundredsOfKeypointsAndShots) {
  for (int i = 0; i < 300; ++i) ASSERT_EQ(session().editor.AddKeypoint("point " + std::to_string(i)), "");
  for (int i = 0; i < kFrames; ++i) session().editor.Place(session().frames.At({0, i}), i, {5, 5});
  session().keypoint = 299;
  view_.Draw(session());
  const Layout layout = LayoutOf(session());
  bool shown = false;
  for (const PanelRow &row : layout.rows) shown = shown || row.keypoint == 299;
  EXPECT_TRUE(shown) << "the chosen one is in sight";
  EXPECT_LE(layout.rows.back().box.y + layout.rows.back().box.height, layout.bar.y);
}

TEST_F(Drawn, TheStatusLineSaysWhatAScriptNeeds) {
  Click({40, 40});
  const std::string line = StatusLine(session());
  for (const char *part :
       {"frame=0", "keypoint='ear'", "placed=1", "shots=1", "saved=no", "mode=points", "prompt=none"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
  }
}

}  // namespace
}  // namespace kpt::annotate
