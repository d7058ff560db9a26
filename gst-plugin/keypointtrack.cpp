// The GObject side of `keypointtrack`: type, pads, properties, signal. What the element does is in track_element.cpp.
#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include "element_glue.h"
#include "elements.h"
#include "frame_view.h"
#include "guard.h"
#include "keypoint_meta.h"
#include "track_element.h"

using kpt::gst::Guard;
using kpt::gst::GuardVoid;
using kpt::gst::IdOf;
using kpt::gst::ReadOnlyProperty;
using kpt::gst::TrackElement;

GST_DEBUG_CATEGORY(gst_keypoint_track_debug);
#define GST_CAT_DEFAULT gst_keypoint_track_debug

struct GstKeypointTrack {
  GstBaseTransform parent;
  TrackElement *impl;
};
struct GstKeypointTrackClass {
  GstBaseTransformClass parent_class;
  void (*reset)(GstKeypointTrack *self);
  void (*reinit)(GstKeypointTrack *self, guint id, const GstStructure *points);
  void (*set_support)(GstKeypointTrack *self, const gchar *path);
};
G_DEFINE_TYPE(GstKeypointTrack, gst_keypoint_track, GST_TYPE_BASE_TRANSFORM)

namespace {

using Callbacks = kpt::gst::Glue<GstKeypointTrack>;

void Reset(GstKeypointTrack *self) {
  auto &impl = Callbacks::ImplOf(self);
  GuardVoid(GST_ELEMENT(self), impl.gate, "reset", [&] { impl.RequestReset(); });
}

void Reinit(GstKeypointTrack *self, guint id, const GstStructure *points) {
  auto &impl = Callbacks::ImplOf(self);
  GuardVoid(GST_ELEMENT(self), impl.gate, "reinit", [&] { impl.RequestReinit(id, points); });
}

void SetSupport(GstKeypointTrack *self, const gchar *path) {
  auto &impl = Callbacks::ImplOf(self);
  GuardVoid(GST_ELEMENT(self), impl.gate, "set_support", [&] { impl.RequestSupport(path); });
}

/// A signal that applications emit; `handler` is the class's member that it runs.
template <typename... Types>
void InstallAction(gpointer klass, const char *name, guint handler, Types... types) {
  g_signal_new(name, G_TYPE_FROM_CLASS(klass), static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION), handler,
               nullptr, nullptr, nullptr, G_TYPE_NONE, sizeof...(types), types...);
}

gboolean Query(GstBaseTransform *trans, GstPadDirection direction, GstQuery *query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_CONTEXT) {
    auto &impl = Callbacks::ImplOf(trans);
    const bool answered =
        Guard(GST_ELEMENT(trans), impl.gate, "query", false, [&] { return impl.AnswerContext(query); });
    return answered || Callbacks::Parent()->query(trans, direction, query);
  }
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC) {
    return Callbacks::Parent()->query(trans, direction, query);
  }
  auto &impl = Callbacks::ImplOf(trans);
  return Guard(GST_ELEMENT(trans), impl.gate, "query", FALSE, [&] { return gboolean{impl.AnswerLatency(query)}; });
}

gboolean SrcEvent(GstBaseTransform *trans, GstEvent *event) {
  auto &impl = Callbacks::ImplOf(trans);
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS) {
    GstClockTimeDiff late = 0;
    gst_event_parse_qos(event, nullptr, nullptr, &late, nullptr);
    GuardVoid(GST_ELEMENT(trans), impl.gate, "src_event", [&] { impl.OnQos(late); });
  }
  return Callbacks::Parent()->src_event(trans, event);
}

gboolean ProposeAllocation(GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query) {
  if (!Callbacks::Parent()->propose_allocation(trans, decide_query, query)) return FALSE;
  return Guard(GST_ELEMENT(trans), Callbacks::ImplOf(trans).gate, "propose_allocation", FALSE, [&] {
    if (!gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr)) {
      gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
    }
    return TRUE;
  });
}

void InstallReadOnlyProperties(GObjectClass *klass) {
  const auto flags = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      klass, IdOf(ReadOnlyProperty::kState),
      g_param_spec_enum("state", "state", "State of the track (of the first instance)", kpt::gst::TrackStateType(),
                        static_cast<int>(kpt::TrackState::kSearching), flags));
  g_object_class_install_property(
      klass, IdOf(ReadOnlyProperty::kStats),
      g_param_spec_boxed("stats", "stats",
                         "Counts of frames, losses and reacquisitions; frames a second; mean and 95th percentile of "
                         "each stage in ms",
                         GST_TYPE_STRUCTURE, flags));
}

}  // namespace

static void gst_keypoint_track_class_init(GstKeypointTrackClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  auto *transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  GST_DEBUG_CATEGORY_INIT(gst_keypoint_track_debug, "keypointtrack", 0, "keypoint tracker");
  kpt::gst::RegisterKeypointMeta();

  Callbacks::Install(klass);
  Callbacks::InstallTransform(klass);
  kpt::gst::InstallProperties(object_class, kpt::gst::TrackProperties());
  InstallReadOnlyProperties(object_class);

  klass->reset = Reset;
  klass->reinit = Reinit;
  klass->set_support = SetSupport;
  InstallAction(klass, "reset", G_STRUCT_OFFSET(GstKeypointTrackClass, reset));
  InstallAction(klass, "reinit", G_STRUCT_OFFSET(GstKeypointTrackClass, reinit), G_TYPE_UINT, GST_TYPE_STRUCTURE);
  InstallAction(klass, "set-support", G_STRUCT_OFFSET(GstKeypointTrackClass, set_support), G_TYPE_STRING);

  gst_element_class_set_static_metadata(element_class, "Keypoint tracker", "Analyzer/Video",
                                        "Follows the keypoints of any object, given a few annotated shots of it, and "
                                        "attaches them to the frames as metadata",
                                        KPT_AUTHOR);
  GstCaps *caps = kpt::gst::TrackCaps();
  gst_element_class_add_pad_template(element_class, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template(element_class, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);

  transform_class->query = Query;
  transform_class->src_event = SrcEvent;
  transform_class->propose_allocation = ProposeAllocation;
}

static void gst_keypoint_track_init(GstKeypointTrack *self) {
  self->impl = new TrackElement(GST_BASE_TRANSFORM(self));
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}
