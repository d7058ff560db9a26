// What is written as YAML is read as the same draft, whatever the names and numbers are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "kpt/support_draft.h"

namespace kpt {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SupportWriter : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("kpt_writer_" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "sub");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string At(const std::string &name) const { return (folder_ / name).string(); }

  SupportDraft Again(const SupportDraft &draft) const {
    const std::string file = At("sub/support.yaml");
    const auto text = SupportYaml(draft, file);
    EXPECT_TRUE(text.ok()) << text.status().message();
    std::ofstream(file) << text.value();
    auto read = ReadSupportDraft({file, "", 0});
    EXPECT_TRUE(read.ok()) << read.status().message() << '\n' << text.value();
    return read.ok() ? read.value() : SupportDraft{};
  }

  static void ExpectSame(const SupportDraft &a, const SupportDraft &b) {
    EXPECT_EQ(a.category, b.category);
    EXPECT_EQ(a.keypoint_names, b.keypoint_names);
    EXPECT_EQ(a.skeleton, b.skeleton);
    ASSERT_EQ(a.shots.size(), b.shots.size());
    for (std::size_t i = 0; i < a.shots.size(); ++i) {
      const ShotDraft &x = a.shots[i], &y = b.shots[i];
      EXPECT_EQ(fs::path(x.picture).lexically_normal(), fs::path(y.picture).lexically_normal());
      EXPECT_EQ(x.frame, y.frame);
      EXPECT_EQ(x.visible, y.visible);
      EXPECT_EQ(x.box.has_value(), y.box.has_value());
      if (x.box && y.box) {
        EXPECT_EQ(x.box->x, y.box->x);
        EXPECT_EQ(x.box->height, y.box->height);
      }
      for (std::size_t k = 0; k < x.points.size(); ++k) {
        EXPECT_EQ(x.points[k].x, y.points[k].x);
        EXPECT_EQ(x.points[k].y, y.points[k].y);
      }
    }
  }

  fs::path folder_;
};

TEST_F(SupportWriter, EverythingComesBack) {
  SupportDraft draft;
  draft.category = "mouse";
  draft.keypoint_names = {"nose", "left ear", "tail"};
  draft.skeleton = {{0, 1}, {2, 0}};
  draft.shots.push_back(
      {"", At("sub/a.png"), -1, Box{10, 5.25F, 50, 40}, {{12.5F, 8}, {}, {0.1F, 1e-7F}}, {true, false, true}});
  draft.shots.push_back({"", At("clips/b: #1.mp4"), 120, {}, {{-3, 99999.9F}, {1.0F / 3, 2}, {}}, {true, true, false}});
  draft.shots.push_back({"", At("sub/no points.png"), -1, {}, {{}, {}, {}}, {false, false, false}});
  ExpectSame(draft, Again(draft));
}

TEST_F(SupportWriter, NamesThatYamlWouldTakeForSomethingElse) {
  SupportDraft draft;
  draft.category = "null";
  draft.keypoint_names = {"yes",  "12",     "1.5e3", "~",       "a: b",      "- x", "[y",      "{z}", "#c", "\"q\"",
                          "it's", " space", "tab\t", "line\nb", "schnüffel", "鼻",  "&anchor", "*a",  "!t", "%p",
                          "@at",  "`tick",  "?",     ":",       "a #b",      "a,b", "|",       ">",   "=",  "<<"};
  draft.shots.push_back({"", At("yes"), -1, {}, {}, {}});
  for (std::size_t i = 0; i < draft.keypoint_names.size(); ++i) {
    draft.shots[0].points.push_back({static_cast<float>(i), 1});
    draft.shots[0].visible.push_back(true);
  }
  ExpectSame(draft, Again(draft));
}

TEST_F(SupportWriter, PicturesAreNamedFromTheFoldersPlace) {
  SupportDraft draft{"m", {"p"}, {}, {{"", At("clips/b.mp4"), 3, {}, {{1, 2}}, {true}}}, {}};
  EXPECT_THAT(SupportYaml(draft, At("sub/support.yaml")).value(), HasSubstr("video: ../clips/b.mp4"));
  EXPECT_THAT(SupportYaml(draft, At("support.yaml")).value(), HasSubstr("video: clips/b.mp4"));
}

TEST_F(SupportWriter, WhatTheReaderWouldRefuseIsNotWritten) {
  EXPECT_THAT(SupportYaml({"", {"p"}, {}, {}, {}}, "s.yaml").status().message(), HasSubstr("category: is empty"));
  EXPECT_THAT(SupportYaml({"m", {}, {}, {}, {}}, "s.yaml").status().message(), HasSubstr("names no keypoint"));
  EXPECT_THAT(SupportYaml({"m", {"p", "p"}, {}, {}, {}}, "s.yaml").status().message(), HasSubstr("'p' twice"));
}

TEST_F(SupportWriter, TheShippedSupportFilesComeBack) {
  for (const char *name : {"mirror_mouse", "ball"}) {
    const auto read = ReadSupportDraft({std::string(KPT_SOURCE_DIR) + "/examples/" + name + "/support.yaml", "", 0});
    ASSERT_TRUE(read.ok()) << read.status().message();
    ExpectSame(read.value(), Again(read.value()));
  }
}

}  // namespace
}  // namespace kpt
