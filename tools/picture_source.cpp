// See picture_source.h.
#include "picture_source.h"

#include <gst/app/gstappsrc.h>

#include <cstring>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "kpt/base/error.h"
#include "kpt/data/picture.h"

namespace kpt::tools {
namespace {

constexpr int kFramesPerSecond = 30;

/// What the source's callback keeps between pictures.
struct Feed {
  TrackInput input;
  std::size_t next = 0;
  cv::Size size;
};

void SetCaps(GstAppSrc *source, cv::Size size) {
  GstCaps *caps =
      gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "BGR", "width", G_TYPE_INT, size.width, "height",
                          G_TYPE_INT, size.height, "framerate", GST_TYPE_FRACTION, kFramesPerSecond, 1, nullptr);
  gst_app_src_set_caps(source, caps);
  gst_caps_unref(caps);
}

/// GStreamer's raw video pads rows to multiples of four bytes.
GstBuffer *AsBuffer(const cv::Mat &picture, std::size_t index) {
  const std::size_t row = picture.cols * picture.elemSize();
  const std::size_t stride = GST_ROUND_UP_4(row);
  GstBuffer *buffer = gst_buffer_new_allocate(nullptr, stride * picture.rows, nullptr);
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
    for (int y = 0; y < picture.rows; ++y) std::memcpy(map.data + stride * y, picture.ptr(y), row);
    gst_buffer_unmap(buffer, &map);
  }
  GST_BUFFER_PTS(buffer) = gst_util_uint64_scale_int(index, GST_SECOND, kFramesPerSecond);
  GST_BUFFER_DURATION(buffer) = gst_util_uint64_scale_int(GST_SECOND, 1, kFramesPerSecond);
  return buffer;
}

void PushNext(GstAppSrc *source, Feed *feed) {
  if (feed->next == feed->input.pictures.size()) {
    gst_app_src_end_of_stream(source);
    return;
  }
  const std::string &path = feed->input.pictures[feed->next];
  const cv::Mat picture = data::ReadPicture(path);
  if (feed->next == 0) {
    feed->size = picture.size();
    SetCaps(source, feed->size);
  } else if (picture.size() != feed->size) {
    throw Error(ErrorCode::kInput, "'" + path + "' is " + std::to_string(picture.cols) + "x" +
                                       std::to_string(picture.rows) + ", the pictures before it " +
                                       std::to_string(feed->size.width) + "x" + std::to_string(feed->size.height) +
                                       "; the pictures of a sequence must have one size.");
  }
  gst_app_src_push_buffer(source, AsBuffer(picture, feed->next++));
}

void OnNeedData(GstAppSrc *source, guint, gpointer feed) {
  try {
    PushNext(source, static_cast<Feed *>(feed));
  } catch (const std::exception &error) {  // no exception may pass through GStreamer
    GST_ELEMENT_ERROR(source, RESOURCE, READ, ("%s", error.what()), (nullptr));
    gst_app_src_end_of_stream(source);
  }
}

/// Tells the results' header where the frames come from; an appsrc itself does not know.
GstPadProbeReturn AnswerUri(GstPad *, GstPadProbeInfo *info, gpointer feed) {
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
  if (GST_QUERY_TYPE(query) != GST_QUERY_URI) return GST_PAD_PROBE_OK;
  gst_query_set_uri(query, static_cast<Feed *>(feed)->input.uri.c_str());
  return GST_PAD_PROBE_HANDLED;
}

}  // namespace

GstElement *MakePictureSource(const TrackInput &input) {
  GstElement *element = gst_element_factory_make("appsrc", nullptr);
  if (element == nullptr)
    throw Error(ErrorCode::kInternal, "GStreamer has no appsrc; install gstreamer1.0-plugins-base.");
  auto feed = std::make_unique<Feed>(Feed{input, 0, {}});
  const guint64 duration_ns = gst_util_uint64_scale_int(input.pictures.size(), GST_SECOND, kFramesPerSecond);
  g_object_set(element, "format", GST_FORMAT_TIME, "max-buffers", guint64{2}, "max-bytes", guint64{0}, "duration",
               duration_ns, nullptr);

  GstAppSrcCallbacks callbacks{};
  callbacks.need_data = OnNeedData;
  Feed *shared = feed.release();  // the element owns it from here on
  gst_app_src_set_callbacks(GST_APP_SRC(element), &callbacks, shared,
                            [](gpointer p) { delete static_cast<Feed *>(p); });
  GstPad *pad = gst_element_get_static_pad(element, "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, AnswerUri, shared, nullptr);
  gst_object_unref(pad);
  return element;
}

}  // namespace kpt::tools
