// See overlay_negotiation.h. The order of questions is that of GStreamer's own overlays: do the caps pass with the
// feature, and, once downstream has them (filters answer only then), does its ALLOCATION query name the meta.
#include "overlay_negotiation.h"

#include <gst/video/video.h>

#include "frame_view.h"

namespace kpt::gst {
namespace {

constexpr const char *kFeature = GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION;

/// Of the first structure.
bool HasFeature(const GstCaps *caps) {
  return gst_caps_features_contains(gst_caps_get_features(caps, 0), kFeature) != FALSE;
}

/// A copy with the feature in every structure. One of any features has it already.
GstCaps *WithFeature(const GstCaps *caps) {
  GstCaps *out = gst_caps_copy(caps);
  for (guint i = 0; i < gst_caps_get_size(out); ++i) {
    GstCapsFeatures *features = gst_caps_get_features(out, i);
    if (!gst_caps_features_contains(features, kFeature)) gst_caps_features_add(features, kFeature);
  }
  return out;
}

/// A copy without the feature. One of any features stays as it is.
GstCaps *WithoutFeature(const GstCaps *caps) {
  GstCaps *out = gst_caps_copy(caps);
  for (guint i = 0; i < gst_caps_get_size(out); ++i) {
    GstCapsFeatures *features = gst_caps_get_features(out, i);
    if (!gst_caps_features_is_any(features)) gst_caps_features_remove(features, kFeature);
  }
  return out;
}

/// The part of `caps` that the overlay can blend into.
GstCaps *Blendable(GstCaps *caps) {
  static GstStaticCaps blendable = GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(KPT_VIDEO_FORMATS));
  GstCaps *known = gst_static_caps_get(&blendable);
  GstCaps *out = gst_caps_intersect_full(caps, known, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(known);
  return out;
}

bool IsBlendable(GstCaps *caps) {
  GstCaps *blendable = Blendable(caps);
  const bool some = !gst_caps_is_empty(blendable);
  gst_caps_unref(blendable);
  return some;
}

bool AllocationNamesTheMeta(GstPad *src_pad, GstCaps *caps) {
  GstQuery *query = gst_query_new_allocation(caps, FALSE);
  const bool named = gst_pad_peer_query(src_pad, query) &&
                     gst_query_find_allocation_meta(query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, nullptr);
  gst_query_unref(query);
  return named;
}

/// Who is to blend the picture into frames with these caps, which have no feature yet.
Blender WhoBlends(GstPad *src_pad, GstCaps *caps) {
  GstCaps *attached = WithFeature(caps);
  const bool is_taken = gst_pad_peer_query_accept_caps(src_pad, attached) && gst_pad_set_caps(src_pad, attached);
  const bool is_blended = is_taken && AllocationNamesTheMeta(src_pad, attached);
  gst_caps_unref(attached);
  if (is_blended) return Blender::kDownstream;
  // Many a sink accepts any caps and blends nothing; where we cannot blend, there is nobody else.
  return is_taken && !IsBlendable(caps) ? Blender::kNobody : Blender::kOverlay;
}

/// What may come in where this may go out: anything where we attach, also what has a picture attached already.
GstCaps *SinkCapsFor(const GstCaps *src_caps) {
  GstCaps *out = gst_caps_new_empty();
  for (guint i = 0; i < gst_caps_get_size(src_caps); ++i) {
    GstCaps *one = gst_caps_copy_nth(src_caps, i);
    out = gst_caps_merge(out, HasFeature(one) ? WithoutFeature(one) : Blendable(one));
    if (HasFeature(one)) out = gst_caps_merge(out, gst_caps_ref(one));
    gst_caps_unref(one);
  }
  return out;
}

}  // namespace

GstCaps *OverlayNegotiation::TransformCaps(GstPadDirection from, GstCaps *caps) const {
  if (gst_caps_is_any(caps)) return gst_caps_ref(caps);
  if (from == GST_PAD_SRC) return SinkCapsFor(caps);
  const std::lock_guard lock(mutex_);
  if (deciding_ != nullptr && gst_caps_is_equal(deciding_, caps)) {
    return attaches() ? WithFeature(caps) : Blendable(caps);
  }
  return gst_caps_merge(WithFeature(caps), Blendable(caps));
}

void OverlayNegotiation::Decide(GstPad *src_pad, GstCaps *sink_caps) {
  blender_ = HasFeature(sink_caps) ? Blender::kDownstream : WhoBlends(src_pad, sink_caps);
  const std::lock_guard lock(mutex_);
  gst_caps_replace(&deciding_, sink_caps);
}

void OverlayNegotiation::Settle() {
  const std::lock_guard lock(mutex_);
  gst_caps_replace(&deciding_, nullptr);
}

}  // namespace kpt::gst
