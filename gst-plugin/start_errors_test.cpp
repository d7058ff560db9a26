// What keypointtrack cannot start with: each mistake gives one error, in the documented place, that names the file.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "installed_files.h"
#include "kpt/base/error.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

std::string ErrorAtStart(const Properties &properties) {
  ElementUnderTest element("keypointtrack", properties);
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  const std::string error = element.PopError();
  EXPECT_EQ(element.PopError(), "") << "a second error";
  return error;
}

void ExpectError(const std::string &error, GQuark domain, int code, const std::string &text) {
  EXPECT_EQ(error.find(std::string(g_quark_to_string(domain)) + "/" + std::to_string(code) + ": "), 0U) << error;
  EXPECT_NE(error.find(text), std::string::npos) << error;
}

// ---- support, configuration, properties: with a fake network ----

class Settings : public ::testing::Test {
 protected:
  std::string ErrorWith(const std::string &property, const std::string &value) const {
    return ErrorAtStart({{"support-file", support_}, {"model-file", "fake.safetensors"}, {property, value}});
  }

  TemporaryFolder folder_;
  const std::string support_ = WriteSupport(folder_);
  FakeNetwork network_;
};

TEST_F(Settings, NeedASupportFile) {
  ExpectError(ErrorAtStart({}), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "support-file is not set");
}

TEST_F(Settings, NameFilesThatAreMissingOrNone) {
  const std::string pipe = folder_.Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string property : {"support-file", "config-file"}) {
    ExpectError(ErrorWith(property, "/nowhere/a.yaml"), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                property + ": '/nowhere/a.yaml' does not exist; check the path.");
    ExpectError(ErrorWith(property, "/dev"), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                property + ": '/dev' is a folder; give a file.");
    for (const std::string &path : {pipe, std::string("/dev/zero")}) {
      ExpectError(ErrorWith(property, path), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                  property + ": '" + path + "' is a device or a pipe; give a regular file.");
    }
  }
}

TEST_F(Settings, NameASupportFileThatIsCorrupt) {
  for (const char *text : {"", "category: [\n", "{\"images\": 3}", "\xff\xfe\x00", "category: a\nkeypoints: []\n"}) {
    SCOPED_TRACE(text);
    ExpectError(ErrorWith("support-file", folder_.Write("corrupt.yaml", text)), GST_RESOURCE_ERROR,
                GST_RESOURCE_ERROR_SETTINGS, "corrupt.yaml");
  }
}

TEST_F(Settings, NameAConfigurationFileThatIsWrong) {
  ExpectError(ErrorWith("config-file", folder_.Write("c.yaml", "nonsense: 1\n")), GST_RESOURCE_ERROR,
              GST_RESOURCE_ERROR_SETTINGS, "c.yaml:1: 'nonsense'");
}

TEST_F(Settings, QuoteBoxesThatCannotBeRead) {
  ExpectError(ErrorWith("initial-boxes", "1,2,3"), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "'1,2,3'");
}

TEST_F(Settings, AdoptShotsOfOneInstanceAlone) {
  const Properties two = {
      {"support-file", support_}, {"model-file", "fake.safetensors"}, {"adopt-shots", "1"}, {"instances", "2"}};
  ExpectError(ErrorAtStart(two), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
              "adopt-shots: works with one instance, not with 2");
}

TEST_F(Settings, QuoteBoxesOutsideTheVideo) {
  for (const auto &[box, is_outside] : {std::pair("500,400,20,20", true), std::pair("-15,-15,20,20", false)}) {
    ElementUnderTest element("keypointtrack",
                             {{"support-file", support_}, {"model-file", "fake.safetensors"}, {"initial-boxes", box}});
    gst_harness_push(element.Play(VideoCaps("RGB", 96, 80)), MakeFrame("RGB", 96, 80));
    const std::string error = element.PopError();
    if (is_outside) {
      ExpectError(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                  "500,400,20,20 lies outside the video, which is 96x80");
    } else {
      EXPECT_EQ(error, "");
    }
  }
}

// ---- weights: with the real loader ----

std::string ErrorWithModel(const std::string &model_file) {
  const TemporaryFolder folder;
  return ErrorAtStart({{"support-file", WriteSupport(folder)}, {"model-file", model_file}});
}

TEST(Weights, ThatAreMissingAreNotFound) {
  ExpectError(ErrorWithModel("/nowhere/small.safetensors"), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
              "/nowhere/small.safetensors");
}

TEST(Weights, ThatAreNotWeightsAreALibraryError) {
  const TemporaryFolder folder;
  for (const std::string &text : {std::string(), std::string("not weights"), std::string(64, '\xff')}) {
    ExpectError(ErrorWithModel(folder.Write("bad.safetensors", text)), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                "bad.safetensors");
  }
}

TEST(Weights, ThatShipAreFoundBesideThePluginOrMissedByName) {
  try {
    EXPECT_TRUE(std::filesystem::is_regular_file(FindDefaultWeights()));
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    const std::string beside = (std::filesystem::path(KPT_BINARY_DIR) / "weights").string();
    EXPECT_NE(std::string(error.what()).find(beside), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("set model-file"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace kpt::gst
