// See export_settings.h.
#include "export_settings.h"

namespace kpt::gst {
namespace {

KPT_DEFINE_ENUM(FileFormatType, "GstKeypointFileFormat",
                {static_cast<int>(FileFormat::kJsonLines), "One JSON object a line: a header, then the frames",
                 "json-lines"},
                {static_cast<int>(FileFormat::kCsv), "CSV as DeepLabCut writes it", "csv"},
                {static_cast<int>(FileFormat::kCoco), "COCO keypoints JSON, complete at the end of the stream", "coco"})

}  // namespace

const PropertyTable<ExportSettings> &ExportProperties() {
  using S = ExportSettings;
  static const PropertyTable<S> kTable = {
      {"file-path", "File to write; the first frame replaces what it holds; none: publish only", kWhenReady,
       TextField<S>{&S::file_path}},
      {"file-format", "Format of the file", kWhenReady, MakeEnumField<S, &S::file_format>(&FileFormatType)},
      {"mqtt-url", "Broker to publish to, mqtt://HOST[:PORT]/TOPIC, or mqtts:// for TLS; none: write a file only",
       kWhenReady, TextField<S>{&S::url}},
      {"mqtt-topic", "Topic of the frames, instead of the one in mqtt-url; the header goes to TOPIC/header", kWhenReady,
       TextField<S>{&S::topic}},
      {"mqtt-qos",
       "Quality of service: 0 sent once, 1 sent until the broker confirms it, 2 the same, and not twice on one "
       "connection",
       kWhenReady, IntField<S>{&S::qos, 0, 2}},
      {"mqtt-client-id", "Name of this client, unique at the broker; none: one is made up", kWhenReady,
       TextField<S>{&S::client_id}},
      {"mqtt-user", "User name at the broker", kWhenReady, TextField<S>{&S::user}},
      {"mqtt-password",
       "Password; others on this machine may see it in a command line, so better the file, or the environment variable "
       "KPT_MQTT_PASSWORD",
       kWhenReady, SecretField<S>{&S::password}},
      {"mqtt-password-file", "File whose first line is the password", kWhenReady, TextField<S>{&S::password_file}},
      {"mqtt-ca-file", "Certificates (PEM) of the authorities that may sign the broker's; none: those of the system",
       kWhenReady, TextField<S>{&S::ca_file}},
      {"mqtt-cert-file", "Certificate (PEM) of this client, where the broker wants one", kWhenReady,
       TextField<S>{&S::cert_file}},
      {"mqtt-key-file", "Key (PEM, without a pass phrase) of mqtt-cert-file", kWhenReady, TextField<S>{&S::key_file}},
      {"mqtt-buffer-size", "Frames that wait for the broker at most; then the oldest are dropped", kWhenReady,
       IntField<S>{&S::buffer_size, 1, 1'000'000}},
      {"mqtt-keep-alive", "Seconds of silence after which the connection is tested", kWhenReady,
       IntField<S>{&S::keep_alive_s, 5, 65'535}},
      {"mqtt-flush-timeout", "Longest wait, at the end of the stream, for frames that are not delivered yet (ns)",
       kWhenReady, TimeField<S>{&S::flush_timeout_ns}},
  };
  return kTable;
}

}  // namespace kpt::gst
