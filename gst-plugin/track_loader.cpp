// See track_loader.h.
#include "track_loader.h"

#include <utility>

#include "guard.h"
#include "kpt/base/require_file.h"

namespace kpt::gst {
namespace {

/// GstStructure takes UTF-8 only; a support file may hold anything.
std::string Utf8(const std::string &text) {
  gchar *valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  std::string out = valid;
  g_free(valid);
  return out;
}

std::unique_ptr<ShotAdoption> MakeAdoption(const Estimator &network, const SupportSet &shots,
                                           const TrackSettings &settings) {
  if (settings.adopt_shots == 0) return nullptr;
  return ValueOrThrow(ShotAdoption::Create(network, shots, settings, settings.adopt_shots));
}

}  // namespace

SupportSet LoadShots(const TrackSettings &settings) {
  if (settings.support_file.empty()) {
    throw Error(ErrorCode::kSupport,
                "support-file is not set: it names the annotated pictures of the object to track.");
  }
  RequireFile(settings.support_file, ErrorCode::kSupport, "support-file: ");
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
  loaded.adoption = MakeAdoption(*network.estimator, shots, settings);
  loaded.tracker = ValueOrThrow(Tracker::Create(network.estimator->ShareNetwork(), std::move(shots), settings));
  return loaded;
}

}  // namespace kpt::gst
