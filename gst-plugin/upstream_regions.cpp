#include "upstream_regions.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>

#include "analytics_bridge.h"

namespace kpt::gst {
namespace {

bool IsWanted(GQuark type, const std::string &object_class) {
  const char *name = g_quark_to_string(type);
  return object_class.empty() || (name != nullptr && object_class == name);
}

int IdOf(GstVideoRegionOfInterestMeta *meta) {
  int id = meta->id;
  const GstStructure *tracked = gst_video_region_of_interest_meta_get_param(meta, "object_id");
  if (tracked != nullptr) gst_structure_get_int(tracked, "id", &id);
  return id;
}

bool SameBox(const Box &a, const Box &b) {
  constexpr float kRounding = 1;
  return std::abs(a.x - b.x) <= kRounding && std::abs(a.y - b.y) <= kRounding &&
         std::abs(a.width - b.width) <= kRounding && std::abs(a.height - b.height) <= kRounding;
}

/// Detectors that serve old and new readers write both forms.
void AddWhatIsNew(const std::vector<Region> &more, std::vector<Region> *regions) {
  const std::size_t known = regions->size();
  for (const Region &region : more) {
    const auto is_same = [&](const Region &other) { return SameBox(region.box, other.box); };
    if (std::none_of(regions->begin(), regions->begin() + known, is_same)) regions->push_back(region);
  }
}

}  // namespace

std::vector<Region> ReadRegions(GstBuffer *buffer, const std::string &object_class) {
  std::vector<Region> regions;
  gpointer state = nullptr;
  while (GstMeta *any = gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
    auto *meta = reinterpret_cast<GstVideoRegionOfInterestMeta *>(any);
    if (!IsWanted(meta->roi_type, object_class)) continue;
    const Box box = {static_cast<float>(meta->x), static_cast<float>(meta->y), static_cast<float>(meta->w),
                     static_cast<float>(meta->h)};
    regions.push_back({IdOf(meta), box});
  }
  if (const AnalyticsLibrary *library = FindAnalyticsLibrary()) {
    AddWhatIsNew(ReadAnalyticsBoxes(*library, buffer, object_class), &regions);
  }
  return regions;
}

}  // namespace kpt::gst
