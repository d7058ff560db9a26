// keypointexport between the pads of a harness: what each format holds, and that the file is whole whatever happens.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's
using nlohmann::json;

std::string TextOf(const std::string &path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> LinesOf(const std::string &path) {
  std::vector<std::string> lines;
  std::istringstream text(TextOf(path));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

class KeypointExport : public ::testing::Test {
 protected:
  Properties To(const std::string &format) const { return {{"file-path", path_}, {"file-format", format}}; }

  /// A frame with these tracks, 25 a second.
  static GstFlowReturn Push(GstHarness *harness, int index, const std::vector<Track> &tracks) {
    FrameOptions options;
    options.pts = static_cast<GstClockTime>(index) * GST_SECOND / 25;
    GstBuffer *frame = MakeFrame("GRAY8", 64, 48, options);
    for (const Track &track : tracks) WithTrack(frame, track);
    return gst_harness_push(harness, frame);
  }

  /// A stream of three frames, the second without an object, to its end.
  void ExportThree(const std::string &format) {
    ElementUnderTest element("keypointexport", To(format));
    GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48, "framerate=25/1"));
    Track none = MakeTrack(64, 48);
    none.instances.clear();
    EXPECT_EQ(Push(harness, 0, {MakeTrack(64, 48)}), GST_FLOW_OK);
    EXPECT_EQ(Push(harness, 1, {none}), GST_FLOW_OK);
    EXPECT_EQ(Push(harness, 2, {MakeTrack(64, 48)}), GST_FLOW_OK);
    EXPECT_TRUE(gst_harness_push_event(harness, gst_event_new_eos()));
    EXPECT_EQ(element.PopError(), "");
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.Path("out.txt");
};

TEST_F(KeypointExport, JsonLinesHoldAHeaderAndALineAFrame) {
  ExportThree("json-lines");
  const auto lines = LinesOf(path_);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(json::parse(lines[0]),
            json::parse(R"({"type":"header","schema":"keypoints/1","source":null,"width":64,"height":48,"fps":25.0,
                            "category":"thing","keypoints":["a","b","c"],"skeleton":[[0,1],[1,2]],"model":"fake"})"));
  EXPECT_EQ(json::parse(lines[1]),
            json::parse(R"({"frame":0,"pts":0,"instances":[{"id":1,"state":"tracked","confidence":0.75,
                            "bbox":[16.0,12.0,32.0,24.0],
                            "keypoints":[[16.0,12.0,0.9,"visible"],[48.0,12.0,0.2,"hidden"],
                                         [32.0,36.0,0.8,"projected"]],
                            "raw":[[16.5,12.0],[48.0,12.5],[32.0,36.0]]}]})"));
  EXPECT_EQ(json::parse(lines[2]), json::parse(R"({"frame":1,"pts":40000000,"instances":[]})"));
  EXPECT_EQ(json::parse(lines[3]).at("frame"), 2);
}

TEST_F(KeypointExport, ALostInstanceHasNeitherPointsNorABox) {
  ElementUnderTest element("keypointexport", To("json-lines"));
  Track lost = MakeTrack(64, 48);
  lost.instances[0].state = TrackState::kLost;
  lost.instances[0].points.clear();
  Push(element.Play(VideoCaps("GRAY8", 64, 48)), 0, {lost});
  const json instance = json::parse(LinesOf(path_).at(1)).at("instances").at(0);
  EXPECT_EQ(instance.at("state"), "lost");
  EXPECT_EQ(instance.at("keypoints"), json::array());
  EXPECT_TRUE(instance.at("bbox").is_null());
}

TEST_F(KeypointExport, TwoTrackersHaveTwoHeadersAndNameTheirCategory) {
  ElementUnderTest element("keypointexport", To("json-lines"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  Push(harness, 0, {MakeTrack(64, 48, "mouse"), MakeTrack(64, 48, "fly")});
  Push(harness, 1, {MakeTrack(64, 48, "mouse"), MakeTrack(64, 48, "fly")});
  const auto lines = LinesOf(path_);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(json::parse(lines[0]).at("category"), "mouse");
  EXPECT_EQ(json::parse(lines[1]).at("category"), "fly");
  EXPECT_EQ(json::parse(lines[3]).at("instances").at(0).at("category"), "mouse");
  EXPECT_EQ(json::parse(lines[3]).at("instances").at(1).at("category"), "fly");
}

/// Two tracks of the category `object`, of one support file or (`differ`) of two.
std::vector<Track> TwoObjects(bool differ) {
  std::vector<Track> tracks = {MakeTrack(64, 48, "object"), MakeTrack(64, 48, "object")};
  if (differ) {
    tracks[1].header.names = {"x", "y", "z"};
    tracks[1].header.skeleton = {{0, 2}};
  }
  return tracks;
}

TEST_F(KeypointExport, TwoTrackersOfOneCategoryAreToldApartInJsonLines) {
  for (const bool differ : {false, true}) {
    ElementUnderTest element("keypointexport", To("json-lines"));
    GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
    for (int i = 0; i < 3; ++i) Push(harness, i, TwoObjects(differ));
    const auto lines = LinesOf(path_);
    ASSERT_EQ(lines.size(), 5U) << "two headers and three frames";
    EXPECT_EQ(json::parse(lines[0]).at("category"), "object");
    EXPECT_EQ(json::parse(lines[1]).at("category"), "object 2");
    EXPECT_EQ(json::parse(lines[1]).at("keypoints").at(0), differ ? "x" : "a");
    for (std::size_t i = 2; i < lines.size(); ++i) {
      const json instances = json::parse(lines[i]).at("instances");
      EXPECT_EQ(instances.at(0).at("category"), "object");
      EXPECT_EQ(instances.at(1).at("category"), "object 2");
    }
  }
}

TEST_F(KeypointExport, FramesThatNoTrackerSawAreLinesToo) {
  ElementUnderTest element("keypointexport", To("json-lines"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  Push(harness, 0, {});
  const auto lines = LinesOf(path_);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(json::parse(lines[0]).at("category").is_null());
  EXPECT_EQ(json::parse(lines[0]).at("width"), 64);
}

TEST_F(KeypointExport, EveryLineIsWholeWhileTheStreamRuns) {
  ElementUnderTest element("keypointexport", To("json-lines"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  for (int i = 0; i < 5; ++i) {
    Push(harness, i, {MakeTrack(64, 48)});
    EXPECT_EQ(LinesOf(path_).size(), static_cast<std::size_t>(i) + 2);
    EXPECT_EQ(TextOf(path_).back(), '\n');
  }
}

TEST_F(KeypointExport, TextThatIsNotUtf8IsReplaced) {
  ElementUnderTest element("keypointexport", To("json-lines"));
  Track track = MakeTrack(64, 48);
  track.header.names[0] = "caf\xe9";
  Push(element.Play(VideoCaps("GRAY8", 64, 48)), 0, {track});
  EXPECT_EQ(json::parse(LinesOf(path_).at(0)).at("keypoints").at(0), "caf\xef\xbf\xbd");
}

TEST_F(KeypointExport, CsvHasTheLayoutOfDeepLabCut) {
  ExportThree("csv");
  const auto lines = LinesOf(path_);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], "scorer,fake,fake,fake,fake,fake,fake,fake,fake,fake");
  EXPECT_EQ(lines[1], "bodyparts,a,a,a,b,b,b,c,c,c");
  EXPECT_EQ(lines[2], "coords,x,y,likelihood,x,y,likelihood,x,y,likelihood");
  EXPECT_EQ(lines[3], "0,16,12,0.9,48,12,0.2,32,36,0.8");
  EXPECT_EQ(lines[4], "1,,,,,,,,,");
}

TEST_F(KeypointExport, CsvKeepsTheFramesBeforeTheFirstTrack) {
  ElementUnderTest element("keypointexport", To("csv"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  Push(harness, 0, {});
  Push(harness, 1, {});
  Push(harness, 2, {MakeTrack(64, 48)});
  const auto lines = LinesOf(path_);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[3], "0,,,,,,,,,");
  EXPECT_EQ(lines[5].substr(0, 5), "2,16,");
}

TEST_F(KeypointExport, CsvOfSeveralObjectsKeepsEachInItsColumns) {
  ElementUnderTest element("keypointexport", To("csv"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  Track track = MakeTrack(64, 48);
  track.header.max_instances = 2;
  track.instances.push_back(track.instances.front());
  track.instances[0].id = 7;
  track.instances[1].id = 5;
  track.instances[1].points[0].xy_in_frame.x = 1;
  Push(harness, 0, {track});
  std::swap(track.instances[0], track.instances[1]);
  Push(harness, 1, {track});
  track.instances.erase(track.instances.begin());  // 5 is gone, 9 is new
  track.instances.push_back(track.instances.front());
  track.instances[1].id = 9;
  Push(harness, 2, {track});
  const auto lines = LinesOf(path_);
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_EQ(lines[1].substr(0, 50), "individuals,individual1,individual1,individual1,in");
  EXPECT_EQ(lines[2], "bodyparts,a,a,a,b,b,b,c,c,c,a,a,a,b,b,b,c,c,c");
  const std::string seven = "16,12,0.9,48,12,0.2,32,36,0.8", five = "1,12,0.9,48,12,0.2,32,36,0.8";
  EXPECT_EQ(lines[4], "0," + seven + "," + five);
  EXPECT_EQ(lines[5], "1," + seven + "," + five);
  EXPECT_EQ(lines[6], "2," + seven + "," + seven);
}

TEST_F(KeypointExport, CsvRefusesASecondTracker) {
  ElementUnderTest element("keypointexport", To("csv"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  EXPECT_EQ(Push(harness, 0, {MakeTrack(64, 48, "mouse"), MakeTrack(64, 48, "fly")}), GST_FLOW_ERROR);
  EXPECT_NE(element.PopError().find("use json-lines"), std::string::npos);
}

TEST_F(KeypointExport, CocoIsOneDocument) {
  ExportThree("coco");
  const json root = json::parse(TextOf(path_));
  EXPECT_EQ(root.at("images").size(), 3U);
  EXPECT_EQ(root.at("images").at(1).at("id"), 2);
  EXPECT_EQ(root.at("images").at(1).at("width"), 64);
  ASSERT_EQ(root.at("annotations").size(), 2U);
  const json &annotation = root.at("annotations").at(0);
  EXPECT_EQ(annotation.at("image_id"), 1);
  EXPECT_EQ(annotation.at("keypoints"), json::parse("[16.0,12.0,2,48.0,12.0,1,32.0,36.0,1]"));
  EXPECT_EQ(annotation.at("num_keypoints"), 3);
  EXPECT_EQ(annotation.at("score"), 0.75);
  EXPECT_EQ(root.at("categories").at(0).at("skeleton"), json::parse("[[1,2],[2,3]]"));  // counts from 1
}

TEST_F(KeypointExport, TwoTrackersOfOneCategoryAreToldApartInCoco) {
  for (const bool differ : {false, true}) {
    {
      ElementUnderTest element("keypointexport", To("coco"));
      GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
      for (int i = 0; i < 2; ++i) Push(harness, i, TwoObjects(differ));
    }
    const json root = json::parse(TextOf(path_));
    ASSERT_EQ(root.at("categories").size(), 2U);
    EXPECT_EQ(root.at("categories").at(0).at("name"), "object");
    EXPECT_EQ(root.at("categories").at(1).at("id"), 2);
    EXPECT_EQ(root.at("categories").at(1).at("name"), "object 2");
    EXPECT_EQ(root.at("categories").at(1).at("keypoints").at(0), differ ? "x" : "a");
    std::vector<int> of;
    for (const json &annotation : root.at("annotations")) of.push_back(annotation.at("category_id"));
    EXPECT_EQ(of, (std::vector<int>{1, 2, 1, 2}));
  }
}

TEST_F(KeypointExport, CocoHasACategoryForEachSetOfKeypoints) {
  {
    ElementUnderTest element("keypointexport", To("coco"));
    GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
    std::vector<Track> tracks = TwoObjects(true);  // of one tracker, which got other support shots
    tracks.push_back(tracks[0]);
    tracks[2].header.skeleton.clear();
    for (int i = 0; i < 6; ++i) Push(harness, i, {tracks[static_cast<std::size_t>(i % 3)]});
  }
  const json root = json::parse(TextOf(path_));
  const json &categories = root.at("categories");
  ASSERT_EQ(categories.size(), 3U);
  EXPECT_EQ(categories.at(1).at("keypoints"), (json{"x", "y", "z"}));
  EXPECT_EQ(categories.at(1).at("skeleton"), json::parse("[[1,3]]"));
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(root.at("annotations").at(i).at("category_id"), categories.at(i % 3).at("id")) << i;
  }
}

TEST_F(KeypointExport, AStopCompletesTheFileAsAnEndDoes) {
  for (const char *format : {"json-lines", "csv", "coco"}) {
    ExportThree(format);
    const std::string at_end = TextOf(path_);
    {
      ElementUnderTest element("keypointexport", To(format));
      GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48, "framerate=25/1"));
      Track none = MakeTrack(64, 48);
      none.instances.clear();
      Push(harness, 0, {MakeTrack(64, 48)});
      Push(harness, 1, {none});
      Push(harness, 2, {MakeTrack(64, 48)});
    }
    EXPECT_EQ(TextOf(path_), at_end) << format;
  }
}

TEST_F(KeypointExport, AnEmptyStreamGivesAFileThatCanBeRead) {
  for (const char *format : {"json-lines", "csv", "coco"}) {
    {
      ElementUnderTest element("keypointexport", To(format));
      gst_harness_push_event(element.Play(VideoCaps("GRAY8", 64, 48)), gst_event_new_eos());
    }
    EXPECT_NE(TextOf(path_), "") << format;
  }
  EXPECT_TRUE(json::parse(TextOf(path_)).at("images").empty());
}

TEST_F(KeypointExport, AnOldFileStaysUntilThereIsAFrame) {
  const std::string old(10000, '~');
  for (const char *format : {"json-lines", "csv", "coco"}) {
    SCOPED_TRACE(format);
    folder_.Write("out.txt", old);
    {
      ElementUnderTest element("keypointexport", To(format));  // as where an element upstream fails to start
      EXPECT_NE(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
      element.Play(VideoCaps("GRAY8", 64, 48));  // or at the first frame
    }
    EXPECT_EQ(TextOf(path_), old);
    {
      ElementUnderTest element("keypointexport", To(format));
      EXPECT_NE(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
      GstPad *pad = gst_element_get_static_pad(element.get(), "sink");
      gst_pad_send_event(pad, gst_event_new_stream_start("of a source that gives nothing"));
      gst_pad_send_event(pad, gst_event_new_eos());
      gst_object_unref(pad);
    }
    EXPECT_EQ(TextOf(path_), old);
    ExportThree(format);
    EXPECT_EQ(TextOf(path_).find('~'), std::string::npos) << "nothing of it is left then";
  }
}

TEST_F(KeypointExport, AFileOfNoFramesIsNotLeftBehind) {
  for (const char *format : {"json-lines", "csv", "coco"}) {
    {
      ElementUnderTest element("keypointexport", To(format));
      element.Play(VideoCaps("GRAY8", 64, 48));
      EXPECT_TRUE(std::filesystem::exists(path_)) << "whether it can be written shows at the start";
    }
    EXPECT_FALSE(std::filesystem::exists(path_)) << format;
  }
}

TEST_F(KeypointExport, APipeTakesLinesToo) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ExportThree("json-lines");
  char text[4096];
  const ssize_t size = read(reader, text, sizeof text);
  close(reader);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::count(text, text + size, '\n'), 4);
}

TEST_F(KeypointExport, FramesPassUntouched) {
  ElementUnderTest element("keypointexport", To("json-lines"));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  GstBuffer *frame = MakeFrame("GRAY8", 64, 48);
  GstBuffer *out = gst_harness_push_and_pull(harness, gst_buffer_ref(frame));
  EXPECT_EQ(out, frame);
  gst_buffer_unref(out);
  gst_buffer_unref(frame);
}

// ---- errors ----

std::string ErrorAtStart(const std::string &file_path) {
  ElementUnderTest element("keypointexport", {{"file-path", file_path}});
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  return element.PopError();
}

TEST_F(KeypointExport, AFileThatCannotBeWrittenIsNamed) {
  const std::string open_write = "gst-resource-error-quark/" + std::to_string(GST_RESOURCE_ERROR_OPEN_WRITE);
  for (const std::string &path : {std::string("/nowhere/out.jsonl"), folder_.Path("")}) {
    const std::string error = ErrorAtStart(path);
    EXPECT_EQ(error.find(open_write), 0U) << error;
    EXPECT_NE(error.find(path), std::string::npos) << error;
  }
  EXPECT_NE(ErrorAtStart("").find("neither file-path nor mqtt-url is set"), std::string::npos);
}

TEST_F(KeypointExport, AFullDiskIsOneError) {
  for (const char *format : {"json-lines", "csv", "coco"}) {
    ElementUnderTest element("keypointexport", {{"file-path", "/dev/full"}, {"file-format", format}});
    GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
    Push(harness, 0, {MakeTrack(64, 48)});
    Push(harness, 1, {MakeTrack(64, 48)});
    gst_harness_push_event(harness, gst_event_new_eos());
    const std::string error = element.PopError();
    EXPECT_EQ(error.find("gst-resource-error-quark/" + std::to_string(GST_RESOURCE_ERROR_NO_SPACE_LEFT)), 0U) << error;
    EXPECT_EQ(element.PopError(), "") << format;
  }
}

}  // namespace
}  // namespace kpt::gst
