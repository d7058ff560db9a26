// `keypointoverlay`: draws the keypoints in a frame's metadata, into its pixels or, where downstream blends such, as a
// layer attached to it. The drawing is in overlay_painter.cpp, the choice in overlay_negotiation.cpp.
#include <gst/video/gstvideofilter.h>
#include <gst/video/video.h>

#include <mutex>
#include <optional>
#include <utility>

#include "element_glue.h"
#include "elements.h"
#include "frame_view.h"
#include "guard.h"
#include "keypoint_meta.h"
#include "overlay_layer.h"
#include "overlay_negotiation.h"
#include "overlay_painter.h"
#include "property_table.h"

GST_DEBUG_CATEGORY_STATIC(gst_keypoint_overlay_debug);
#define GST_CAT_DEFAULT gst_keypoint_overlay_debug

namespace kpt::gst {
namespace {

KPT_DEFINE_ENUM(ColourByType, "GstKeypointColorBy",
                {static_cast<int>(ColourBy::kKeypoint), "A colour for each keypoint", "keypoint"},
                {static_cast<int>(ColourBy::kInstance), "A colour for each object", "instance"},
                {static_cast<int>(ColourBy::kConfidence), "From red (not sure) to green (sure)", "confidence"})

const PropertyTable<OverlaySettings> &OverlayProperties() {
  using S = OverlaySettings;
  static const PropertyTable<S> kTable = {
      {"draw-skeleton", "Draw the links between keypoints", kControllable, BoolField<S>{&S::draw_skeleton}},
      {"draw-labels", "Write the names of the keypoints beside them", kControllable, BoolField<S>{&S::draw_labels}},
      {"draw-boxes", "Draw the hull of each object with its category, id, state and confidence", kControllable,
       BoolField<S>{&S::draw_boxes}},
      {"draw-trails", "Draw where each keypoint was in the last frames", kControllable, BoolField<S>{&S::draw_trails}},
      {"trail-length", "Frames that a trail reaches back", kControllable, IntField<S>{&S::trail_length, 1, 1000}},
      {"point-radius", "Radius of points in pixels (0: from the sizes of the frame and the object)", kControllable,
       FloatField<S>{&S::point_radius, 0, 1000}},
      {"line-thickness", "Thickness of lines in pixels (0: from the sizes of the frame and the object)", kControllable,
       FloatField<S>{&S::line_thickness, 0, 1000}},
      {"confidence-threshold", "Points less sure than this are not drawn", kControllable,
       FloatField<S>{&S::confidence_threshold, 0, 1}},
      {"color-by", "What the colour of points and links tells apart", kControllable,
       MakeEnumField<S, &S::colour_by>(&ColourByType)},
      {"expire-overlay", "How long to go on drawing the last keypoints over frames that carry none, in ns",
       kControllable, TimeField<S>{&S::expire_overlay_ns}},
  };
  return kTable;
}

class OverlayElement {
 public:
  explicit OverlayElement(GstBaseTransform *element) : element_(element) {}

  void SetProperty(guint id, const GValue *value) {
    const std::lock_guard lock(mutex_);
    if (const auto *row = RowOf(OverlayProperties(), id)) SetFromValue(*row, value, settings_);
  }

  void GetProperty(guint id, GValue *value) {
    const std::lock_guard lock(mutex_);
    if (const auto *row = RowOf(OverlayProperties(), id)) GetIntoValue(*row, settings_, value);
  }

  void Start() {
    Forget();
    warned_ = false;
  }
  void Stop() { Forget(); }

  void OnSinkEvent(GstEvent *event) {
    const GstEventType type = GST_EVENT_TYPE(event);
    if (type == GST_EVENT_FLUSH_STOP || type == GST_EVENT_STREAM_START) Forget();
    if (type != GST_EVENT_CAPS) return;
    GstCaps *caps = nullptr;
    gst_event_parse_caps(event, &caps);
    negotiation.Decide(GST_BASE_TRANSFORM_SRC_PAD(element_), caps);
  }

  void OnReconfigure() {
    GstCaps *caps = gst_pad_get_current_caps(GST_BASE_TRANSFORM_SINK_PAD(element_));
    if (caps == nullptr) return;
    negotiation.Decide(GST_BASE_TRANSFORM_SRC_PAD(element_), caps);
    gst_caps_unref(caps);
  }

  /// Into the frame's pixels.
  void Draw(GstVideoFrame *frame) {
    if (HasSomethingToDraw(frame->buffer)) Paint(frame);
  }

  /// As a layer beside the pixels of `buffer`, which are those of a frame of this size.
  void Attach(GstBuffer *buffer, int width, int height) {
    if (!HasSomethingToDraw(buffer)) return;
    if (negotiation.blender() == Blender::kNobody) WarnOnce();
    if (!layer_ || GST_VIDEO_FRAME_WIDTH(layer_->frame()) != width ||
        GST_VIDEO_FRAME_HEIGHT(layer_->frame()) != height) {
      layer_.emplace(width, height);
    }
    layer_->MoveTo(buffer, Paint(layer_->frame()));
  }

  ErrorGate gate;
  OverlayNegotiation negotiation;

 private:
  /// Takes over what changed, and the buffer's tracks.
  bool HasSomethingToDraw(GstBuffer *buffer) {
    SyncControlledProperties(buffer);
    {
      const std::lock_guard lock(mutex_);
      drawn_with_ = settings_;
    }
    return !TracksFor(buffer, drawn_with_.expire_overlay_ns).empty();
  }

  void WarnOnce() {
    if (std::exchange(warned_, true)) return;
    PostSettingsWarning(GST_ELEMENT(element_),
                        "The keypoints may not be seen: keypointoverlay cannot draw into frames of this format, and no "
                        "element after it says that it blends overlays; put a videoconvert before keypointoverlay.",
                        "at the first keypoints");
  }

  /// The part of `frame` that was painted.
  GstVideoRectangle Paint(GstVideoFrame *frame) {
    Canvas canvas(frame);
    painter_.Paint(tracks_, drawn_with_, &canvas);
    return canvas.touched();
  }

  void SyncControlledProperties(GstBuffer *buffer) {
    const GstClockTime time = gst_segment_to_stream_time(&element_->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time)) gst_object_sync_values(GST_OBJECT(element_), time);
  }

  /// The buffer's own tracks, or for a while those of the last buffer that had some.
  const std::vector<Track> &TracksFor(GstBuffer *buffer, guint64 expire_ns) {
    const GstClockTime pts = GST_BUFFER_PTS(buffer);
    std::vector<Track> tracks = ReadTracks(buffer);
    if (!tracks.empty()) {
      tracks_ = std::move(tracks);
      tracks_pts_ = pts;
      return tracks_;
    }
    const bool timed = GST_CLOCK_TIME_IS_VALID(pts) && GST_CLOCK_TIME_IS_VALID(tracks_pts_) && pts >= tracks_pts_;
    if (!timed || pts - tracks_pts_ >= expire_ns) tracks_.clear();
    return tracks_;
  }

  void Forget() {
    tracks_.clear();
    tracks_pts_ = GST_CLOCK_TIME_NONE;
    layer_.reset();
    painter_.Reset();
  }

  GstBaseTransform *const element_;
  std::mutex mutex_;  // guards settings_
  OverlaySettings settings_;
  OverlaySettings drawn_with_;  // a copy for the streaming thread
  OverlayPainter painter_;
  std::optional<OverlayLayer> layer_;  // once one was attached
  std::vector<Track> tracks_;          // the last ones seen
  GstClockTime tracks_pts_ = GST_CLOCK_TIME_NONE;
  bool warned_ = false;  // that nobody blends
};

}  // namespace
}  // namespace kpt::gst

using kpt::gst::Guard;
using kpt::gst::GuardVoid;
using kpt::gst::OverlayElement;

struct GstKeypointOverlay {
  GstVideoFilter parent;
  OverlayElement *impl;
};
struct GstKeypointOverlayClass {
  GstVideoFilterClass parent_class;
};
G_DEFINE_TYPE(GstKeypointOverlay, gst_keypoint_overlay, GST_TYPE_VIDEO_FILTER)

namespace {

/// Frames that we blend into, and any others where downstream blends for us.
#define OVERLAY_CAPS GST_VIDEO_CAPS_MAKE(KPT_VIDEO_FORMATS) "; video/x-raw(ANY)"

GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(OVERLAY_CAPS));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(OVERLAY_CAPS));

using Callbacks = kpt::gst::Glue<GstKeypointOverlay>;

GstCaps *TransformCaps(GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps, GstCaps *filter) {
  auto &impl = Callbacks::ImplOf(trans);
  GstCaps *all = Guard(GST_ELEMENT(trans), impl.gate, "transform_caps", nullptr,
                       [&] { return impl.negotiation.TransformCaps(direction, caps); });
  if (all == nullptr) all = gst_caps_ref(caps);  // links as ever; frames are refused
  if (filter == nullptr) return all;
  GstCaps *some = gst_caps_intersect_full(filter, all, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(all);
  return some;
}

/// The base class negotiates when caps come; OnSinkEvent has asked what downstream takes.
gboolean SinkEvent(GstBaseTransform *trans, GstEvent *event) {
  const gboolean taken = Callbacks::SinkEvent(trans, event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) Callbacks::ImplOf(trans).negotiation.Settle();
  return taken;
}

/// It does so too before a frame, where downstream has changed.
GstFlowReturn SubmitInputBuffer(GstBaseTransform *trans, gboolean discont, GstBuffer *buffer) {
  auto &impl = Callbacks::ImplOf(trans);
  if (GST_PAD_NEEDS_RECONFIGURE(GST_BASE_TRANSFORM_SRC_PAD(trans))) {
    GuardVoid(GST_ELEMENT(trans), impl.gate, "submit_input_buffer", [&] { impl.OnReconfigure(); });
  }
  const GstFlowReturn flow = Callbacks::Parent()->submit_input_buffer(trans, discont, buffer);
  impl.negotiation.Settle();
  return flow;
}

/// Where pixels stay untouched, downstream's buffers serve upstream.
gboolean ProposeAllocation(GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query) {
  if (!Callbacks::ImplOf(trans).negotiation.attaches()) {
    return Callbacks::Parent()->propose_allocation(trans, decide_query, query);
  }
  return gst_pad_peer_query(GST_BASE_TRANSFORM_SRC_PAD(trans), query);
}

GstFlowReturn TransformIp(GstBaseTransform *trans, GstBuffer *buffer) {
  auto &impl = Callbacks::ImplOf(trans);
  if (!impl.negotiation.attaches()) return Callbacks::Parent()->transform_ip(trans, buffer);
  if (impl.gate.closed()) return GST_FLOW_ERROR;
  return Guard(GST_ELEMENT(trans), impl.gate, "transform_ip", GST_FLOW_ERROR, [&] {
    const GstVideoInfo &info = GST_VIDEO_FILTER(trans)->in_info;
    impl.Attach(buffer, GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info));
    return GST_FLOW_OK;
  });
}

GstFlowReturn TransformFrameIp(GstVideoFilter *filter, GstVideoFrame *frame) {
  auto &impl = Callbacks::ImplOf(filter);
  if (impl.gate.closed()) return GST_FLOW_ERROR;
  return Guard(GST_ELEMENT(filter), impl.gate, "transform_frame_ip", GST_FLOW_ERROR, [&] {
    impl.Draw(frame);
    return GST_FLOW_OK;
  });
}

}  // namespace

static void gst_keypoint_overlay_class_init(GstKeypointOverlayClass *klass) {
  auto *element_class = GST_ELEMENT_CLASS(klass);
  GST_DEBUG_CATEGORY_INIT(gst_keypoint_overlay_debug, "keypointoverlay", 0, "keypoint drawing");
  kpt::gst::RegisterKeypointMeta();

  Callbacks::Install(klass);
  kpt::gst::InstallProperties(G_OBJECT_CLASS(klass), kpt::gst::OverlayProperties());

  gst_element_class_set_static_metadata(element_class, "Keypoint overlay", "Analyzer/Visualization/Video",
                                        "Draws tracked keypoints, their skeleton, names and trails into the frames",
                                        KPT_AUTHOR);
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);

  auto *transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  transform_class->transform_caps = TransformCaps;
  transform_class->sink_event = SinkEvent;
  transform_class->submit_input_buffer = SubmitInputBuffer;
  transform_class->propose_allocation = ProposeAllocation;
  transform_class->transform_ip = TransformIp;
  GST_VIDEO_FILTER_CLASS(klass)->transform_frame_ip = TransformFrameIp;
}

static void gst_keypoint_overlay_init(GstKeypointOverlay *self) {
  self->impl = new OverlayElement(GST_BASE_TRANSFORM(self));
}
