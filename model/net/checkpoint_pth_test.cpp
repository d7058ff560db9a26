// Checkpoints as PyTorch writes them (testdata/make_checkpoints.py), whole, damaged and patched.
#include "kpt/net/checkpoint_pth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "testing/file_testing.h"

namespace kpt::net {
namespace {

using ::testing::ElementsAre;
using testing::FileBytes;
using ::testing::HasSubstr;
using testing::Little;
using testing::MessageOf;
using testing::Mutated;
using testing::ScratchFolder;
using testing::WriteBytes;

std::string Fixture(const std::string &name) { return std::string(KPT_SOURCE_DIR) + "/model/net/testdata/" + name; }

template <typename Value>
std::vector<Value> ValuesOf(const PthCheckpoint &checkpoint, const std::string &name) {
  const PthCheckpoint::Tensor &tensor = checkpoint.tensors.at(name);
  std::vector<Value> values(tensor.bytes.size() / sizeof(Value));
  std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(Value));
  return values;
}

/// The hostile object in the fixtures asks for this file.
bool PickleWasRun() { return std::filesystem::exists("pickle_was_run"); }

class Checkpoint : public ::testing::TestWithParam<const char *> {};

TEST_P(Checkpoint, HoldsEveryTensorOfTheStateDict) {
  const PthCheckpoint checkpoint = ReadPth(Fixture(GetParam()));
  std::map<std::string, std::pair<ElementType, std::vector<std::int64_t>>> found;
  for (const auto &[name, tensor] : checkpoint.tensors) found[name] = {tensor.type, tensor.shape};
  const decltype(found) expected = {
      {"weight", {ElementType::kF32, {2, 3}}}, {"transposed", {ElementType::kF32, {3, 2}}},
      {"view", {ElementType::kF32, {2, 2}}},   {"channels_last", {ElementType::kF32, {1, 2, 2, 2}}},
      {"shared", {ElementType::kF32, {4, 3}}}, {"expanded", {ElementType::kF32, {3}}},
      {"empty", {ElementType::kF32, {0, 5}}},  {"scalar", {ElementType::kI64, {}}},
      {"parameter", {ElementType::kF32, {2}}}, {"half", {ElementType::kF16, {3}}},
      {"bfloat16", {ElementType::kBF16, {3}}}, {"double", {ElementType::kF64, {3}}},
      {"int32", {ElementType::kI32, {3}}},     {"int16", {ElementType::kI16, {3}}},
      {"int8", {ElementType::kI8, {3}}},       {"uint8", {ElementType::kU8, {3}}},
      {"bool", {ElementType::kBool, {3}}},
  };
  EXPECT_EQ(found, expected);
}

TEST_P(Checkpoint, HoldsTheirValuesRowMajor) {
  const PthCheckpoint checkpoint = ReadPth(Fixture(GetParam()));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "weight"), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "transposed"), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "channels_last"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "view"), ElementsAre(4, 5, 7, 8));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "expanded"), ElementsAre(7, 7, 7));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "parameter"), ElementsAre(0, 1));
  EXPECT_THAT(ValuesOf<std::int64_t>(checkpoint, "scalar"), ElementsAre(5));
  EXPECT_THAT(ValuesOf<double>(checkpoint, "double"), ElementsAre(0, 1, 2));
  EXPECT_THAT(ValuesOf<std::uint16_t>(checkpoint, "half"), ElementsAre(0, 0x3c00, 0x4000));
  EXPECT_THAT(ValuesOf<std::uint16_t>(checkpoint, "bfloat16"), ElementsAre(0, 0x3f80, 0x4000));
  EXPECT_THAT(ValuesOf<std::int32_t>(checkpoint, "int32"), ElementsAre(0, -1, -2));
  EXPECT_THAT(ValuesOf<std::int16_t>(checkpoint, "int16"), ElementsAre(0, -1, -2));
  EXPECT_THAT(ValuesOf<std::int8_t>(checkpoint, "int8"), ElementsAre(0, -1, -2));
  EXPECT_THAT(ValuesOf<std::uint8_t>(checkpoint, "bool"), ElementsAre(1, 0, 1));
}

TEST_P(Checkpoint, RunsNothingThatItNames) {
  ReadPth(Fixture(GetParam()));
  EXPECT_FALSE(PickleWasRun());
}

TEST_P(Checkpoint, CutAtAnyPlaceIsAnError) {
  const ScratchFolder folder;
  const std::string bytes = FileBytes(Fixture(GetParam()));
  for (std::size_t length = 0; length < bytes.size(); length += 64) {
    WriteBytes(folder / "cut.pth", bytes.substr(0, length));
    EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "cut.pth"); }), HasSubstr("cut.pth")) << length;
  }
}

TEST_P(Checkpoint, RandomDamageIsReadOrRefused) {
  const ScratchFolder folder;
  const std::string whole = FileBytes(Fixture(GetParam()));
  std::mt19937 random(20240301);
  int read = 0;
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    WriteBytes(folder / "damaged.pth", Mutated(whole, random));
    try {
      ReadPth(folder / "damaged.pth");
      ++read;
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), ErrorCode::kModel);
      ++refused;
    }
  }
  EXPECT_GT(read, 50);
  EXPECT_GT(refused, 500);
  EXPECT_FALSE(PickleWasRun());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Checkpoint,
                         ::testing::Values("checkpoint_zip.pth", "checkpoint_old.pth", "weights_protocol4.pth"),
                         [](const auto &fixture) {
                           return std::string(fixture.param, std::strcspn(fixture.param, "."));
                         });

TEST(CheckpointFile, WhatIsNoFileIsAnError) {
  const ScratchFolder folder;
  EXPECT_THAT(MessageOf(ErrorCode::kNotFound, [&] { ReadPth(folder / "absent.pth"); }), HasSubstr("absent.pth"));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder.path().string()); }), HasSubstr("is a folder"));
  WriteBytes(folder / "text.pth", std::string(1000, 'x'));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "text.pth"); }), HasSubstr("no PyTorch checkpoint"));
}

/// The zip fixture and the places in it that the tests change.
struct ZipFixture {
  std::string bytes = FileBytes(Fixture("checkpoint_zip.pth"));
  std::size_t first_entry = bytes.find("PK\x01\x02");  ///< of the directory: data.pkl
  std::size_t end = bytes.rfind("PK\x05\x06");
  std::size_t locator64 = bytes.rfind("PK\x06\x07");
  std::size_t end64 = bytes.rfind("PK\x06\x06");

  void Put(std::size_t at, const std::string &value) { bytes.replace(at, value.size(), value); }
};

std::string MessageOfZip(const ZipFixture &zip) {
  const ScratchFolder folder;
  WriteBytes(folder / "hostile.pth", zip.bytes);
  const std::string message = MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "hostile.pth"); });
  EXPECT_THAT(message, HasSubstr("hostile.pth"));
  return message;
}

TEST(ZipLayout, IsReadWithAndWithoutThe64BitDirectory) {
  ZipFixture zip;
  ASSERT_EQ(zip.end64 + 56, zip.locator64);
  ASSERT_EQ(zip.locator64 + 20, zip.end);
  zip.bytes.erase(zip.end64, 76);
  const ScratchFolder folder;
  WriteBytes(folder / "short.pth", zip.bytes);
  EXPECT_EQ(ReadPth(folder / "short.pth").tensors.size(), 17U);
}

TEST(ZipLayout, ACompressedOrEncryptedEntryIsAnError) {
  ZipFixture zip;
  zip.Put(zip.first_entry + 10, Little(8, 2));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("compressed"));
  zip = {};
  zip.Put(zip.first_entry + 8, Little(1, 2));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("encrypted"));
}

TEST(ZipLayout, ADirectoryThatPointsElsewhereIsAnError) {
  for (const std::uint64_t place : {std::uint64_t{1} << 40, ~std::uint64_t{0}, std::uint64_t{5}}) {
    ZipFixture zip;
    zip.Put(zip.end64 + 48, Little(place, 8));
    MessageOfZip(zip);
    zip = {};
    zip.Put(zip.locator64 + 8, Little(place, 8));
    MessageOfZip(zip);
  }
  ZipFixture zip;
  zip.Put(zip.end64 + 40, Little(~std::uint64_t{0}, 8));  // its length
  MessageOfZip(zip);
}

TEST(ZipLayout, AnEntryThatPointsElsewhereIsAnError) {
  ZipFixture zip;
  zip.Put(zip.first_entry + 42, Little(1, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("not where the directory says"));
  zip = {};
  zip.Put(zip.first_entry + 42, Little(0x7FFFFFFF, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("behind its end"));
  zip = {};
  zip.Put(zip.first_entry + 20, Little(0x7FFFFFFF, 4) + Little(0x7FFFFFFF, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("bytes expected"));
  zip = {};
  zip.Put(zip.first_entry + 24, Little(1, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("two sizes"));
}

TEST(ZipLayout, AWrongNumberOfEntriesIsAnError) {
  ZipFixture zip;
  zip.Put(zip.end64 + 32, Little(1000, 8));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("1000 announced"));
}

TEST(ZipLayout, AZipFileOfSomethingElseIsAnError) {
  ZipFixture zip;
  for (std::size_t at = zip.bytes.find("data.pkl"); at != std::string::npos; at = zip.bytes.find("data.pkl", at)) {
    zip.Put(at, "text.txt");
  }
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("no PyTorch checkpoint"));
}

TEST(ZipLayout, AStorageOfTheWrongSizeIsAnError) {
  ZipFixture zip{FileBytes(Fixture("weights_protocol4.pth"))};
  const std::size_t elements = zip.bytes.find("cpu\x94K") + 5;  // the first storage's
  ASSERT_EQ(zip.bytes[elements], 6);
  zip.Put(elements, "\x63");
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("99 elements"));
}

}  // namespace
}  // namespace kpt::net
