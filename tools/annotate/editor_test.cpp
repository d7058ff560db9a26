// The annotation's changes: each does what it says, and undo takes exactly that back.
#include "editor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kpt::annotate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Frame FrameOfClip(int index) {
  Frame frame;
  frame.id.file = "/clip.mp4";
  frame.id.frame = index;
  frame.path = "clip.mp4";
  return frame;
}

const Frame kFirst = FrameOfClip(0), kSecond = FrameOfClip(9);

Editor Three() { return Editor({"mouse", {"nose", "ear", "tail"}, {}, {}}); }

TEST(Editor, PlacesHidesAndErases) {
  Editor editor = Three();
  EXPECT_EQ(editor.NextOpen(kFirst.id, 0), 0);
  editor.Place(kFirst, 0, {1.234F, 5.678F});
  EXPECT_EQ(editor.MarkAt(kFirst.id, 0).xy_in_frame.x, 1.23F) << "hundredths";
  editor.Hide(kFirst, 1);
  EXPECT_EQ(editor.NextOpen(kFirst.id, 0), 2);
  EXPECT_EQ(editor.NextOpen(kSecond.id, 0), 0) << "another frame has its own points";
  editor.Erase(kFirst, 0);
  editor.Erase(kFirst, 1);
  EXPECT_TRUE(editor.annotation().shots.empty()) << "a frame without points is no shot";
}

TEST(Editor, UndoAndRedoGoThroughTheStepsAndNameTheFrame) {
  Editor editor = Three();
  std::optional<FrameId> where;
  EXPECT_FALSE(editor.Undo(&where));
  editor.Place(kFirst, 0, {1, 1});
  editor.Place(kSecond, 1, {2, 2});
  editor.ToggleLink(0, 1);
  EXPECT_TRUE(editor.Undo(&where));
  EXPECT_FALSE(where.has_value()) << "a link belongs to no frame";
  EXPECT_TRUE(editor.Undo(&where));
  EXPECT_EQ(where->frame, 9);
  EXPECT_EQ(editor.annotation().shots.size(), 1U);
  EXPECT_TRUE(editor.Redo(&where));
  EXPECT_EQ(where->frame, 9);
  EXPECT_EQ(editor.annotation().shots.size(), 2U);
  editor.Place(kFirst, 2, {3, 3});
  EXPECT_FALSE(editor.Redo(&where)) << "a change ends what could be redone";
}

TEST(Editor, ADragIsOneStep) {
  Editor editor = Three();
  editor.Place(kFirst, 0, {1, 1});
  for (int x = 2; x < 20; ++x) editor.Place(kFirst, 0, {static_cast<float>(x), 1}, 1);
  editor.Place(kFirst, 0, {50, 1}, 2);
  std::optional<FrameId> where;
  editor.Undo(&where);
  EXPECT_EQ(editor.MarkAt(kFirst.id, 0).xy_in_frame.x, 19);
  editor.Undo(&where);
  EXPECT_EQ(editor.MarkAt(kFirst.id, 0).xy_in_frame.x, 1);
}

TEST(Editor, KnowsWhatIsSaved) {
  Editor editor = Three();
  std::optional<FrameId> where;
  EXPECT_TRUE(editor.is_saved());
  editor.Place(kFirst, 0, {1, 1});
  EXPECT_FALSE(editor.is_saved());
  editor.MarkSaved();
  editor.Place(kFirst, 1, {1, 1});
  editor.Undo(&where);
  EXPECT_TRUE(editor.is_saved());
  editor.Undo(&where);
  EXPECT_FALSE(editor.is_saved()) << "before what was saved is not saved either";
}

TEST(Editor, NamesAreUniqueAndNotEmpty) {
  Editor editor = Three();
  EXPECT_THAT(editor.AddKeypoint("ear"), HasSubstr("'ear' already"));
  EXPECT_THAT(editor.AddKeypoint(""), HasSubstr("empty"));
  EXPECT_THAT(editor.AddKeypoint(std::string(65, 'x')), HasSubstr("64"));
  EXPECT_EQ(editor.AddKeypoint("paw"), "");
  EXPECT_THAT(editor.RenameKeypoint(0, "tail"), HasSubstr("already"));
  EXPECT_EQ(editor.RenameKeypoint(0, "nose"), "") << "its own name";
  EXPECT_EQ(editor.RenameKeypoint(0, "snout"), "");
  EXPECT_THAT(editor.annotation().names, ElementsAre("snout", "ear", "tail", "paw"));
  EXPECT_THAT(editor.SetCategory(""), HasSubstr("needs a name"));
  EXPECT_EQ(editor.SetCategory("rat"), "");
}

TEST(Editor, ANewKeypointIsOpenInEveryShot) {
  Editor editor = Three();
  for (int i = 0; i < 3; ++i) editor.Place(kFirst, i, {1, 1});
  EXPECT_EQ(editor.NextOpen(kFirst.id, 0), -1);
  ASSERT_EQ(editor.AddKeypoint("paw"), "");
  EXPECT_EQ(editor.NextOpen(kFirst.id, 0), 3);
}

TEST(Editor, ARemovedKeypointLeavesNamesLinksAndShots) {
  Editor editor = Three();
  editor.Place(kFirst, 0, {1, 1});
  editor.Place(kFirst, 2, {3, 3});
  editor.ToggleLink(0, 1);
  editor.ToggleLink(2, 0);
  editor.RemoveKeypoint(1);
  EXPECT_THAT(editor.annotation().names, ElementsAre("nose", "tail"));
  EXPECT_THAT(editor.annotation().skeleton, ElementsAre(Link{1, 0}));
  EXPECT_EQ(editor.MarkAt(kFirst.id, 1).xy_in_frame.x, 3);
}

TEST(Editor, LinksHaveNoDirection) {
  Editor editor = Three();
  editor.ToggleLink(0, 1);
  editor.ToggleLink(1, 1);
  EXPECT_THAT(editor.annotation().skeleton, ElementsAre(Link{0, 1}));
  editor.ToggleLink(1, 0);
  EXPECT_TRUE(editor.annotation().skeleton.empty());
}

TEST(Editor, AShotIsCopiedAndErased) {
  Editor editor = Three();
  editor.Place(kFirst, 0, {1, 1});
  editor.SetBox(kFirst, Box{1, 2, 3, 4});
  editor.CopyShot(kSecond, kFirst.id);
  EXPECT_EQ(editor.annotation().shots.at(1).id.frame, 9);
  EXPECT_EQ(editor.annotation().shots.at(1).box->height, 4);
  editor.EraseShot(kFirst);
  ASSERT_EQ(editor.annotation().shots.size(), 1U);
  EXPECT_EQ(editor.MarkAt(kSecond.id, 0).xy_in_frame.x, 1);
}

TEST(Annotation, ADraftComesBackButForWhatAFileDoesNotHold) {
  Editor editor = Three();
  editor.Place(kFirst, 0, {1, 2});
  editor.Hide(kFirst, 1);
  editor.Hide(kSecond, 0);
  const SupportDraft draft = ToDraft(editor.annotation());
  ASSERT_EQ(draft.shots.size(), 1U) << "nothing is placed in the second";
  EXPECT_THAT(draft.shots[0].visible, ElementsAre(true, false, false));
  const Annotation back = FromDraft(draft);
  EXPECT_EQ(back.shots.at(0).marks.at(0).state, PointState::kPlaced);
  EXPECT_EQ(back.shots.at(0).marks.at(2).state, PointState::kHidden) << "the file says: not visible";
}

}  // namespace
}  // namespace kpt::annotate
