// One connection to an MQTT broker, from its first byte to its last, on one thread: libmosquitto behind RAII, its codes
// as sentences. Knows no queue and no element; called by the publisher, which makes a new one for each try.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "mqtt_settings.h"

namespace kpt::gst {

/// What ended a connection, or kept it from coming about, to follow "the broker at HOST:PORT ".
class MqttProblem : public std::runtime_error {
 public:
  enum class Kind {
    kPassing,    ///< the network's or the broker's; a later try may go well
    kForbidden,  ///< the broker does not want us: user, password or client id
    kTls,        ///< no certificate that both sides accept
  };
  MqttProblem(Kind kind, const std::string &text) : std::runtime_error(text), kind_(kind) {}
  Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

class MqttClient {
 public:
  explicit MqttClient(const MqttSettings &settings);
  ~MqttClient();

  // All throw MqttProblem.

  /// Connects the socket, for which it may block as long as the system lets it, and asks the broker to accept us.
  void Connect();

  /// Waits until the broker or `other_fd` has something to say, at most a second, and does what there is to do.
  void Work(int other_fd);

  /// Whether the broker said yes.
  bool is_accepted() const noexcept { return accepted_; }

  /// Whether the socket took all that was sent so far.
  bool is_idle() const;

  /// Returns the number by which TakeDelivered names the message.
  int Publish(const std::string &topic, const std::string &text, bool retain);

  /// The messages that arrived since the last call: at the broker, or with quality of service 0 in the socket.
  std::vector<int> TakeDelivered();

  /// Says goodbye, without waiting for anything.
  void Disconnect() noexcept;

 private:
  struct Library;  // libmosquitto's side

  void ThrowIfFailed(int code);
  [[noreturn]] void Fail(int code, int system_error);
  std::string WhyNotAccepted() const;

  const MqttSettings settings_;
  std::unique_ptr<Library> library_;
  std::chrono::steady_clock::time_point connected_at_;
  bool accepted_ = false;
};

}  // namespace kpt::gst
