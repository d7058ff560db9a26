// No layer includes upward, and none includes a library that it must not know: the table of docs/architecture.md, held
// against the #include lines of every source file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Layer {
  const char *folder;
  std::vector<std::string> forbidden;  ///< beginnings of what may not be included
};

const std::vector<std::string> kTorch = {"torch/", "ATen/", "c10/"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string> &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The tracker's own public headers lie in kpt/ itself.
const std::vector<std::string> kTrackerHeaders = {"kpt/tracker.h",   "kpt/support.h", "kpt/support_draft.h",
                                                  "kpt/estimator.h", "kpt/frame.h",   "kpt/status.h"};

const std::vector<Layer> kLayers = {
    {"model/base", kTorch + kTrackerHeaders +
                       std::vector<std::string>{"opencv2/", "gst/", "glib", "spdlog/", "kpt/ops", "kpt/net", "kpt/data",
                                                "kpt/train"}},
    {"model/ops",
     kTorch + kTrackerHeaders +
         std::vector<std::string>{"opencv2/", "gst/", "glib", "spdlog/", "kpt/net", "kpt/data", "kpt/train"}},
    {"model/net", kTrackerHeaders + std::vector<std::string>{"opencv2/", "gst/", "glib", "kpt/data", "kpt/train"}},
    {"model/data",
     kTorch + kTrackerHeaders + std::vector<std::string>{"gst/", "glib", "kpt/net", "kpt/ops", "kpt/train"}},
    {"model/tracker", {"gst/", "glib", "kpt/train"}},
    {"model/train", kTrackerHeaders + std::vector<std::string>{"gst/", "glib"}},
    {"gst-plugin", kTorch + std::vector<std::string>{"kpt/net", "kpt/ops", "kpt/train"}},
};

struct Include {
  std::string file, what;
};

std::vector<Include> IncludesIn(const std::string &folder) {
  static const std::regex kInclude("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
  std::vector<Include> includes;
  for (const auto &entry : fs::recursive_directory_iterator(fs::path(KPT_SOURCE_DIR) / folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cpp" && extension != ".cu") continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_match(line, match, kInclude)) includes.push_back({entry.path().string(), match[1]});
    }
  }
  return includes;
}

TEST(Layers, IncludeNothingThatTheyMustNotKnow) {
  for (const Layer &layer : kLayers) {
    const std::vector<Include> includes = IncludesIn(layer.folder);
    ASSERT_FALSE(includes.empty()) << layer.folder;
    for (const Include &include : includes) {
      for (const std::string &beginning : layer.forbidden) {
        EXPECT_THAT(include.what, ::testing::Not(::testing::StartsWith(beginning))) << include.file;
      }
    }
  }
}

TEST(Layers, OneFileOfTheTrackerKnowsTorch) {
  for (const Include &include : IncludesIn("model/tracker")) {
    const std::string name = fs::path(include.file).filename().string();
    if (name == "net_estimator.cpp" || name == "net_estimator_test.cpp") continue;
    for (const std::string &beginning : kTorch) {
      EXPECT_THAT(include.what, ::testing::Not(::testing::StartsWith(beginning))) << include.file;
    }
  }
}

}  // namespace
