#include "kpt/net/net_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/file_testing.h"

namespace kpt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MessageOf;

TEST(NetConfig, TheKnownConfigurationsAreSound) {
  EXPECT_NO_THROW(NetConfig::Released().Check());
  EXPECT_NO_THROW(NetConfig::Small().Check());
}

TEST(NetConfig, ReleasedIsThePapersNetwork) {
  const NetConfig config = NetConfig::Released();
  EXPECT_EQ(config.backbone, "resnet50");
  EXPECT_THAT(config.strides, ElementsAre(32, 16, 8));
  EXPECT_EQ(config.channels, 256);
  EXPECT_EQ(config.side_heads, 8);
  EXPECT_EQ(config.padded_keypoints, 70);
  EXPECT_FALSE(config.proposal || config.confidence || config.seed_vector);
}

TEST(NetConfig, NormalisationGoesWithTheBackbone) {
  NetConfig config = NetConfig::Released();
  EXPECT_DOUBLE_EQ(config.normalisation().mean[2], 0.406 * 255);
  EXPECT_DOUBLE_EQ(config.normalisation().std[0], 0.229 * 255);
  config.backbone = "efficientnet_lite0";
  EXPECT_THAT(config.normalisation().mean, ElementsAre(127, 127, 127));
  EXPECT_THAT(config.normalisation().std, ElementsAre(128, 128, 128));
  config.backbone = "vgg";
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { config.normalisation(); }), HasSubstr("backbone"));
}

TEST(NetConfig, MetadataHoldsEveryField) {
  NetConfig config = NetConfig::Released();
  config.strides = {16, 8};
  config.crop_size = 192;
  config.ffn = 77;
  config.layers = 5;
  config.sampling_points = 3;
  config.seed_vector = true;
  config.dropout = 0.1F;
  const auto metadata = config.ToMetadata();
  EXPECT_EQ(metadata.at("net.channels"), "256");
  EXPECT_EQ(metadata.at("net.strides"), "16,8");
  const NetConfig again = NetConfig::FromMetadata(metadata);
  EXPECT_EQ(again.ToMetadata(), metadata);
  EXPECT_EQ(again.dropout, 0.1F);
  EXPECT_EQ(again.ffn, 77);
  EXPECT_TRUE(again.seed_vector);
}

TEST(NetConfig, MissingFieldsKeepTheirDefaultsAndOtherMetadataIsIgnored) {
  const NetConfig config = NetConfig::FromMetadata({{"net.layers", "2"}, {"format", "pt"}, {"netting", "x"}});
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.channels, NetConfig::Small().channels);
}

struct BadField {
  const char *key;
  const char *value;
};

class BadMetadata : public ::testing::TestWithParam<BadField> {};

TEST_P(BadMetadata, IsAnErrorThatNamesTheField) {
  const auto [key, value] = GetParam();
  const std::string field = std::string(key).substr(4);
  const std::string message = MessageOf(ErrorCode::kModel, [&] { NetConfig::FromMetadata({{key, value}}); });
  EXPECT_THAT(message, HasSubstr(field));
  EXPECT_LT(message.size(), 300U);
}

const std::string kLongText(100000, 'x');

INSTANTIATE_TEST_SUITE_P(
    Table, BadMetadata,
    ::testing::Values(BadField{"net.colour", "red"}, BadField{"net.channels", ""}, BadField{"net.channels", "abc"},
                      BadField{"net.channels", "128 "}, BadField{"net.channels", "1e3"}, BadField{"net.channels", "0"},
                      BadField{"net.channels", "-128"}, BadField{"net.channels", "2147483647"},
                      BadField{"net.channels", "99999999999999999999"}, BadField{"net.channels", "126"},
                      BadField{"net.channels", "4096"}, BadField{"net.attention_heads", "3"},
                      BadField{"net.attention_heads", "0"}, BadField{"net.self_attention_heads", "5"},
                      BadField{"net.side_heads", "17"}, BadField{"net.side_heads", "0"}, BadField{"net.layers", "17"},
                      BadField{"net.layers", "0"}, BadField{"net.ffn", "0"}, BadField{"net.ffn", "1000000000"},
                      BadField{"net.sampling_points", "65"}, BadField{"net.padded_keypoints", "1025"},
                      BadField{"net.padded_keypoints", "0"}, BadField{"net.crop_size", "250"},
                      BadField{"net.crop_size", "1000000"}, BadField{"net.crop_size", "0"}, BadField{"net.strides", ""},
                      BadField{"net.strides", "32,"}, BadField{"net.strides", "32,8"},
                      BadField{"net.strides", "8,16,32"}, BadField{"net.strides", "64,32"},
                      BadField{"net.strides", "8,8"}, BadField{"net.strides", "0"},
                      BadField{"net.strides", "8,4,2,1,0,0,0,0,0,0"}, BadField{"net.proposal", "1"},
                      BadField{"net.proposal", "True"}, BadField{"net.proposal_stride", "6"},
                      BadField{"net.proposal_stride", "64"}, BadField{"net.dropout", "nan"},
                      BadField{"net.dropout", "1"}, BadField{"net.dropout", "-0.1"}, BadField{"net.dropout", "0,1"},
                      BadField{"net.backbone", "resnet"}, BadField{"net.backbone", kLongText.c_str()}));

TEST(NetConfig, TheProposalsStrideMustBeALevelOnlyWhereThereIsAProposal) {
  NetConfig config = NetConfig::Released();
  config.proposal_stride = 4;
  EXPECT_NO_THROW(config.Check());
  config.proposal = true;
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { config.Check(); }), HasSubstr("proposal_stride"));
}

TEST(NetConfig, ALayoutPriorNeedsAProposal) {
  NetConfig config = NetConfig::Released();
  config.layout_prior = true;
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { config.Check(); }), HasSubstr("layout_prior"));
}

TEST(NetConfig, NoStridesAtAllIsAnError) {
  NetConfig config;
  config.strides.clear();
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { config.Check(); }), HasSubstr("strides"));
}

}  // namespace
}  // namespace kpt::net
