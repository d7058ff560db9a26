// Nothing that was clicked is lost: the side file, atomic writing, what is there after an error.
#include "work_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "kpt/base/error.h"
#include "testing/session_fixture.h"

namespace kpt::annotate {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using Work = SessionTest;

TEST_F(Work, UnsavedWorkIsKeptBesideAndComesBackAsAStep) {
  Click({10, 20});
  session().file.KeepUnsaved(session().editor);
  EXPECT_FALSE(fs::exists(At("support.yaml")));
  ASSERT_TRUE(fs::exists(At("support.yaml.unsaved")));
  Open({"nose", "ear", "tail"}, {{At("clip.avi"), {}}});
  EXPECT_TRUE(recovered_);
  EXPECT_FALSE(session().editor.is_saved());
  ExpectPoint(0, 10, 20);
  Key("Ctrl+Z");
  session().file.KeepUnsaved(session().editor);
  EXPECT_TRUE(annotation().shots.empty());
  Key("Ctrl+Y");
  Key("Ctrl+S");
  EXPECT_FALSE(fs::exists(At("support.yaml.unsaved"))) << "all is saved";
}

TEST_F(Work, SavedWorkNeedsNoSideFile) {
  Click({10, 20});
  session().file.KeepUnsaved(session().editor);
  Key("Ctrl+S");
  Click({30, 40});
  session().file.KeepUnsaved(session().editor);
  EXPECT_TRUE(fs::exists(At("support.yaml.unsaved")));
  Key("Ctrl+Z");
  session().file.KeepUnsaved(session().editor);
  EXPECT_FALSE(fs::exists(At("support.yaml.unsaved"))) << "this state is the saved one";
}

TEST_F(Work, AFailedWriteLeavesTheOldFile) {
  Click({10, 20});
  Key("Ctrl+S");
  const auto before = fs::file_size(At("support.yaml"));
  const WorkFile elsewhere(At("no_such_folder/support.yaml"));
  EXPECT_THROW(elsewhere.Save(&session().editor), std::runtime_error);
  Click({30, 40});
  fs::create_directory(At("support.yaml.part" + std::to_string(::getpid())));
  Key("Ctrl+S");
  EXPECT_TRUE(session().is_problem);
  EXPECT_THAT(session().message, HasSubstr("cannot be written"));
  EXPECT_FALSE(session().editor.is_saved());
  EXPECT_EQ(fs::file_size(At("support.yaml")), before);
}

TEST_F(Work, ASymbolicLinkStaysOne) {
  Click({10, 20});
  fs::create_directory(At("real"));
  std::ofstream(At("real/support.yaml")) << "an older one";
  fs::create_symlink(At("real/support.yaml"), At("link.yaml"));
  WorkFile(At("link.yaml")).Save(&session().editor);
  EXPECT_TRUE(fs::is_symlink(At("link.yaml")));
  EXPECT_GT(fs::file_size(At("real/support.yaml")), 50U);
}

TEST_F(Work, ADamagedFileIsNamedWithItsLine) {
  std::ofstream(At("support.yaml")) << "category: m\nkeypoints: [p, p]\nshots: []\n";
  bool recovered = false;
  try {
    WorkFile(At("support.yaml")).Open({}, &recovered);
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kSupport);
    EXPECT_THAT(error.what(), HasSubstr("support.yaml:2"));
  }
}

TEST_F(Work, WithoutKeypointsThereIsNothingToSave) {
  Open({}, {{At("clip.avi"), {}}});
  Key("Ctrl+S");
  EXPECT_TRUE(session().is_problem);
  EXPECT_FALSE(fs::exists(At("support.yaml")));
}

}  // namespace
}  // namespace kpt::annotate
