// Settings of keypointtrack: boxes as text, the configuration file, and who wins.
#include <gtest/gtest.h>

#include <filesystem>

#include "kpt/base/error.h"
#include "testing/element_fixture.h"
#include "track_settings.h"

namespace kpt::gst {
namespace {

using testing::TemporaryFolder;

const Property<TrackSettings> &RowNamed(const std::string &name) {
  for (const auto &row : TrackProperties()) {
    if (row.name == name) return row;
  }
  throw std::logic_error("no property " + name);
}

void SetText(TrackSettingsStore *store, const std::string &name, const std::string &text) {
  GValue value = G_VALUE_INIT;
  g_value_set_string(g_value_init(&value, G_TYPE_STRING), text.c_str());
  store->SetProperty(RowNamed(name), &value);
  g_value_unset(&value);
}

void SetFloat(TrackSettingsStore *store, const std::string &name, float number) {
  GValue value = G_VALUE_INIT;
  g_value_set_float(g_value_init(&value, G_TYPE_FLOAT), number);
  store->SetProperty(RowNamed(name), &value);
}

/// The message of the Error that reading this text as a configuration throws.
std::string ConfigError(const std::string &text) {
  const TemporaryFolder folder;
  TrackSettingsStore store;
  SetText(&store, "config-file", folder.Write("track.yaml", text));
  try {
    store.ReadConfigFile();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "";
}

TEST(Boxes, AreReadWithAndWithoutAngle) {
  const auto boxes = ParseBoxes("10,20.5,30,40; 1 , 2 , 3 , 4 , -45 ;");
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_FLOAT_EQ(boxes[0].box.y, 20.5F);
  EXPECT_FLOAT_EQ(boxes[0].angle_deg, 0);
  EXPECT_FLOAT_EQ(boxes[1].box.height, 4);
  EXPECT_FLOAT_EQ(boxes[1].angle_deg, -45);
  EXPECT_TRUE(ParseBoxes("").empty());
}

TEST(Boxes, QuoteThePartThatCannotBeRead) {
  for (const char *bad : {"1,2,3", "1,2,3,4,5,6", "1,2,0,4", "1,2,3,-4", "a,b,c,d", "1,2,3,4x", "1,2,nan,4",
                          "1,2,inf,4", "1,2,1e99,4", "1,,3,4", "1,2,3,4,"}) {
    try {
      ParseBoxes(std::string("1,1,1,1;") + bad);
      ADD_FAILURE() << bad << " was read";
    } catch (const Error &error) {
      EXPECT_NE(std::string(error.what()).find(std::string("'") + bad + "'"), std::string::npos) << error.what();
    }
  }
}

TEST(ConfigFile, FillsWhatTheUserDidNotSet) {
  const TemporaryFolder folder;
  TrackSettingsStore store;
  SetFloat(&store, "beta", 0.25F);
  SetText(&store, "config-file",
          folder.Write("track.yaml",
                       "beta: 0.5\nmin-cutoff: 2.5\nsmoothing: none\nsupport-file: shots.yaml\ndevice: cpu\n"
                       "initial-boxes: 1,2,3,4\ninference-interval: 3\n"));
  store.ReadConfigFile();
  const TrackSettings settings = store.Resolved();
  EXPECT_FLOAT_EQ(settings.beta, 0.25F);  // set on the element: wins
  EXPECT_FLOAT_EQ(settings.min_cutoff_hz, 2.5F);
  EXPECT_EQ(settings.smoothing, Smoothing::kNone);
  EXPECT_EQ(settings.inference_interval, 3);
  EXPECT_EQ(settings.device, "cpu");
  EXPECT_EQ(settings.support_file, folder.Path("shots.yaml"));  // relative to the file
  ASSERT_EQ(settings.initial_boxes.size(), 1U);
}

TEST(ConfigFile, AnAbsolutePathStaysItself) {
  const TemporaryFolder folder;
  TrackSettingsStore store;
  SetText(&store, "config-file", folder.Write("track.yaml", "model-file: /models/a.safetensors\n"));
  store.ReadConfigFile();
  EXPECT_EQ(store.values().model_file, "/models/a.safetensors");
}

TEST(ConfigFile, ValuesOfAnEarlierFileDoNotLinger) {
  const TemporaryFolder folder;
  TrackSettingsStore store;
  SetText(&store, "config-file", folder.Write("one.yaml", "beta: 0.5\n"));
  store.ReadConfigFile();
  EXPECT_FLOAT_EQ(store.values().beta, 0.5F);
  SetText(&store, "config-file", folder.Write("two.yaml", "device: cpu\n"));
  store.ReadConfigFile();
  EXPECT_FLOAT_EQ(store.values().beta, TrackSettings{}.beta);
  EXPECT_EQ(store.values().device, "cpu");
}

TEST(ConfigFile, ThePresetsAreConfigurations) {
  int presets = 0;
  for (const auto &entry : std::filesystem::directory_iterator(KPT_SOURCE_DIR "/configs")) {
    if (entry.path().filename().string().rfind("train-", 0) == 0) continue;
    TrackSettingsStore store;
    SetText(&store, "config-file", entry.path().string());
    EXPECT_NO_THROW(store.ReadConfigFile()) << entry.path();
    ++presets;
  }
  EXPECT_EQ(presets, 5);
  TrackSettingsStore live;
  SetText(&live, "config-file", KPT_SOURCE_DIR "/configs/live.yaml");
  live.ReadConfigFile();
  EXPECT_TRUE(live.Resolved().adaptive);
}

TEST(ConfigFile, AnEmptyFileSetsNothing) { EXPECT_EQ(ConfigError(""), ""); }

TEST(ConfigFile, ErrorsNameFileLineAndKey) {
  const struct {
    const char *text;
    const char *expected;
  } cases[] = {
      {"beta: 0.5\nbetta: 1\n", "track.yaml:2: 'betta' is not a property"},
      {"config-file: other.yaml\n", "track.yaml:1: 'config-file' is not a property"},
      {"\nconfidence-threshold: 1.5\n", "track.yaml:2: confidence-threshold: '1.5' is not a number from 0"},
      {"confidence-threshold: .nan\n", "track.yaml:1: confidence-threshold: '.nan' is not a number"},
      {"inference-interval: often\n", "track.yaml:1: inference-interval: 'often' is not a number from 1"},
      {"smoothing: strong\n", "track.yaml:1: smoothing: 'strong' is not one of none, one-euro"},
      {"adaptive: maybe\n", "track.yaml:1: adaptive: 'maybe' is neither true nor false"},
      {"device: [cpu]\n", "track.yaml:1: device: expected a single value"},
      {"just text\n", "track.yaml:1: expected lines of the form"},
      {"a: [1, 2\n", "track.yaml:2: "},
      {"? [a, b]\n: c\n", "track.yaml:1: '' is not a property"},
  };
  for (const auto &one : cases) {
    EXPECT_NE(ConfigError(one.text).find(one.expected), std::string::npos)
        << one.text << " gave: " << ConfigError(one.text);
  }
}

TEST(ConfigFile, RefusesWhatIsTooLargeToBeOne) {
  EXPECT_NE(ConfigError(std::string(2 << 20, ' ')).find("larger than 1 MiB"), std::string::npos);
}

TEST(ConfigFile, AMissingFileIsNotFound) {
  TrackSettingsStore store;
  SetText(&store, "config-file", "/nowhere/track.yaml");
  try {
    store.ReadConfigFile();
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_NE(std::string(error.what()).find("/nowhere/track.yaml"), std::string::npos);
  }
}

}  // namespace
}  // namespace kpt::gst
