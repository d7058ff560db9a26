// `kpt convert`, `kpt golden` and `kpt doctor`: files of networks, and the state of this machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;

constexpr int kCheckFailed = 1, kUsage = 2, kInputError = 3, kModelError = 4, kPipelineError = 5;

constexpr const char *kBackbone = KPT_SOURCE_DIR "/model/net/testdata/efficientnet_lite0_parts.pth";

/// The header of a safetensors file.
json HeaderOf(const std::string &path) {
  const std::string bytes = ReadFile(path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return json::parse(bytes.substr(sizeof length, length));
}

TEST(Convert, KeepsWhatTheBackboneNeeds) {
  const Folder folder;
  const Outcome outcome = Kpt({"convert", kBackbone, folder / "lite0.safetensors"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("EfficientNet-Lite0 backbone, 2 tensors"));
  const json header = HeaderOf(folder / "lite0.safetensors");
  EXPECT_EQ(header.at("backbone._conv_stem.weight").at("shape"), json({2, 3, 2, 2}));
  EXPECT_TRUE(header.contains("backbone._bn0.weight"));
  EXPECT_FALSE(header.contains("backbone._fc.weight"));
}

TEST(Convert, NamesWhatItCannotRead) {
  const Folder folder;
  const std::string out = folder / "out.safetensors";
  ExpectError({"convert", folder / "none.pth", out}, kInputError, {"none.pth", "does not exist"});
  ExpectError({"convert", folder.Write("text.pth", "I am no checkpoint."), out}, kModelError,
              {"text.pth", "torch.save"});
  ExpectError({"convert", KPT_SOURCE_DIR "/model/net/testdata/checkpoint_zip.pth", out}, kModelError,
              {"checkpoint_zip.pth", "ResNet-50"});
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(Convert, NamesWhatItCannotWrite) {
  const Folder folder;
  ExpectError({"convert", kBackbone, folder / "none/out.safetensors"}, kPipelineError,
              {"out.safetensors", "no folder"});
  const std::string copy = folder.Write("copy.pth", ReadFile(kBackbone));
  ExpectError({"convert", copy, copy}, kUsage, {"copy.pth", "is an input"});
}

TEST(Golden, HoldsForThisBuild) {
  const Outcome outcome = Kpt({"golden", KPT_SOURCE_DIR "/tests/golden"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("one_shot.safetensors query_points.2 "));
  EXPECT_THAT(outcome.out, HasSubstr("deform_attn.safetensors output "));
}

TEST(Golden, FailsWhereOneNumberDiffers) {
  const Folder folder;
  std::string bytes = ReadFile(KPT_SOURCE_DIR "/tests/golden/deform_attn.safetensors");
  const float wrong = 1000;
  std::memcpy(&bytes[bytes.size() - sizeof wrong], &wrong, sizeof wrong);
  folder.Write("deform_attn.safetensors", bytes);
  ExpectError({"golden", folder / "."}, kCheckFailed, {"above 0.0001"});
}

TEST(Golden, NamesFilesThatAreWrong) {
  const Folder folder;
  ExpectError({"golden", folder / "none"}, kInputError, {"none", "no such folder"});
  ExpectError({"golden", folder / "."}, kInputError, {"no golden tensors"});
  folder.Write("padding.json", "{\"cases\": [");
  ExpectError({"golden", folder / "."}, kModelError, {"padding.json"});
  std::filesystem::remove(folder / "padding.json");
  folder.Write("deform_attn.safetensors", "short");
  ExpectError({"golden", folder / "."}, kModelError, {"deform_attn.safetensors"});
}

TEST(Doctor, SaysWhatIsLoadedAndThatAllIsWell) {
  const Outcome outcome = Kpt({"doctor"});
  for (const char *part :
       {"LibTorch", "OpenCV", "GStreamer", "BLAS", "device", "plugin", "libgstkeypoints.so", "weights", "encoder"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
  if (!std::filesystem::exists(KPT_SOURCE_DIR "/weights/keypoints-small.safetensors")) {
    EXPECT_EQ(outcome.exit_code, kCheckFailed);
    EXPECT_THAT(outcome.out, HasSubstr("->")) << "the command that helps";
    return;
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

}  // namespace
}  // namespace kpt::cli_testing
