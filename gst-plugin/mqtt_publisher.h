// Publishes JSON Lines to an MQTT broker: the header to TOPIC/header, where the broker retains it, and each frame's
// line to TOPIC. A thread of its own connects, reconnects and sends; who writes lines never waits for the network, but
// in Finish. Called by keypointexport; knows no element. In builds without libmosquitto mqtt_publisher_none.cpp takes
// its place.
#pragma once

#include <functional>
#include <memory>

#include "guard.h"
#include "mqtt_outbox.h"
#include "mqtt_settings.h"
#include "result_writer.h"

namespace kpt::gst {

enum class MqttGravity {
  kWarning,  ///< it goes on
  kFailure,  ///< nothing will be published any more
};

/// Called by the writing and by the publishing thread, never after the sink is gone.
using MqttReport = std::function<void(MqttGravity gravity, const ElementError &error)>;

/// Begins to connect. What becomes of the frames, `outbox` counts, also after the sink is gone. Throws ElementError
/// (RESOURCE/SETTINGS) in a build without MQTT.
std::shared_ptr<LineSink> MakeMqttSink(const MqttSettings &settings, std::shared_ptr<MqttOutbox> outbox,
                                       MqttReport report);

}  // namespace kpt::gst
