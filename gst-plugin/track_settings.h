// What a user can set on keypointtrack: the values, the table of properties, and the YAML file that can hold them too.
// Knows GObject values but no element. Called by keypointtrack.
#pragma once

#include <bitset>
#include <string>

#include "kpt/tracker.h"
#include "metadata_writer.h"
#include "property_table.h"

namespace kpt::gst {

/// The tracker's own settings, with what the element needs to make a tracker.
struct TrackSettings : TrackerSettings {
  std::string support_file;
  int support_shots = 0;  ///< 0: all
  int adopt_shots = 0;    ///< frames that may become shots while playing
  std::string category;
  std::string model_file;  ///< empty: the shipped weights
  std::string config_file;
  std::string device = "auto";
  std::string model_instance_id;  ///< elements of one id share the network; empty: none is shared
  std::string object_class;       ///< of the regions that seed; empty: all
  MetadataKind metadata = MetadataKind::kAuto;
  bool adaptive = false;           ///< where the sink says late, flow carries the points
  std::string initial_boxes_text;  ///< as the user wrote it; ParseBoxes makes `initial_boxes` of it
};

const PropertyTable<TrackSettings> &TrackProperties();

/// Reads `x,y,w,h[,angle];...`. Throws kpt::Error (kInvalidArgument) that quotes the part it could not read.
std::vector<OrientedBox> ParseBoxes(const std::string &text);

/// The values, and who set each: a property set on the element wins over the configuration file. Not synchronised.
class TrackSettingsStore {
 public:
  void SetProperty(const Property<TrackSettings> &row, const GValue *value);

  /// As if the user had set `support-file`.
  void SetSupportFile(const std::string &file);

  const TrackSettings &values() const noexcept { return values_; }

  /// Reads `config-file`, if one is set, anew: values that an earlier file gave and this one does not are defaults
  /// again. Relative paths in it are relative to it. Throws kpt::Error: kNotFound, or kInvalidArgument with file, line
  /// and key.
  void ReadConfigFile();

  /// The settings for a tracker, `initial-boxes` parsed. Throws as ParseBoxes.
  TrackSettings Resolved() const;

 private:
  using Rows = std::bitset<64>;
  TrackSettings values_;
  Rows set_by_user_;
  Rows set_by_file_;
};

}  // namespace kpt::gst
