// Gestures of the mouse as a user would make them, without a window.
#include "mouse_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/session_fixture.h"

namespace kpt::annotate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Gestures = SessionTest;

TEST_F(Gestures, ClicksPlaceThePointsInTheirOrder) {
  EXPECT_EQ(session().keypoint, 0);
  Click({10, 20});
  EXPECT_EQ(session().keypoint, 1);
  Click({30, 40});
  Click({50.5F, 60.25F});
  ExpectPoint(0, 10, 20);
  ExpectPoint(1, 30, 40);
  ExpectPoint(2, 50.5F, 60.25F);
  Click({90, 90});
  EXPECT_THAT(session().message, HasSubstr("All points are placed"));
  EXPECT_EQ(annotation().shots.at(0).CountPlaced(), 3);
}

TEST_F(Gestures, APointIsDraggedAndTheDragUndoneAsOne) {
  Click({10, 20});
  Drag({10, 20}, {80, 70});
  ExpectPoint(0, 80, 70);
  Drag({80, 70}, {500, -300});
  ExpectPoint(0, kWidth - 1, 0);
  Key("Ctrl+Z");
  ExpectPoint(0, 80, 70);
  Key("Ctrl+Z");
  ExpectPoint(0, 10, 20);
  Key("Ctrl+Shift+Z");
  ExpectPoint(0, 80, 70);
}

TEST_F(Gestures, AClickOnAPointChoosesAndDoesNotMoveIt) {
  Click({10, 20});
  Click({30, 40});
  Click({10.3F, 20.3F});
  EXPECT_EQ(session().keypoint, 0);
  ExpectPoint(0, 10, 20);
  Key("Shift+Right");
  Key("Shift+Down");
  ExpectPoint(0, 11, 21);
  Key("Delete");
  EXPECT_EQ(MarkOf(0).state, PointState::kOpen);
  Click({5, 5});
  ExpectPoint(0, 5, 5);
}

TEST_F(Gestures, NotVisibleByKeyAndByRightClick) {
  Key("V");
  EXPECT_EQ(MarkOf(0).state, PointState::kHidden);
  EXPECT_EQ(session().keypoint, 1) << "the next one is asked for";
  Click({30, 40});
  Click({30, 40}, Button::kRight);
  EXPECT_EQ(MarkOf(1).state, PointState::kHidden);
  Key("Shift+Tab");
  Key("Shift+Tab");
  EXPECT_EQ(session().keypoint, 0);
  Click({8, 9});
  ExpectPoint(0, 8, 9);
}

TEST_F(Gestures, TheWheelZoomsAtTheMouseAndTheRightButtonPans) {
  const Point2 at = InWindow({100, 50});
  Mouse(Event::Kind::kWheel, at, Button::kLeft, 6);
  EXPECT_NEAR(InWindow({100, 50}).x, at.x, 0.1);
  EXPECT_NEAR(InWindow({100, 50}).y, at.y, 0.1);
  EXPECT_GT(session().viewport.zoom(), 10);
  Drag({100, 50}, {102, 51}, Button::kRight);
  EXPECT_NEAR(InWindow({98, 49}).x, at.x, 0.1);
  Click({98.25F, 49.5F});
  ExpectPoint(0, 98.25F, 49.5F);
  Key("F");
  EXPECT_TRUE(session().viewport.fits());
}

TEST_F(Gestures, LinksByDragAndByTwoClicks) {
  Click({10, 20});
  Click({50, 20});
  Click({90, 20});
  Key("L");
  Drag({10, 20}, {50, 20});
  EXPECT_THAT(annotation().skeleton, ElementsAre(Link{0, 1}));
  ExpectPoint(0, 10, 20);
  Click({50, 20});
  Click({90, 20});
  EXPECT_THAT(annotation().skeleton, ElementsAre(Link{0, 1}, Link{1, 2}));
  Drag({50, 20}, {10, 20});
  EXPECT_THAT(annotation().skeleton, ElementsAre(Link{1, 2})) << "the same again takes it away";
  Drag({50, 20}, {70, 90});
  EXPECT_EQ(annotation().skeleton.size(), 1U) << "to nowhere";
  Key("Escape");
  EXPECT_EQ(session().mode, Mode::kPoints);
  EXPECT_FALSE(session().done);
}

TEST_F(Gestures, ABoxIsDrawnAndTakenAway) {
  Click({10, 20});
  Key("B");
  Drag({100, 90}, {5, 10});
  ASSERT_TRUE(annotation().shots.at(0).box.has_value());
  EXPECT_NEAR(annotation().shots[0].box->x, 5, 0.011);
  EXPECT_NEAR(annotation().shots[0].box->width, 95, 0.011);
  Key("B");
  Click({60, 60});
  EXPECT_FALSE(annotation().shots[0].box.has_value());
}

TEST_F(Gestures, KeysDuringADragDoNoHarm) {
  Click({10, 20});
  Mouse(Event::Kind::kPress, InWindow({10, 20}));
  Mouse(Event::Kind::kMove, InWindow({40, 40}));
  Key("Ctrl+Delete");
  Mouse(Event::Kind::kMove, InWindow({60, 60}));
  Mouse(Event::Kind::kRelease, InWindow({60, 60}));
  EXPECT_THAT(annotation().names, ElementsAre("ear", "tail"));
}

}  // namespace
}  // namespace kpt::annotate
