// Takes the place of mqtt_publisher.cpp in builds without libmosquitto.
#include "mqtt_publisher.h"

namespace kpt::gst {

std::shared_ptr<LineSink> MakeMqttSink(const MqttSettings &, std::shared_ptr<MqttOutbox>, MqttReport) {
  throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                     "mqtt-url: this build cannot publish; it was made without libmosquitto. Install libmosquitto-dev "
                     "and build in a fresh folder.");
}

}  // namespace kpt::gst
