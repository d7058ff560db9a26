// See element_fixture.h. Also starts GStreamer, and registers our elements, before the first test.
#include "testing/element_fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <opencv2/imgcodecs.hpp>

#include "elements.h"
#include "kpt/estimator.h"
#include "testing_hooks.h"

namespace kpt::gst::testing {
namespace {

class GstEnvironment : public ::testing::Environment {
 public:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    ASSERT_TRUE(RegisterElements(nullptr));
  }
  void TearDown() override { gst_deinit(); }  // where GST_TRACERS=leaks reports what is still alive
};
const auto *const kEnvironment = ::testing::AddGlobalTestEnvironment(new GstEnvironment);

class FakeEstimator : public Estimator {
 public:
  explicit FakeEstimator(std::shared_ptr<FakeBehaviour> behaviour) : behaviour_(std::move(behaviour)) {}

  int crop_size() const override {
    ThrowIn("crop_size");
    return 64;
  }
  std::string model_name() const override {
    ThrowIn("model_name");
    return "fake";
  }
  std::unique_ptr<Estimator> ShareNetwork() const override { return std::make_unique<FakeEstimator>(behaviour_); }
  void SetSupport(const std::vector<SupportCrop> &shots, const std::vector<Link> &) override {
    ThrowIn("SetSupport");
    behaviour_->shots = static_cast<int>(shots.size());
  }
  std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) override {
    ThrowIn("Estimate");
    ++behaviour_->estimates;
    const float confidence = behaviour_->confidence;
    const CropEstimate estimate = {{{20, 20}, confidence, 0}, {{44, 20}, confidence, 0}, {{32, 44}, confidence, 0}};
    return std::vector<CropEstimate>(queries.size(), estimate);
  }

 private:
  void ThrowIn(const char *method) const {
    if (behaviour_->throw_in == method) behaviour_->thrower();
  }
  std::shared_ptr<FakeBehaviour> behaviour_;
};

std::string Describe(GstMessage *message) {
  if (message == nullptr) return "";
  GError *error = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &error, nullptr);
  } else {
    gst_message_parse_warning(message, &error, nullptr);
  }
  const std::string text =
      std::string(g_quark_to_string(error->domain)) + "/" + std::to_string(error->code) + ": " + error->message;
  g_error_free(error);
  gst_message_unref(message);
  return text;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "kpt-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string &name, const std::string &text) const {
  std::ofstream(Path(name)) << text;
  return Path(name);
}

std::string WriteSupport(const TemporaryFolder &folder, const std::string &category) {
  cv::Mat picture(64, 64, CV_8UC3);
  cv::randu(picture, 0, 255);
  cv::imwrite(folder.Path("shot.png"), picture);
  return folder.Write(category + ".yaml", "category: " + category +
                                              "\nkeypoints: [a, b, c]\nskeleton: [[a, b], [b, c]]\nshots:\n"
                                              "  - image: shot.png\n    box: [10, 10, 44, 44]\n"
                                              "    points: {a: [20, 20], b: [44, 20], c: [32, 44]}\n");
}

FakeNetwork::FakeNetwork() {
  SetEstimatorFactoryForTesting([behaviour = behaviour_](const EstimatorSettings &) -> Result<LoadedEstimator> {
    ++behaviour->loads;
    LoadedEstimator loaded;
    loaded.estimator = std::make_unique<FakeEstimator>(behaviour);
    loaded.device = "cpu";
    return loaded;
  });
}

FakeNetwork::~FakeNetwork() { SetEstimatorFactoryForTesting({}); }

ElementUnderTest::ElementUnderTest(const char *factory, const Properties &properties)
    : element_(gst_element_factory_make(factory, nullptr)), bus_(gst_bus_new()) {
  gst_object_ref_sink(element_);
  gst_element_set_bus(element_, bus_);
  for (const auto &[name, value] : properties) {
    gst_util_set_object_arg(G_OBJECT(element_), name.c_str(), value.c_str());
  }
}

ElementUnderTest::~ElementUnderTest() {
  if (harness_ != nullptr) gst_harness_teardown(harness_);
  gst_element_set_state(element_, GST_STATE_NULL);
  gst_element_set_bus(element_, nullptr);
  gst_object_unref(element_);
  gst_object_unref(bus_);
}

GstHarness *ElementUnderTest::Play(const std::string &caps, const std::function<void(GstHarness *)> &prepare) {
  harness_ = gst_harness_new_with_element(element_, "sink", "src");
  if (prepare) prepare(harness_);
  gst_harness_set_src_caps_str(harness_, caps.c_str());
  return harness_;
}

GstMessage *ElementUnderTest::Pop(GstMessageType types) { return gst_bus_pop_filtered(bus_, types); }
std::string ElementUnderTest::PopError() { return Describe(Pop(GST_MESSAGE_ERROR)); }
std::string ElementUnderTest::PopWarning() { return Describe(Pop(GST_MESSAGE_WARNING)); }
std::string ElementUnderTest::PopProblem() {
  return Describe(Pop(static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING)));
}

std::string ElementUnderTest::PopElementMessage(const char *name) {
  while (GstMessage *message = Pop(GST_MESSAGE_ELEMENT)) {
    std::string text;
    if (gst_message_has_name(message, name)) {
      gchar *chars = gst_structure_to_string(gst_message_get_structure(message));
      text = chars;
      g_free(chars);
    }
    gst_message_unref(message);
    if (!text.empty()) return text;
  }
  return "";
}

std::string VideoCaps(const std::string &format, int width, int height, const std::string &more) {
  return "video/x-raw,format=" + format + ",width=" + std::to_string(width) + ",height=" + std::to_string(height) +
         (more.empty() ? "" : "," + more);
}

GstBuffer *MakeFrame(const std::string &format, int width, int height, const FrameOptions &options) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, gst_video_format_from_string(format.c_str()), static_cast<guint>(width),
                            static_cast<guint>(height));
  const bool padded = options.extra_stride > 0 || options.offset > 0;
  gsize size = static_cast<gsize>(options.offset);
  for (guint plane = 0; plane < GST_VIDEO_INFO_N_PLANES(&info); ++plane) {
    const gint rows = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(info.finfo, plane, height);
    if (padded) {
      GST_VIDEO_INFO_PLANE_OFFSET(&info, plane) = size;
      GST_VIDEO_INFO_PLANE_STRIDE(&info, plane) += options.extra_stride;
    }
    size += static_cast<gsize>(GST_VIDEO_INFO_PLANE_STRIDE(&info, plane) * rows);
  }
  GstBuffer *buffer = gst_buffer_new_allocate(nullptr, padded ? size : GST_VIDEO_INFO_SIZE(&info), nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; ++i) map.data[i] = static_cast<guint8>(options.fill + (i * 7919 + i / 13) % 23);
  gst_buffer_unmap(buffer, &map);
  if (padded) {
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                   static_cast<guint>(width), static_cast<guint>(height),
                                   GST_VIDEO_INFO_N_PLANES(&info), info.offset, info.stride);
  }
  GST_BUFFER_PTS(buffer) = options.pts;
  return buffer;
}

std::vector<guint8> BytesOf(GstBuffer *buffer) {
  std::vector<guint8> bytes(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

Track MakeTrack(int width, int height, const std::string &category) {
  Track track;
  track.header = {width, height, category, "fake", {"a", "b", "c"}, {{0, 1}, {1, 2}}};
  const float w = static_cast<float>(width);
  const float h = static_cast<float>(height);
  Instance instance;
  instance.id = 1;
  instance.state = TrackState::kTracked;
  instance.confidence = 0.75F;
  instance.box = {0.25F * w, 0.25F * h, 0.5F * w, 0.5F * h};
  instance.points = {{{0.25F * w, 0.25F * h}, {0.25F * w + 0.5F, 0.25F * h}, 0.9F, Visibility::kVisible},
                     {{0.75F * w, 0.25F * h}, {0.75F * w, 0.25F * h + 0.5F}, 0.2F, Visibility::kHidden},
                     {{0.5F * w, 0.75F * h}, {0.5F * w, 0.75F * h}, 0.8F, Visibility::kProjected}};
  track.instances = {instance};
  return track;
}

GstBuffer *WithTrack(GstBuffer *buffer, const Track &track) {
  AddTrack(buffer, track.header, track.instances);
  return buffer;
}

}  // namespace kpt::gst::testing
