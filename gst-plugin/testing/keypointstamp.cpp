// `keypointstamp`, an element for the tests of metadata: gives every frame the same three keypoints, as keypointtrack
// would, without a network. A module of its own, so that it builds wherever there is GStreamer: without LibTorch.
#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <exception>

#include "metadata_writer.h"

namespace {

using namespace kpt;
using namespace kpt::gst;

struct KeypointStamp {
  GstBaseTransform parent;
  GstVideoInfo info;
  MetadataWriter *writer;
};
struct KeypointStampClass {
  GstBaseTransformClass parent_class;
};
G_DEFINE_TYPE(KeypointStamp, keypoint_stamp, GST_TYPE_BASE_TRANSFORM)

GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));

gboolean SetCaps(GstBaseTransform *trans, GstCaps *caps, GstCaps *) {
  return gst_video_info_from_caps(&reinterpret_cast<KeypointStamp *>(trans)->info, caps);
}

GstFlowReturn Stamp(GstBaseTransform *trans, GstBuffer *buffer) {
  auto *self = reinterpret_cast<KeypointStamp *>(trans);
  const auto width = static_cast<float>(self->info.width), height = static_cast<float>(self->info.height);
  const TrackHeader header = {self->info.width, self->info.height, "thing", "stamp", {"a", "b", "c"}, {{0, 1}, {1, 2}}};
  Instance instance;
  instance.id = 7;
  instance.state = TrackState::kTracked;
  instance.confidence = 0.75F;
  instance.box = {width / 4, height / 4, width / 4, height / 4};
  for (const Point2 at : {Point2{width / 4, height / 4}, {width / 2, height / 4}, {width / 2, height / 2}}) {
    instance.points.push_back({at, at, 0.75F, Visibility::kVisible});
  }
  try {
    self->writer->Write(buffer, header, {instance});
  } catch (const std::exception &error) {
    GST_ELEMENT_ERROR(self, LIBRARY, FAILED, ("%s", error.what()), (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

void Finalize(GObject *object) {
  delete reinterpret_cast<KeypointStamp *>(object)->writer;
  G_OBJECT_CLASS(keypoint_stamp_parent_class)->finalize(object);
}

void keypoint_stamp_class_init(KeypointStampClass *klass) {
  G_OBJECT_CLASS(klass)->finalize = Finalize;
  auto *element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_set_static_metadata(element_class, "Keypoint stamp", "Analyzer/Video",
                                        "Gives every frame the same three keypoints", KPT_AUTHOR);
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  GST_BASE_TRANSFORM_CLASS(klass)->set_caps = SetCaps;
  GST_BASE_TRANSFORM_CLASS(klass)->transform_ip = Stamp;
  RegisterKeypointMeta();
}

void keypoint_stamp_init(KeypointStamp *self) {
  self->writer = new MetadataWriter(MetadataKind::kAuto);
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}

gboolean Register(GstPlugin *plugin) {
  return gst_element_register(plugin, "keypointstamp", GST_RANK_NONE, keypoint_stamp_get_type());
}

}  // namespace

#define PACKAGE "gst-keypoints"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, keypointstamp, "Keypoints without a tracker, for tests",
                  Register, "1", "Apache 2.0", "gst-keypoints", "gst-keypoints")
