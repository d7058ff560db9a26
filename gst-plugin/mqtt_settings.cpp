// See mqtt_settings.h. Addresses are read by GLib.
#include "mqtt_settings.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>

#include "guard.h"

namespace kpt::gst {
namespace {

constexpr std::size_t kLongestText = 65'000;  // MQTT's texts hold 65535 bytes, and the header's topic is longer
constexpr gint kNoPort = -1;                  // what GLib says where the address names none

[[noreturn]] void Refuse(const std::string &text) {
  throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, text);
}

struct GFree {
  void operator()(GUri *uri) const { g_uri_unref(uri); }
};

/// Host, port, TLS and the topic that the address names. The address is not quoted: it may hold a password by mistake.
void ReadUrl(const std::string &url, MqttSettings *settings) {
  GError *error = nullptr;
  const std::unique_ptr<GUri, GFree> uri(g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, &error));
  const gint port = uri != nullptr ? g_uri_get_port(uri.get()) : kNoPort;
  const bool is_no_port = port == 0 || g_error_matches(error, G_URI_ERROR, G_URI_ERROR_BAD_PORT);
  g_clear_error(&error);
  if (is_no_port) Refuse("mqtt-url: the port is no number from 1 to 65535; leave it out for the usual one.");
  const std::string scheme = uri != nullptr ? g_uri_get_scheme(uri.get()) : "";
  const char *host = uri != nullptr ? g_uri_get_host(uri.get()) : nullptr;
  if ((scheme != "mqtt" && scheme != "mqtts") || host == nullptr || *host == '\0') {
    Refuse("mqtt-url is no broker's address; write mqtt://HOST/TOPIC, or mqtts://HOST:PORT/TOPIC for TLS.");
  }
  if (g_uri_get_userinfo(uri.get()) != nullptr) {
    Refuse(
        "mqtt-url: user and password do not belong into the address, which logs show; use mqtt-user and "
        "mqtt-password-file.");
  }
  if (g_uri_get_query(uri.get()) != nullptr || g_uri_get_fragment(uri.get()) != nullptr) {
    Refuse("mqtt-url: nothing may follow the topic, and a topic with '?' or '#' goes into mqtt-topic.");
  }
  settings->tls = scheme == "mqtts";
  settings->host = host;
  settings->port = static_cast<std::uint16_t>(port != kNoPort ? port : settings->tls ? 8883 : 1883);
  const std::string path = g_uri_get_path(uri.get());
  settings->topic = path.empty() ? "" : path.substr(1);
}

void CheckTopic(const std::string &topic) {
  if (topic.empty()) Refuse("mqtt-topic is not set: it, or the address in mqtt-url, names the topic to publish to.");
  if (topic.find_first_of("+#") != std::string::npos) {
    Refuse("mqtt-topic: '" + topic + "' has a '+' or '#', which only subscribers may use; leave it out.");
  }
}

/// MQTT's texts are UTF-8 of a limited length.
void CheckText(const char *property, const std::string &text) {
  if (text.size() > kLongestText || !g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) {
    Refuse(std::string(property) + ": is too long, or no UTF-8 text.");
  }
}

/// A file that is to be read later, by a library whose message would not name it.
void CheckFile(const char *property, const std::string &path) {
  if (path.empty() || (std::ifstream(path).peek() != std::ifstream::traits_type::eof())) return;
  throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                     std::string(property) + ": '" + path + "' cannot be read, or is empty; check the path.");
}

/// The first line of the file.
std::string ReadPassword(const std::string &path) {
  CheckFile("mqtt-password-file", path);
  std::ifstream file(path);
  std::string password(kLongestText + 1, '\0');
  file.read(password.data(), static_cast<std::streamsize>(password.size()));
  password.resize(static_cast<std::size_t>(file.gcount()));
  return password.substr(0, password.find_first_of("\r\n"));
}

std::string PasswordOf(const MqttOptions &options) {
  if (!options.password.empty() && !options.password_file.empty()) {
    Refuse("mqtt-password and mqtt-password-file are both set; leave one.");
  }
  if (!options.password_file.empty()) return ReadPassword(options.password_file);
  if (!options.password.empty()) return options.password;
  const char *variable = std::getenv(kMqttPasswordVariable);
  return variable != nullptr && !options.user.empty() ? variable : "";
}

void CheckTls(const MqttSettings &settings) {
  const bool has_files = !settings.ca_file.empty() || !settings.cert_file.empty() || !settings.key_file.empty();
  if (has_files && !settings.tls) {
    Refuse("mqtt-ca-file, mqtt-cert-file and mqtt-key-file are for TLS: write mqtts:// in mqtt-url.");
  }
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    Refuse("mqtt-cert-file and mqtt-key-file go together; set both or none.");
  }
  if (!settings.cert_file.empty() && settings.ca_file.empty()) {
    Refuse("mqtt-cert-file needs mqtt-ca-file, which holds the authority that signed the broker's certificate.");
  }
  CheckFile("mqtt-ca-file", settings.ca_file);
  CheckFile("mqtt-cert-file", settings.cert_file);
  CheckFile("mqtt-key-file", settings.key_file);
}

}  // namespace

std::string MqttSettings::Broker() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

MqttSettings CheckMqtt(const MqttOptions &options) {
  MqttSettings settings;
  ReadUrl(options.url, &settings);
  if (!options.topic.empty()) settings.topic = options.topic;
  settings.qos = options.qos;
  settings.client_id = options.client_id;
  settings.user = options.user;
  settings.password = PasswordOf(options);
  settings.ca_file = options.ca_file;
  settings.cert_file = options.cert_file;
  settings.key_file = options.key_file;
  settings.buffer_size = static_cast<std::size_t>(options.buffer_size);
  settings.keep_alive_s = options.keep_alive_s;
  constexpr guint64 kLongest = std::numeric_limits<std::int32_t>::max() * guint64{GST_MSECOND};  // 25 days
  settings.flush_timeout = std::chrono::nanoseconds(std::min(options.flush_timeout_ns, kLongest));

  CheckTopic(settings.topic);
  CheckText("mqtt-topic", settings.topic);
  CheckText("mqtt-client-id", settings.client_id);
  CheckText("mqtt-user", settings.user);
  if (settings.password.size() > kLongestText) Refuse("The password is too long for MQTT.");
  if (settings.user.empty() && !settings.password.empty()) {
    Refuse("mqtt-password is set without mqtt-user, and MQTT knows no password without a name; set both.");
  }
  CheckTls(settings);
  return settings;
}

}  // namespace kpt::gst
