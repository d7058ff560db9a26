// keypointtrack beside GStreamer's CUDA elements, on a driver whose GPU is this machine's memory
// (stub_cuda_driver.cpp): the shared context, and frames in GPU memory. No kernel runs here; the network is a fake on
// the CPU.
#define GST_USE_UNSTABLE_API
#include <gst/cuda/gstcudautils.h>
#include <gtest/gtest.h>

#include <cstring>

#include "keypoint_meta.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

/// What the element answers to a neighbour that asks for a context of this type; null: nothing.
GstCudaContext *AskFor(GstElement *element, const char *pad_name, const char *type) {
  GstQuery *query = gst_query_new_context(type);
  GstPad *pad = gst_element_get_static_pad(element, pad_name);
  GstContext *context = nullptr;
  GstCudaContext *answer = nullptr;
  if (gst_pad_query(pad, query)) gst_query_parse_context(query, &context);
  if (context != nullptr) {
    gst_structure_get(gst_context_get_structure(context), GST_CUDA_CONTEXT_TYPE, GST_TYPE_CUDA_CONTEXT, &answer,
                      nullptr);
    if (answer != nullptr) gst_object_unref(answer);  // the element keeps it
  }
  gst_object_unref(pad);
  gst_query_unref(query);
  return answer;
}

TEST(CudaFrames, NeighboursGetOnePrimaryContext) {
  ASSERT_TRUE(gst_cuda_load_library());
  ElementUnderTest element("keypointtrack", {});
  GstCudaContext *first = AskFor(element.get(), "sink", GST_CUDA_CONTEXT_TYPE);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(AskFor(element.get(), "src", GST_CUDA_CONTEXT_TYPE), first);
  EXPECT_EQ(AskFor(element.get(), "sink", "gst.gl.GLDisplay"), nullptr) << "not ours to answer";

  ElementUnderTest second("keypointtrack", {});
  GstCudaContext *other = AskFor(second.get(), "sink", GST_CUDA_CONTEXT_TYPE);
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(gst_cuda_context_get_handle(other), gst_cuda_context_get_handle(first)) << "there is one primary context";
}

TEST(CudaFrames, NoContextForTheCpuOrADeviceThatIsNotThere) {
  for (const char *device : {"cpu", "cuda:7"}) {
    ElementUnderTest element("keypointtrack", {{"device", device}});
    EXPECT_EQ(AskFor(element.get(), "sink", GST_CUDA_CONTEXT_TYPE), nullptr) << device;
  }
}

TEST(CudaFrames, FramesInGpuMemoryAreTrackedOnTheCpuToo) {
  ASSERT_TRUE(gst_cuda_load_library());
  constexpr int kWidth = 320, kHeight = 240;
  const TemporaryFolder folder;
  const FakeNetwork network;
  ElementUnderTest element("keypointtrack", {{"support-file", WriteSupport(folder)}});
  const std::string caps = VideoCaps("NV12", kWidth, kHeight);
  std::string cuda_caps = caps;
  cuda_caps.replace(0, std::strlen("video/x-raw"), "video/x-raw(memory:CUDAMemory)");
  GstHarness *harness = element.Play(cuda_caps);

  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, kWidth, kHeight);
  gst_cuda_memory_init_once();
  GstAllocator *allocator = gst_allocator_find(GST_CUDA_MEMORY_TYPE_NAME);
  GstCudaContext *context = gst_cuda_context_new(0);
  GstMemory *memory = gst_cuda_allocator_alloc(GST_CUDA_ALLOCATOR(allocator), context, &info);
  ASSERT_NE(memory, nullptr);
  GstBuffer *buffer = gst_buffer_new();
  gst_buffer_append_memory(buffer, memory);
  GstVideoInfo &layout = GST_CUDA_MEMORY_CAST(memory)->info;
  gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12, kWidth, kHeight, 2,
                                 layout.offset, layout.stride);
  GST_BUFFER_PTS(buffer) = 0;

  ASSERT_EQ(gst_harness_push(harness, buffer), GST_FLOW_OK) << element.PopError();
  GstBuffer *out = gst_harness_pull(harness);
  EXPECT_EQ(gst_buffer_peek_memory(out, 0), memory) << "the frame itself went through";
  EXPECT_EQ(element.PopWarning(), "");
  EXPECT_FALSE(ReadTracks(out).empty());
  gst_buffer_unref(out);
  gst_object_unref(context);
  gst_object_unref(allocator);
}

TEST(CudaFrames, BetweenCudaElementsNobodyMakesAContextOfItsOwn) {
  const TemporaryFolder folder;
  const FakeNetwork network;
  ElementUnderTest registered("keypointtrack", {});  // so that gst_parse_launch knows it
  const std::string line =
      "videotestsrc num-buffers=3 ! video/x-raw,format=NV12,width=320,height=240 ! cudaupload ! "
      "video/x-raw(memory:CUDAMemory) ! keypointtrack support-file=" +
      WriteSupport(folder) + " ! cudadownload ! fakesink";
  GError *error = nullptr;
  GstElement *pipeline = gst_parse_launch(line.c_str(), &error);
  ASSERT_EQ(error, nullptr) << error->message;
  GstBus *bus = gst_element_get_bus(pipeline);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const auto wanted = static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_HAVE_CONTEXT);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, wanted);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(GST_MESSAGE_TYPE(message), GST_MESSAGE_EOS) << GST_MESSAGE_SRC_NAME(message);
  gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
}

}  // namespace
}  // namespace kpt::gst
