// Which broker to publish to, and how: the element's mqtt-* properties as they are set, and what comes of them once
// they are checked. Knows addresses and files; no network and no MQTT library. Called by keypointexport.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace kpt::gst {

/// The properties, as users set them.
struct MqttOptions {
  std::string url;  ///< empty: nothing is published
  std::string topic;
  int qos = 1;
  std::string client_id;
  std::string user;
  std::string password;
  std::string password_file;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  int buffer_size = 1000;
  int keep_alive_s = 60;
  guint64 flush_timeout_ns = 5 * GST_SECOND;
};

/// Checked and complete.
struct MqttSettings {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  std::string topic;  ///< of the frames
  int qos = 1;
  std::string client_id;  ///< empty: one is made up
  std::string user;       ///< empty: none
  std::string password;
  std::string ca_file;  ///< empty: the system's authorities
  std::string cert_file;
  std::string key_file;
  std::size_t buffer_size = 0;  ///< messages
  int keep_alive_s = 0;
  std::chrono::nanoseconds flush_timeout{};

  /// Of the header, which the broker retains.
  std::string HeaderTopic() const { return topic + "/header"; }
  /// "host:port", for messages.
  std::string Broker() const;
};

/// The environment variable that may hold the password.
inline constexpr const char *kMqttPasswordVariable = "KPT_MQTT_PASSWORD";

/// Throws ElementError (RESOURCE/SETTINGS, RESOURCE/NOT_FOUND) that names the property. No text holds a password.
MqttSettings CheckMqtt(const MqttOptions &options);

}  // namespace kpt::gst
