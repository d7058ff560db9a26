#include "analytics_bridge.h"

#include <algorithm>
#include <climits>
#include <cmath>

#include "kpt/base/error.h"

namespace kpt::gst {
namespace {

constexpr float kFarthest = 1e6F;  // pixels: all that is further is as good as there

gint Rounded(float pixels) { return static_cast<gint>(std::lround(std::clamp(pixels, -kFarthest, kFarthest))); }

void Expect(gboolean done) {
  if (!done) throw Error(ErrorCode::kInternal, "GStreamer's analytics library refused metadata.");
}

AnalyticsVisibility VisibilityOf(Visibility visibility) {
  switch (visibility) {
    case Visibility::kVisible:
      return AnalyticsVisibility::kVisible;
    case Visibility::kHidden:
      return AnalyticsVisibility::kOccluded;
    case Visibility::kProjected:
      return AnalyticsVisibility::kProjected;
    case Visibility::kLost:
      break;
  }
  return AnalyticsVisibility::kUnknown;
}

AnalyticsMtd AddBox(const AnalyticsLibrary &library, gpointer meta, const TrackHeader &header,
                    const Instance &instance) {
  // A hull from pixel centre to pixel centre covers one pixel more than its length.
  const gint left = Rounded(instance.box.x), top = Rounded(instance.box.y);
  const gint right = Rounded(instance.box.x + instance.box.width);
  const gint bottom = Rounded(instance.box.y + instance.box.height);
  AnalyticsMtd box{};
  Expect(library.relation_meta_add_od_mtd(meta, g_quark_from_string(header.category.c_str()), left, top,
                                          right - left + 1, bottom - top + 1, instance.confidence, &box));
  return box;
}

/// Index i is keypoint i, as everywhere: a lost point is there, with no confidence.
AnalyticsMtd AddKeypoints(const AnalyticsLibrary &library, gpointer meta, const TrackHeader &header,
                          const Instance &instance) {
  std::vector<gint> positions, skeleton;
  std::vector<gfloat> confidences;
  std::vector<guint8> visibilities;
  for (const TrackedPoint &point : instance.points) {
    positions.push_back(Rounded(point.xy_in_frame.x));
    positions.push_back(Rounded(point.xy_in_frame.y));
    confidences.push_back(point.visibility == Visibility::kLost ? 0 : point.confidence);
    visibilities.push_back(static_cast<guint8>(VisibilityOf(point.visibility)));
  }
  for (const Link &link : header.skeleton) skeleton.insert(skeleton.end(), link.begin(), link.end());
  AnalyticsMtd group{};
  const std::string tag = header.model + "/" + header.category;
  Expect(library.relation_meta_add_keypoints_group(meta, tag.c_str(), kAnalyticsKeypoints2d, positions.size(),
                                                   positions.data(), instance.points.size(), confidences.data(),
                                                   visibilities.data(), skeleton.size(), skeleton.data(), &group));
  return group;
}

void Relate(const AnalyticsLibrary &library, gpointer meta, AnalyticsRelation relation, const AnalyticsMtd &first,
            const AnalyticsMtd &second) {
  Expect(library.relation_meta_set_relation(meta, static_cast<int>(relation), first.id, second.id));
}

/// The id of the tracking that a box relates to; 0: none, or one too large for an instance's.
int TrackingIdOf(const AnalyticsLibrary &library, const AnalyticsMtd &box) {
  gpointer state = nullptr;
  AnalyticsMtd tracking{};
  if (!library.relation_meta_get_direct_related(box.meta, box.id, static_cast<int>(AnalyticsRelation::kRelateTo),
                                                library.tracking_mtd_get_mtd_type(), &state, &tracking)) {
    return 0;
  }
  guint64 id = 0;
  GstClockTime first_seen = 0, last_seen = 0;
  gboolean lost = FALSE;
  if (!library.tracking_mtd_get_info(&tracking, &id, &first_seen, &last_seen, &lost)) return 0;
  return id <= INT_MAX ? static_cast<int>(id) : 0;
}

}  // namespace

void AnalyticsWriter::Add(GstBuffer *buffer, const TrackHeader &header, const std::vector<Instance> &instances) {
  gpointer meta = nullptr;
  std::map<int, GstClockTime> seen;
  for (const Instance &instance : instances) {
    const GstClockTime first_seen = FirstSeen(instance.id, GST_BUFFER_PTS(buffer));
    seen[instance.id] = first_seen;
    if (instance.points.empty()) continue;
    if (meta == nullptr) meta = library_->buffer_get_analytics_relation_meta(buffer);
    if (meta == nullptr) meta = library_->buffer_add_analytics_relation_meta(buffer);
    const AnalyticsMtd box = AddBox(*library_, meta, header, instance);
    AnalyticsMtd tracking{};
    Expect(library_->relation_meta_add_tracking_mtd(meta, static_cast<guint64>(instance.id), first_seen, &tracking));
    library_->tracking_mtd_update_last_seen(&tracking, GST_BUFFER_PTS(buffer));
    Relate(*library_, meta, AnalyticsRelation::kRelateTo, box, tracking);
    if (library_->relation_meta_add_keypoints_group == nullptr) continue;
    const AnalyticsMtd group = AddKeypoints(*library_, meta, header, instance);
    Relate(*library_, meta, AnalyticsRelation::kContain, box, group);
    Relate(*library_, meta, AnalyticsRelation::kIsPartOf, group, box);
  }
  first_seen_ = std::move(seen);
}

GstClockTime AnalyticsWriter::FirstSeen(int id, GstClockTime pts) {
  const auto known = first_seen_.find(id);
  return known != first_seen_.end() ? known->second : pts;
}

std::vector<Region> ReadAnalyticsBoxes(const AnalyticsLibrary &library, GstBuffer *buffer,
                                       const std::string &object_class) {
  std::vector<Region> regions;
  gpointer meta = library.buffer_get_analytics_relation_meta(buffer);
  if (meta == nullptr) return regions;
  gpointer state = nullptr;
  AnalyticsMtd box{};
  while (library.relation_meta_iterate(meta, &state, library.od_mtd_get_mtd_type(), &box)) {
    const char *type = g_quark_to_string(library.od_mtd_get_obj_type(&box));
    if (!object_class.empty() && (type == nullptr || object_class != type)) continue;
    gint x = 0, y = 0, width = 0, height = 0;
    gfloat confidence = 0;
    if (!library.od_mtd_get_location(&box, &x, &y, &width, &height, &confidence)) continue;
    regions.push_back({TrackingIdOf(library, box), {float(x), float(y), float(width), float(height)}});
  }
  return regions;
}

}  // namespace kpt::gst
