// What `kpt annotate` says where it cannot begin: one line, before a window is opened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

constexpr int kUsage = 2, kInputError = 3, kPipelineError = 5;

class AnnotateErrors : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}) unsetenv(name);
    clip_ = WriteClip(folder_ / "clip.avi", 3);
  }
  std::vector<std::string> With(const std::string &input, const std::vector<std::string> &more = {}) const {
    std::vector<std::string> arguments = {"annotate", input, "--output", folder_ / "support.yaml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  Folder folder_;
  std::string clip_;
};

TEST_F(AnnotateErrors, NoDisplayOrOneThatDoesNotAnswer) {
  for (const char *display : {"", ":9999"}) {
    SCOPED_TRACE(display);
    if (*display != '\0') setenv("DISPLAY", display, 1);
    const Outcome outcome = Kpt(With(clip_));
    EXPECT_EQ(outcome.exit_code, kPipelineError);
    EXPECT_THAT(outcome.err, ::testing::AnyOf(::testing::HasSubstr("xvfb-run"), ::testing::HasSubstr("libsdl2-dev")));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
}

TEST_F(AnnotateErrors, Usage) {
  ExpectError({"annotate"}, kUsage, {"kpt annotate", "--help"});
  ExpectError({"annotate", clip_}, kUsage, {"--output"});
  ExpectError({"annotate", clip_, "--output", folder_ / "support.json"}, kUsage, {"--output", ".yaml"});
  ExpectError(With(clip_, {"--keypoints", "a,b,a"}), kUsage, {"--keypoints", "'a' is named twice"});
  ExpectError(With(clip_, {"--category", ""}), kUsage, {"--category"});
}

TEST_F(AnnotateErrors, Input) {
  ExpectError(With(folder_ / "none.mp4"), kInputError,
              {"none.mp4' does not exist; give a video file, a folder of pictures or a picture."});
  ExpectError(With("rtsp://camera/1"), kInputError, {"rtsp://camera/1", "record it"});
  ExpectError(With(folder_.Write("broken.mp4", "no video")), kInputError, {"broken.mp4", "is not a video"});
  ExpectError({"annotate", clip_, "--output", folder_ / "none" + std::string("/s.yaml")}, kPipelineError,
              {"no folder"});
}

TEST_F(AnnotateErrors, AnOutputThatIsNoSupportFileIsNotOverwritten) {
  const std::string text = "just text\n";
  const std::string file = folder_.Write("support.yaml", text);
  ExpectError(With(clip_), kInputError, {"support.yaml", "no support file"});
  EXPECT_EQ(ReadFile(file), text);
}

}  // namespace
}  // namespace kpt::cli_testing
