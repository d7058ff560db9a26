// See track_loader.h.
#include "track_loader.h"

#include <utility>

#include "guard.h"

namespace kpt::gst {
namespace {

/// GstStructure takes UTF-8 only; a support file may hold anything.
std::string Utf8(const std::string &text) {
  gchar *valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  std::string out = valid;
  g_free(valid);
  return out;
}

}  // namespace

SupportSet LoadShots(const TrackSettings &settings) {
  if (settings.support_file.empty()) {
    throw Error(ErrorCode::kSupport,
                "support-file is not set: it names the annotated pictures of the object to track.");
  }
  return ValueOrThrow(LoadSupport({settings.support_file, settings.category, settings.support_shots}));
}

LoadedTracker MakeTracker(const LoadedEstimator &network, SupportSet shots, const TrackSettings &settings) {
  LoadedTracker loaded;
  loaded.header.model = Utf8(network.estimator->model_name());
  loaded.header.category = Utf8(shots.category);
  for (const auto &name : shots.keypoint_names) loaded.header.names.push_back(Utf8(name));
  loaded.header.skeleton = shots.skeleton;
  loaded.header.max_instances = settings.instances;
  loaded.warnings = shots.warnings;
  loaded.tracker = ValueOrThrow(Tracker::Create(network.estimator->ShareNetwork(), std::move(shots), settings));
  return loaded;
}

}  // namespace kpt::gst
