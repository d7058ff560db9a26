// See mqtt_client.h. The library's own thread and reconnection are not used: its thread ends for good at the first name
// that does not resolve or handshake that fails, and its queue has no bound.
#include "mqtt_client.h"

#include <mosquitto.h>
#include <netdb.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace kpt::gst {
namespace {

constexpr std::chrono::milliseconds kLongestWait{1000};  // the library looks after its keep-alive once a second
constexpr std::chrono::milliseconds kHandshakeWait{20};
constexpr std::chrono::seconds kLongestSilence{10};  // of a broker that was asked to accept us

/// MQTT 3.1.1, section 3.2.2.3.
struct Refusal {
  MqttProblem::Kind kind;
  const char *text;
};
constexpr std::array<Refusal, 6> kRefusals = {
    {{MqttProblem::Kind::kPassing, ""},
     {MqttProblem::Kind::kForbidden, "does not speak MQTT 3.1.1"},
     {MqttProblem::Kind::kForbidden, "refuses mqtt-client-id"},
     {MqttProblem::Kind::kPassing, "is not ready"},
     {MqttProblem::Kind::kForbidden, "refuses mqtt-user or the password"},
     {MqttProblem::Kind::kForbidden, "does not authorise this client: check mqtt-user and the password"}}};

/// "certificate verify failed" of "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed".
std::string Reason(const char *line) {
  std::string_view text = line;
  for (const std::string_view prefix : {"OpenSSL Error", "Error: "}) {
    if (text.substr(0, prefix.size()) != prefix) continue;
    text.remove_prefix(prefix == "Error: " ? prefix.size() : text.rfind(':') + 1);
    break;
  }
  while (!text.empty() && text.back() == '.') text.remove_suffix(1);
  return std::string(text);
}

/// Where a key has a pass phrase, OpenSSL would ask for it on the terminal.
int NoPassPhrase(char *, int, int, void *) { return 0; }

const char *TextOrNull(const std::string &text) { return text.empty() ? nullptr : text.c_str(); }

void StartLibrary() {
  static const int kStarted = mosquitto_lib_init();
  if (kStarted != MOSQ_ERR_SUCCESS) {
    throw MqttProblem(MqttProblem::Kind::kPassing, "cannot be used: libmosquitto does not start");
  }
}

}  // namespace

struct MqttClient::Library {
  struct Destroy {
    void operator()(mosquitto *client) const { mosquitto_destroy(client); }
  };
  std::unique_ptr<mosquitto, Destroy> client;
  std::vector<int> delivered;
  int answer = -1;       // to the wish to be accepted; -1: none yet
  std::string tls_said;  // the library's error lines, shortened

  static Library &Of(void *self) { return *static_cast<Library *>(self); }
  static void OnConnect(mosquitto *, void *self, int code) { Of(self).answer = code; }
  static void OnPublish(mosquitto *, void *self, int message) { Of(self).delivered.push_back(message); }
  static void OnLog(mosquitto *, void *self, int level, const char *line) {
    if (level != MOSQ_LOG_ERR) return;
    std::string &said = Of(self).tls_said;
    said += (said.empty() ? "" : "; ") + Reason(line);
  }
};

MqttClient::MqttClient(const MqttSettings &settings) : settings_(settings), library_(std::make_unique<Library>()) {
  StartLibrary();
  mosquitto *client = mosquitto_new(TextOrNull(settings_.client_id), true, library_.get());
  if (client == nullptr) throw std::bad_alloc();
  library_->client.reset(client);
  mosquitto_connect_callback_set(client, Library::OnConnect);
  mosquitto_publish_callback_set(client, Library::OnPublish);
  mosquitto_log_callback_set(client, Library::OnLog);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  if (!settings_.user.empty()) {
    ThrowIfFailed(mosquitto_username_pw_set(client, settings_.user.c_str(), TextOrNull(settings_.password)));
  }
  if (!settings_.tls) return;
  if (settings_.ca_file.empty()) {
    ThrowIfFailed(mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1));
  } else {
    ThrowIfFailed(mosquitto_tls_set(client, settings_.ca_file.c_str(), nullptr, TextOrNull(settings_.cert_file),
                                    TextOrNull(settings_.key_file), NoPassPhrase));
  }
}

MqttClient::~MqttClient() = default;

void MqttClient::Connect() {
  ThrowIfFailed(
      mosquitto_connect(library_->client.get(), settings_.host.c_str(), settings_.port, settings_.keep_alive_s));
  connected_at_ = std::chrono::steady_clock::now();
}

void MqttClient::Work(int other_fd) {
  mosquitto *client = library_->client.get();
  // While TLS shakes hands the library does not tell what it waits for; it is asked again and again, not all the time.
  const bool in_handshake = settings_.tls && !accepted_;
  const bool wants_write = mosquitto_want_write(client);
  const int events = POLLIN | (wants_write && !in_handshake ? POLLOUT : 0);
  std::array<pollfd, 2> fds = {{{mosquitto_socket(client), static_cast<short>(events), 0}, {other_fd, POLLIN, 0}}};
  poll(fds.data(), fds.size(), static_cast<int>((in_handshake ? kHandshakeWait : kLongestWait).count()));
  if (in_handshake || (fds[0].revents & ~POLLOUT) != 0) ThrowIfFailed(mosquitto_loop_read(client, 1));
  if (mosquitto_want_write(client)) ThrowIfFailed(mosquitto_loop_write(client, 1));
  ThrowIfFailed(mosquitto_loop_misc(client));
  accepted_ = library_->answer == 0;
  if (!accepted_ && std::chrono::steady_clock::now() - connected_at_ > kLongestSilence) {
    throw MqttProblem(MqttProblem::Kind::kPassing, "does not answer");
  }
}

bool MqttClient::is_idle() const { return !mosquitto_want_write(library_->client.get()); }

int MqttClient::Publish(const std::string &topic, const std::string &text, bool retain) {
  int message = 0;
  ThrowIfFailed(mosquitto_publish(library_->client.get(), &message, topic.c_str(), static_cast<int>(text.size()),
                                  text.data(), settings_.qos, retain));
  return message;
}

std::vector<int> MqttClient::TakeDelivered() { return std::exchange(library_->delivered, {}); }

void MqttClient::Disconnect() noexcept { mosquitto_disconnect(library_->client.get()); }

void MqttClient::ThrowIfFailed(int code) {
  if (code != MOSQ_ERR_SUCCESS) Fail(code, errno);
}

/// What a broker may have against us that hung up without a word. Where it wants a certificate its alert can be lost,
/// since it hangs up while we still write.
std::string MqttClient::WhyNotAccepted() const {
  if (accepted_) return {};
  if (settings_.tls && settings_.cert_file.empty())
    return " without an answer; does it want a certificate from this client (mqtt-cert-file, mqtt-key-file)?";
  return " without an answer; is its port one for MQTT, with TLS for mqtts:// and without for mqtt://?";
}

void MqttClient::Fail(int code, int system_error) {
  using Kind = MqttProblem::Kind;
  const int answer = library_->answer;
  if (answer > 0) {
    const bool is_known = answer < static_cast<int>(kRefusals.size());
    const Refusal refusal =
        is_known ? kRefusals[static_cast<std::size_t>(answer)] : Refusal{Kind::kPassing, "refuses the connection"};
    throw MqttProblem(refusal.kind, refusal.text);
  }
  const std::string &tls_said = library_->tls_said;
  if (!tls_said.empty()) {
    // A connection that was cut in the handshake is an error of OpenSSL's too.
    const bool was_cut = tls_said.find("unexpected eof") != std::string::npos;
    throw MqttProblem(was_cut ? Kind::kPassing : Kind::kTls, "cannot be reached by TLS: " + tls_said);
  }
  // The library says EPROTO where TLS ends in the middle.
  const bool cut = system_error == ECONNRESET || system_error == EPIPE || system_error == EPROTO;
  const bool hung_up = code == MOSQ_ERR_CONN_LOST || (code == MOSQ_ERR_ERRNO && cut);
  if (hung_up) throw MqttProblem(Kind::kPassing, "closed the connection" + WhyNotAccepted());
  switch (code) {
    case MOSQ_ERR_EAI:
      throw MqttProblem(Kind::kPassing, std::string("cannot be found: ") + gai_strerror(system_error));
    case MOSQ_ERR_ERRNO:
      throw MqttProblem(Kind::kPassing, "cannot be reached: " + std::generic_category().message(system_error));
    default:
      throw MqttProblem(Kind::kPassing, std::string("cannot be used: ") + mosquitto_strerror(code));
  }
}

}  // namespace kpt::gst
