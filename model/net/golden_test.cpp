// This network against the released implementation's tensors: the copy in tests/golden always, the full set where it
// is.
#include "kpt/net/golden.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "kpt/base/error.h"

namespace kpt::net {
namespace {

std::set<std::string> ExpectAllWithin(const std::string &folder) {
  std::set<std::string> files;
  for (const GoldenRow &row : RunGolden(folder)) {
    EXPECT_LE(row.error, kGoldenTolerance) << row.file << " " << row.block;
    files.insert(row.file);
  }
  return files;
}

TEST(Golden, ShippedTensorsAgree) {
  const auto files = ExpectAllWithin(KPT_SOURCE_DIR "/tests/golden");
  EXPECT_EQ(files, (std::set<std::string>{"deform_attn.safetensors", "one_shot.safetensors", "padding.json",
                                          "parameters.json"}));
}

TEST(Golden, FullSetAgrees) {
  const std::string folder = KPT_SHARED_DIR "/golden";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << folder << " is not there";
  EXPECT_GE(ExpectAllWithin(folder).size(), 6U);
}

TEST(Golden, AMissingFolderIsAnError) {
  try {
    RunGolden("/nonexistent/golden");
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_NE(std::string(error.what()).find("/nonexistent/golden"), std::string::npos);
  }
}

}  // namespace
}  // namespace kpt::net
