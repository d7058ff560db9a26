// GStreamer's analytics library, found at run time by its symbols: this plugin is built without its headers, and one
// binary serves GStreamer 1.22, which has no such library, 1.24, which has boxes and tracking, and those that have
// keypoint groups. The declarations here are the few that we call. Knows no element and no keypoints.
#pragma once

#include <gst/gst.h>

namespace kpt::gst {

/// GstAnalyticsMtd: a handle to one piece of analytics in a buffer's relation meta.
struct AnalyticsMtd {
  guint id;
  gpointer meta;
};

/// GstAnalyticsRelTypes.
enum class AnalyticsRelation : int { kIsPartOf = 1 << 1, kContain = 1 << 2, kRelateTo = 1 << 3 };

/// GstAnalyticsKeypointVisibility.
enum class AnalyticsVisibility : guint8 { kUnknown = 0, kVisible = 1, kOccluded = 1 << 2, kProjected = 1 << 3 };

/// GstAnalyticsKeypointDimensions.
inline constexpr int kAnalyticsKeypoints2d = 2;

/// The library's functions, without their prefix gst_ or gst_analytics_. All are there, but those said to be optional.
struct AnalyticsLibrary {
  gpointer (*buffer_add_analytics_relation_meta)(GstBuffer *buffer);
  gpointer (*buffer_get_analytics_relation_meta)(GstBuffer *buffer);
  gboolean (*relation_meta_set_relation)(gpointer meta, int type, guint first, guint second);
  gboolean (*relation_meta_iterate)(gpointer meta, gpointer *state, guintptr type, AnalyticsMtd *mtd);
  gboolean (*relation_meta_get_direct_related)(gpointer meta, guint id, int relation, guintptr type, gpointer *state,
                                               AnalyticsMtd *mtd);

  guintptr (*od_mtd_get_mtd_type)();
  gboolean (*relation_meta_add_od_mtd)(gpointer meta, GQuark type, gint x, gint y, gint width, gint height,
                                       gfloat confidence, AnalyticsMtd *mtd);
  gboolean (*od_mtd_get_location)(const AnalyticsMtd *mtd, gint *x, gint *y, gint *width, gint *height,
                                  gfloat *confidence);
  GQuark (*od_mtd_get_obj_type)(const AnalyticsMtd *mtd);

  guintptr (*tracking_mtd_get_mtd_type)();
  gboolean (*relation_meta_add_tracking_mtd)(gpointer meta, guint64 id, GstClockTime first_seen, AnalyticsMtd *mtd);
  gboolean (*tracking_mtd_update_last_seen)(AnalyticsMtd *mtd, GstClockTime last_seen);
  gboolean (*tracking_mtd_get_info)(const AnalyticsMtd *mtd, guint64 *id, GstClockTime *first_seen,
                                    GstClockTime *last_seen, gboolean *lost);

  /// Optional: null where the library has no keypoints.
  gboolean (*relation_meta_add_keypoints_group)(gpointer meta, const gchar *semantic_tag, int dimensions,
                                                gsize positions_length, const gint *positions, gsize keypoints,
                                                const gfloat *confidences, const guint8 *visibilities,
                                                gsize skeleton_length, const gint *skeleton_pairs, AnalyticsMtd *group);
};

/// The system's library, or null where there is none. Loads it at the first call; any thread.
const AnalyticsLibrary *FindAnalyticsLibrary();

/// Takes the functions from the library in this file, which stays loaded. False where it is missing or lacks one.
bool LoadAnalyticsLibrary(const char *file, AnalyticsLibrary *library);

/// For tests: what FindAnalyticsLibrary gives from now on; null for none.
void SetAnalyticsLibraryForTesting(const AnalyticsLibrary *library);

}  // namespace kpt::gst
