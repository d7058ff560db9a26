// keypointtrack with the real loader: weights that are missing or not weights.
#include <gtest/gtest.h>

#include <filesystem>

#include "installed_files.h"
#include "kpt/base/error.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

std::string ErrorWithModel(const std::string &model_file) {
  const TemporaryFolder folder;
  ElementUnderTest element("keypointtrack", {{"support-file", WriteSupport(folder)}, {"model-file", model_file}});
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  const std::string error = element.PopError();
  EXPECT_EQ(element.PopError(), "") << "a second error";
  return error;
}

TEST(Weights, ThatAreMissingAreNotFound) {
  const std::string error = ErrorWithModel("/nowhere/small.safetensors");
  EXPECT_EQ(error.find("gst-resource-error-quark/" + std::to_string(GST_RESOURCE_ERROR_NOT_FOUND)), 0U) << error;
  EXPECT_NE(error.find("/nowhere/small.safetensors"), std::string::npos) << error;
}

TEST(Weights, ThatAreNotWeightsAreALibraryError) {
  const TemporaryFolder folder;
  for (const std::string &text : {std::string(), std::string("not weights"), std::string(64, '\xff')}) {
    const std::string error = ErrorWithModel(folder.Write("bad.safetensors", text));
    EXPECT_EQ(error.find("gst-library-error-quark/" + std::to_string(GST_LIBRARY_ERROR_INIT)), 0U) << error;
    EXPECT_NE(error.find("bad.safetensors"), std::string::npos) << error;
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
