// A test double of GStreamer's analytics library: the functions that analytics_library.h names, under their names, over
// a list that a buffer carries. It refuses what the real one must not be given, and tells a test what it holds as text.
#include <gst/gst.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#define KPT_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

enum Kind : std::uintptr_t { kAny, kBox, kTracking, kGroup };

struct Entry {
  Kind kind = kAny;
  GQuark type = 0;
  gint x = 0, y = 0, width = 0, height = 0;
  gfloat confidence = 0;
  guint64 id = 0;
  GstClockTime first_seen = 0, last_seen = 0;
  std::string text;
};

struct Link {
  int type;
  guint first, second;
};

struct Meta {
  std::vector<Entry> entries;
  std::vector<Link> links;
};

struct Mtd {
  guint id;
  Meta *meta;
};

GQuark MetaQuark() { return g_quark_from_static_string("kpt-analytics-double"); }

gboolean Add(Meta *meta, Entry entry, Mtd *mtd) {
  meta->entries.push_back(std::move(entry));
  *mtd = {static_cast<guint>(meta->entries.size() - 1), meta};
  return TRUE;
}

bool Matches(const Entry &entry, Kind kind) { return kind == kAny || entry.kind == kind; }

/// The next entry that `accepts`, from `*state` on.
template <typename Accepts>
gboolean Next(Meta *meta, gpointer *state, Mtd *mtd, Accepts accepts) {
  for (auto i = reinterpret_cast<std::uintptr_t>(*state); i < meta->entries.size(); ++i) {
    if (!accepts(static_cast<guint>(i))) continue;
    *state = reinterpret_cast<gpointer>(i + 1);
    *mtd = {static_cast<guint>(i), meta};
    return TRUE;
  }
  return FALSE;
}

}  // namespace

KPT_EXPORT Meta *gst_buffer_get_analytics_relation_meta(GstBuffer *buffer) {
  return static_cast<Meta *>(gst_mini_object_get_qdata(GST_MINI_OBJECT(buffer), MetaQuark()));
}

KPT_EXPORT Meta *gst_buffer_add_analytics_relation_meta(GstBuffer *buffer) {
  auto *meta = new Meta;
  gst_mini_object_set_qdata(GST_MINI_OBJECT(buffer), MetaQuark(), meta,
                            [](gpointer data) { delete static_cast<Meta *>(data); });
  return meta;
}

KPT_EXPORT gboolean gst_analytics_relation_meta_set_relation(Meta *meta, int type, guint first, guint second) {
  if (std::max(first, second) >= meta->entries.size()) return FALSE;
  meta->links.push_back({type, first, second});
  return TRUE;
}

KPT_EXPORT gboolean gst_analytics_relation_meta_iterate(Meta *meta, gpointer *state, Kind kind, Mtd *mtd) {
  return Next(meta, state, mtd, [&](guint i) { return Matches(meta->entries[i], kind); });
}

KPT_EXPORT gboolean gst_analytics_relation_meta_get_direct_related(Meta *meta, guint id, int relation, Kind kind,
                                                                   gpointer *state, Mtd *mtd) {
  return Next(meta, state, mtd, [&](guint i) {
    const auto leads_here = [&](const Link &link) {
      return link.first == id && link.second == i && (link.type & relation) != 0;
    };
    return Matches(meta->entries[i], kind) && std::any_of(meta->links.begin(), meta->links.end(), leads_here);
  });
}

KPT_EXPORT Kind gst_analytics_od_mtd_get_mtd_type() { return kBox; }

KPT_EXPORT gboolean gst_analytics_relation_meta_add_od_mtd(Meta *meta, GQuark type, gint x, gint y, gint width,
                                                           gint height, gfloat confidence, Mtd *mtd) {
  Entry entry;
  entry.kind = kBox;
  entry.type = type;
  entry.x = x, entry.y = y, entry.width = width, entry.height = height;
  entry.confidence = confidence;
  std::ostringstream text;
  text << "box " << g_quark_to_string(type) << ' ' << x << ',' << y << ' ' << width << 'x' << height << ' '
       << confidence;
  entry.text = text.str();
  return Add(meta, std::move(entry), mtd);
}

KPT_EXPORT gboolean gst_analytics_od_mtd_get_location(const Mtd *mtd, gint *x, gint *y, gint *width, gint *height,
                                                      gfloat *confidence) {
  const Entry &entry = mtd->meta->entries.at(mtd->id);
  *x = entry.x, *y = entry.y, *width = entry.width, *height = entry.height;
  *confidence = entry.confidence;
  return TRUE;
}

KPT_EXPORT GQuark gst_analytics_od_mtd_get_obj_type(const Mtd *mtd) { return mtd->meta->entries.at(mtd->id).type; }

KPT_EXPORT Kind gst_analytics_tracking_mtd_get_mtd_type() { return kTracking; }

KPT_EXPORT gboolean gst_analytics_relation_meta_add_tracking_mtd(Meta *meta, guint64 id, GstClockTime first_seen,
                                                                 Mtd *mtd) {
  Entry entry;
  entry.kind = kTracking;
  entry.id = id;
  entry.first_seen = first_seen;
  entry.text = "tracking " + std::to_string(id) + " since " + std::to_string(first_seen);
  return Add(meta, std::move(entry), mtd);
}

KPT_EXPORT gboolean gst_analytics_tracking_mtd_update_last_seen(Mtd *mtd, GstClockTime last_seen) {
  Entry &entry = mtd->meta->entries.at(mtd->id);
  entry.last_seen = last_seen;
  entry.text += " to " + std::to_string(last_seen);
  return TRUE;
}

KPT_EXPORT gboolean gst_analytics_tracking_mtd_get_info(const Mtd *mtd, guint64 *id, GstClockTime *first_seen,
                                                        GstClockTime *last_seen, gboolean *lost) {
  const Entry &entry = mtd->meta->entries.at(mtd->id);
  *id = entry.id, *first_seen = entry.first_seen, *last_seen = entry.last_seen, *lost = FALSE;
  return TRUE;
}

KPT_EXPORT gboolean gst_analytics_relation_meta_add_keypoints_group(Meta *meta, const gchar *semantic_tag,
                                                                    int dimensions, gsize positions_length,
                                                                    const gint *positions, gsize keypoints,
                                                                    const gfloat *confidences,
                                                                    const guint8 *visibilities, gsize skeleton_length,
                                                                    const gint *skeleton_pairs, Mtd *group) {
  if (dimensions != 2 || positions_length != 2 * keypoints || skeleton_length % 2 != 0) return FALSE;
  std::ostringstream text;
  text << "group " << semantic_tag;
  for (gsize i = 0; i < keypoints; ++i) {
    text << " (" << positions[2 * i] << ',' << positions[2 * i + 1] << ' ' << confidences[i] << ' '
         << int{visibilities[i]} << ')';
  }
  for (gsize i = 0; i < skeleton_length; i += 2) text << ' ' << skeleton_pairs[i] << '-' << skeleton_pairs[i + 1];
  Entry entry;
  entry.kind = kGroup;
  entry.text = text.str();
  return Add(meta, std::move(entry), group);
}

/// Everything that the buffer carries, a line each, relations last; "" where it carries nothing. For g_free.
KPT_EXPORT gchar *kpt_analytics_double_describe(GstBuffer *buffer) {
  std::string text;
  if (const Meta *meta = gst_buffer_get_analytics_relation_meta(buffer)) {
    for (const Entry &entry : meta->entries) text += entry.text + "\n";
    for (const Link &link : meta->links) {
      const char *name = link.type == 2 ? " is part of " : link.type == 4 ? " contains " : " relates to ";
      text += std::to_string(link.first) + name + std::to_string(link.second) + "\n";
    }
  }
  return g_strdup(text.c_str());
}
