// For tests of publishing: a real mosquitto on loopback, and a client that listens to it. Knows no element; used by the
// tests of keypointexport and of the pipelines.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

struct mosquitto;
struct mosquitto_message;

namespace kpt::gst::testing {

/// Waits until `holds`, looking again and again; false after twenty seconds.
bool WaitUntil(const std::function<bool()> &holds);

/// Ends with the object. What it knows survives Kill and another Start.
class MqttBroker {
 public:
  /// Tests skip where it is not.
  static bool IsInstalled();

  MqttBroker();
  ~MqttBroker();
  MqttBroker(const MqttBroker &) = delete;
  MqttBroker &operator=(const MqttBroker &) = delete;

  /// A line of its configuration, for the next Start. The default lets everybody in.
  void Configure(const std::string &line);

  /// Returns when it takes connections.
  void Start();
  void Kill();
  void Freeze();  ///< connections stay, and nothing is answered

  int port() const { return port_; }
  std::string Url(const std::string &topic, const std::string &scheme = "mqtt") const;
  /// A path in the broker's folder.
  std::string Path(const std::string &name) const { return (folder_ / name).string(); }
  /// Whether it remembers this client on its disk.
  bool Remembers(const std::string &client_id) const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> configuration_;
  int port_ = 0;
  int process_ = 0;  // 0: not running
};

/// Subscribes with quality of service 1, and again after the broker was away.
class MqttListener {
 public:
  struct Message {
    std::string topic;
    std::string text;
    bool retained = false;
  };
  struct Login {
    std::string user;
    std::string password;
    std::string ca_file;
  };

  /// Returns when the subscription is confirmed.
  MqttListener(const MqttBroker &broker, const std::string &topics, const std::string &client_id, Login login = {});
  ~MqttListener();
  MqttListener(const MqttListener &) = delete;
  MqttListener &operator=(const MqttListener &) = delete;

  /// What came in so far.
  std::vector<Message> messages() const;
  /// What came in on this topic, once there are `count` different texts, or twenty seconds later. A text that came
  /// before is left out: with quality of service 1, and where a subscription is made again, messages may come twice.
  std::vector<std::string> WaitFor(const std::string &topic, std::size_t count) const;

 private:
  static void OnConnect(mosquitto *client, void *self, int code);
  static void OnSubscribe(mosquitto *client, void *self, int, int, const int *);
  static void OnMessage(mosquitto *client, void *self, const mosquitto_message *message);

  const std::string topics_;
  mosquitto *client_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool subscribed_ = false;
  std::vector<Message> messages_;
};

}  // namespace kpt::gst::testing
