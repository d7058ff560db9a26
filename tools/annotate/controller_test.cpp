// Keys, prompts and the panel as a user would use them, without a window.
#include "controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "keys.h"
#include "testing/session_fixture.h"

namespace kpt::annotate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Control = SessionTest;

TEST_F(Control, FramesAreSteppedJumpedAndAskedFor) {
  const auto grey = [&] { return static_cast<int>(session().picture.at<cv::Vec3b>(5, 5)[0]); };
  Key("Right");
  EXPECT_EQ(session().position.index, 1);
  Key("PageDown");
  EXPECT_EQ(session().position.index, 11);
  EXPECT_NEAR(grey(), 44, 3);
  Key("Left");
  EXPECT_EQ(session().position.index, 10);
  EXPECT_NEAR(grey(), 40, 3);
  Key("End");
  EXPECT_EQ(session().position.index, kFrames - 1);
  EXPECT_NEAR(grey(), 4 * (kFrames - 1), 3);
  Key("Right");
  EXPECT_EQ(session().position.index, kFrames - 1);
  EXPECT_THAT(session().message, HasSubstr("last frame"));
  Key("G");
  Type("42");
  Key("Return");
  EXPECT_EQ(session().position.index, 42);
  EXPECT_NEAR(grey(), 168, 3);
  Key("G");
  Type("4000");
  Key("Return");
  EXPECT_EQ(session().position.index, kFrames - 1);
  EXPECT_THAT(session().message, HasSubstr("There is no 4000"));
  Key("Home");
  EXPECT_EQ(session().position.index, 0);
}

TEST_F(Control, GoingToAFrameTakesNumbersOnly) {
  Key("G");
  Type("x1");
  Key("Return");
  EXPECT_TRUE(session().is_problem);
  EXPECT_EQ(session().prompt.kind, Prompt::Kind::kGoTo) << "to be corrected";
  Key("Escape");
  EXPECT_EQ(session().position.index, 0);
}

TEST_F(Control, SeveralShotsAreReachedAndCopied) {
  Click({10, 20});
  Key("PageDown");
  Key("P");
  ExpectPoint(0, 10, 20);
  Drag({10, 20}, {15, 25});
  EXPECT_EQ(annotation().shots.size(), 2U);
  Key("Home");
  ExpectPoint(0, 10, 20);
  Key("Ctrl+Right");
  EXPECT_EQ(session().position.index, 10);
  Key("Ctrl+Right");
  EXPECT_THAT(session().message, HasSubstr("no shot behind"));
  Key("End");
  Key("Ctrl+Left");
  EXPECT_EQ(session().position.index, 10);
}

TEST_F(Control, UndoGoesToTheFrameThatItChanges) {
  Click({10, 20});
  Key("End");
  Key("Ctrl+Z");
  EXPECT_EQ(session().position.index, 0);
  EXPECT_TRUE(annotation().shots.empty());
  EXPECT_EQ(session().keypoint, 0);
}

TEST_F(Control, KeypointsAreNamedRenamedAndRemoved) {
  Key("N");
  Type("newpaw");
  EXPECT_EQ(session().prompt.text, "newpaw") << "the N that opened it is not typed, later ones are";
  Key("Backspace");
  Key("Return");
  EXPECT_EQ(session().keypoint, 3);
  Key("R");
  EXPECT_EQ(session().prompt.text, "newpa");
  Type("Paw_1");
  Key("Return");
  EXPECT_THAT(annotation().names, ElementsAre("nose", "ear", "tail", "Paw_1"));
  Key("N");
  Type("ear");
  Key("Return");
  EXPECT_THAT(session().message, HasSubstr("already"));
  Key("Escape");
  Key("Ctrl+Delete");
  EXPECT_EQ(annotation().names.size(), 3U);
  EXPECT_LT(session().keypoint, 3);
  Key("C");
  Type("rat");
  Key("Return");
  EXPECT_EQ(annotation().category, "rat");
}

TEST_F(Control, WithoutNamesTheFirstClickAsksForOne) {
  Open({}, {{At("clip.avi"), {}}});
  Click({10, 20});
  EXPECT_EQ(session().prompt.kind, Prompt::Kind::kNewKeypoint);
  Type("tip");
  Key("Return");
  EXPECT_THAT(annotation().names, ElementsAre("tip"));
  ExpectPoint(0, 10, 20);
}

TEST_F(Control, ThePanelIsClicked) {
  Click({10, 20});
  Key("End");
  const auto click_row = [&](auto is_wanted) {
    const Layout layout = LayoutOf(session());
    const auto row = std::find_if(layout.rows.begin(), layout.rows.end(), is_wanted);
    ASSERT_NE(row, layout.rows.end());
    ClickWindow({row->box.x + row->box.width / 2, row->box.y + row->box.height / 2});
  };
  click_row([](const PanelRow &row) { return row.keypoint == 2; });
  EXPECT_EQ(session().keypoint, 2);
  click_row([](const PanelRow &row) { return row.shot == 0; });
  EXPECT_EQ(session().position.index, 0);
}

TEST_F(Control, UnsavedWorkIsAskedAbout) {
  Key("Q");
  EXPECT_TRUE(session().done) << "nothing to lose";
  session().done = false;
  Click({10, 20});
  Key("Escape");
  EXPECT_EQ(session().prompt.kind, Prompt::Kind::kQuit);
  Key("Escape");
  EXPECT_FALSE(session().done);
  Event close;
  close.kind = Event::Kind::kClose;
  controller_->Handle(close);
  EXPECT_FALSE(session().done);
  Key("S");
  EXPECT_TRUE(session().done);
  EXPECT_TRUE(std::filesystem::exists(At("support.yaml")));
  EXPECT_FALSE(session().drop_unsaved);
}

TEST_F(Control, WhatIsSavedIsThereAgain) {
  Click({10, 20});
  Key("V");
  Click({50, 60});
  Key("Ctrl+S");
  EXPECT_TRUE(session().editor.is_saved());
  Open({"other"}, {{At("clip.avi"), {}}});
  EXPECT_THAT(annotation().names, ElementsAre("nose", "ear", "tail"));
  ExpectPoint(0, 10, 20);
  ExpectPoint(2, 50, 60);
  EXPECT_EQ(MarkOf(1).state, PointState::kHidden);
}

TEST_F(Control, PicturesAndVideosFollowEachOther) {
  Open({"p"}, {{"", {At("a.png"), At("b.png")}}, {At("clip.avi"), {}}});
  EXPECT_FALSE(session().frames.IsVideo(0));
  Click({10, 20});
  Key("Right");
  EXPECT_EQ(session().frames.NameOf(session().position), "b.png");
  Key("Right");
  EXPECT_EQ(session().frames.NameOf(session().position), "clip.avi");
  Click({30, 40});
  Key("Left");
  EXPECT_EQ(session().frames.NameOf(session().position), "b.png");
  Key("Ctrl+S");
  Open({"p"}, {{At("clip.avi"), {}}});
  EXPECT_EQ(annotation().shots.size(), 2U) << "a shot of a picture that was not opened stays";
  ExpectPoint(0, 30, 40);
}

TEST_F(Control, ADamagedPictureIsSaidAndTheOthersCanBeReached) {
  cv::imwrite(At("c.png"), cv::Mat(kHeight, kWidth, CV_8UC3));
  std::filesystem::resize_file(At("b.png"), 3);
  Open({"p"}, {{"", {At("a.png"), At("b.png"), At("c.png")}}});
  Key("Right");
  EXPECT_TRUE(session().is_problem);
  EXPECT_THAT(session().message, HasSubstr("b.png"));
  EXPECT_EQ(session().position.index, 0);
  Key("End");
  EXPECT_EQ(session().position.index, 2);
}

TEST(Keys, TheDocumentHasEveryLineOfTheHelp) {
  std::ifstream file(std::string(KPT_SOURCE_DIR) + "/docs/annotate.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  for (const HelpLine &line : HelpLines()) EXPECT_THAT(document, HasSubstr(line.text));
}

TEST(Keys, AreKnownByTheirNames) {
  for (const char *key :
       {"Right", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+S", "PageDown", "Home", "End", "+", "Keypad +", "H", "F1"}) {
    EXPECT_NE(ActionOf(key), Action::kNone) << key;
  }
  EXPECT_EQ(ActionOf("Ctrl+Alt+K"), Action::kNone);
  EXPECT_GT(HelpLines().size(), 30U);
}

}  // namespace
}  // namespace kpt::annotate
