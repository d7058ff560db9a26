// See mqtt_broker.h.
#include "testing/mqtt_broker.h"

#include <arpa/inet.h>
#include <glib.h>
#include <gtest/gtest.h>
#include <mosquitto.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

namespace kpt::gst::testing {
namespace {

constexpr std::chrono::seconds kPatience{20};

std::string FindProgram(const char *name) {
  // Debian puts it where only root's PATH looks.
  for (const std::string &candidate : {std::string(name), "/usr/sbin/" + std::string(name)}) {
    if (gchar *found = g_find_program_in_path(candidate.c_str())) {
      std::string path = found;
      g_free(found);
      return path;
    }
  }
  return "";
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  bind(descriptor, reinterpret_cast<sockaddr *>(&address), size);
  getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &size);
  close(descriptor);
  return ntohs(address.sin_port);
}

bool TakesConnections(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(port);
  const bool takes = connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
  close(descriptor);
  return takes;
}

std::string TextOf(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// In the child: a test that dies takes its broker with it.
void DieWithParent(gpointer) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

}  // namespace

bool WaitUntil(const std::function<bool()> &holds) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

bool MqttBroker::IsInstalled() { return !FindProgram("mosquitto").empty(); }

MqttBroker::MqttBroker() : port_(FreePort()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "kpt-mqtt-XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
  if (geteuid() == 0) Configure("user root");  // else it becomes a user who cannot read this folder
  Configure("log_dest file " + Path("log"));
  Configure("persistence true");
  Configure("persistence_location " + folder_.string() + "/");
  Configure("autosave_on_changes true");
  Configure("autosave_interval 1");
  Configure("listener " + std::to_string(port_) + " 127.0.0.1");
}

MqttBroker::~MqttBroker() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void MqttBroker::Configure(const std::string &line) { configuration_.push_back(line); }

void MqttBroker::Start() {
  std::ofstream file(Path("conf"));
  bool names_users = false;
  for (const std::string &line : configuration_) {
    file << line << "\n";
    names_users = names_users || line.rfind("password_file", 0) == 0;
  }
  if (!names_users) file << "allow_anonymous true\n";
  file.close();
  std::string program = FindProgram("mosquitto"), option = "-c", configuration = Path("conf");
  char *arguments[] = {program.data(), option.data(), configuration.data(), nullptr};
  const auto flags =
      static_cast<GSpawnFlags>(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL);
  ASSERT_TRUE(g_spawn_async(nullptr, arguments, nullptr, flags, DieWithParent, nullptr, &process_, nullptr));
  ASSERT_TRUE(WaitUntil([this] { return TakesConnections(port_) || waitpid(process_, nullptr, WNOHANG) != 0; }));
  ASSERT_TRUE(TakesConnections(port_)) << TextOf(Path("log"));
}

void MqttBroker::Kill() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

void MqttBroker::Freeze() { kill(process_, SIGSTOP); }

std::string MqttBroker::Url(const std::string &topic, const std::string &scheme) const {
  return scheme + "://127.0.0.1:" + std::to_string(port_) + "/" + topic;
}

bool MqttBroker::Remembers(const std::string &client_id) const {
  return TextOf(Path("mosquitto.db")).find(client_id) != std::string::npos;
}

MqttListener::MqttListener(const MqttBroker &broker, const std::string &topics, const std::string &client_id,
                           Login login)
    : topics_(topics) {
  mosquitto_lib_init();
  client_ = mosquitto_new(client_id.c_str(), false, this);
  mosquitto_connect_callback_set(client_, OnConnect);
  mosquitto_subscribe_callback_set(client_, OnSubscribe);
  mosquitto_message_callback_set(client_, OnMessage);
  mosquitto_reconnect_delay_set(client_, 1, 1, false);
  if (!login.user.empty()) mosquitto_username_pw_set(client_, login.user.c_str(), login.password.c_str());
  if (!login.ca_file.empty()) {
    mosquitto_tls_set(client_, login.ca_file.c_str(), nullptr, nullptr, nullptr, nullptr);
  }
  EXPECT_EQ(mosquitto_connect(client_, "127.0.0.1", broker.port(), 60), MOSQ_ERR_SUCCESS);
  mosquitto_loop_start(client_);
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return subscribed_; })) << "the listener is not let in";
}

MqttListener::~MqttListener() {
  mosquitto_disconnect(client_);
  mosquitto_loop_stop(client_, true);
  mosquitto_destroy(client_);
}

void MqttListener::OnConnect(mosquitto *client, void *self, int code) {
  if (code == 0) mosquitto_subscribe(client, nullptr, static_cast<MqttListener *>(self)->topics_.c_str(), 1);
}

void MqttListener::OnSubscribe(mosquitto *, void *self, int, int, const int *) {
  auto *listener = static_cast<MqttListener *>(self);
  const std::lock_guard lock(listener->mutex_);
  listener->subscribed_ = true;
  listener->changed_.notify_all();
}

void MqttListener::OnMessage(mosquitto *, void *self, const mosquitto_message *message) {
  auto *listener = static_cast<MqttListener *>(self);
  const std::lock_guard lock(listener->mutex_);
  listener->messages_.push_back(
      {message->topic,
       std::string(static_cast<const char *>(message->payload), static_cast<std::size_t>(message->payloadlen)),
       message->retain});
  listener->changed_.notify_all();
}

std::vector<MqttListener::Message> MqttListener::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

std::vector<std::string> MqttListener::WaitFor(const std::string &topic, std::size_t count) const {
  std::unique_lock lock(mutex_);
  std::vector<std::string> texts;
  changed_.wait_for(lock, kPatience, [&] {
    texts.clear();
    for (const Message &message : messages_) {
      const bool is_new = std::find(texts.begin(), texts.end(), message.text) == texts.end();
      if (message.topic == topic && is_new) texts.push_back(message.text);
    }
    return texts.size() >= count;
  });
  return texts;
}

}  // namespace kpt::gst::testing
