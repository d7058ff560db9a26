// The properties of keypointexport as one table. Called by keypointexport.
#pragma once

#include <string>

#include "mqtt_settings.h"
#include "property_table.h"
#include "result_writer.h"

namespace kpt::gst {

struct ExportSettings : MqttOptions {
  std::string file_path;  ///< empty: no file
  FileFormat file_format = FileFormat::kJsonLines;
};

const PropertyTable<ExportSettings> &ExportProperties();

}  // namespace kpt::gst
