#include "analytics_library.h"

#include <gmodule.h>

#include <atomic>

namespace kpt::gst {
namespace {

constexpr const char *kSystemLibrary = "libgstanalytics-1.0.so.0";

template <typename Function>
bool Take(GModule *module, const char *symbol, Function **function) {
  gpointer address = nullptr;
  if (!g_module_symbol(module, symbol, &address)) address = nullptr;
  *function = reinterpret_cast<Function *>(address);
  return address != nullptr;
}

const AnalyticsLibrary *SystemLibrary() {
  static AnalyticsLibrary library;
  static const bool found = LoadAnalyticsLibrary(kSystemLibrary, &library);
  return found ? &library : nullptr;
}

std::atomic<bool> replaced = false;
std::atomic<const AnalyticsLibrary *> replacement = nullptr;

}  // namespace

bool LoadAnalyticsLibrary(const char *file, AnalyticsLibrary *library) {
  GModule *module = g_module_open(file, static_cast<GModuleFlags>(G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL));
  if (module == nullptr) return false;
  g_module_make_resident(module);
  AnalyticsLibrary &it = *library;
  Take(module, "gst_analytics_relation_meta_add_keypoints_group", &it.relation_meta_add_keypoints_group);
  return Take(module, "gst_buffer_add_analytics_relation_meta", &it.buffer_add_analytics_relation_meta) &&
         Take(module, "gst_buffer_get_analytics_relation_meta", &it.buffer_get_analytics_relation_meta) &&
         Take(module, "gst_analytics_relation_meta_set_relation", &it.relation_meta_set_relation) &&
         Take(module, "gst_analytics_relation_meta_iterate", &it.relation_meta_iterate) &&
         Take(module, "gst_analytics_relation_meta_get_direct_related", &it.relation_meta_get_direct_related) &&
         Take(module, "gst_analytics_od_mtd_get_mtd_type", &it.od_mtd_get_mtd_type) &&
         Take(module, "gst_analytics_relation_meta_add_od_mtd", &it.relation_meta_add_od_mtd) &&
         Take(module, "gst_analytics_od_mtd_get_location", &it.od_mtd_get_location) &&
         Take(module, "gst_analytics_od_mtd_get_obj_type", &it.od_mtd_get_obj_type) &&
         Take(module, "gst_analytics_tracking_mtd_get_mtd_type", &it.tracking_mtd_get_mtd_type) &&
         Take(module, "gst_analytics_relation_meta_add_tracking_mtd", &it.relation_meta_add_tracking_mtd) &&
         Take(module, "gst_analytics_tracking_mtd_update_last_seen", &it.tracking_mtd_update_last_seen) &&
         Take(module, "gst_analytics_tracking_mtd_get_info", &it.tracking_mtd_get_info);
}

const AnalyticsLibrary *FindAnalyticsLibrary() { return replaced ? replacement.load() : SystemLibrary(); }

void SetAnalyticsLibraryForTesting(const AnalyticsLibrary *library) {
  replacement = library;
  replaced = true;
}

}  // namespace kpt::gst
