// See mqtt_publisher.h. MqttLink is the publishing thread's side, MqttSink the writing thread's; between them is the
// outbox.
#include "mqtt_publisher.h"

#include <algorithm>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "mqtt_client.h"

namespace kpt::gst {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstDelay{250};
constexpr std::chrono::milliseconds kLongestDelay{30'000};
constexpr std::chrono::seconds kSteady{5};  // a connection that lasts so long ends the series of delays
constexpr std::chrono::seconds kLongestFarewell{2};
constexpr std::size_t kMostOnTheirWay = 20;  // messages sent and not confirmed; libmosquitto's own limit

/// The waits between the tries of one series: each twice the last.
class Backoff {
 public:
  std::chrono::milliseconds Next() { return std::exchange(delay_, std::min(2 * delay_, kLongestDelay)); }
  void Reset() { delay_ = kFirstDelay; }

 private:
  std::chrono::milliseconds delay_ = kFirstDelay;
};

/// Shared by both threads: the publishing one may outlive the other where the system does not let go of a connection
/// attempt, which no call can end.
class MqttLink {
 public:
  MqttLink(const MqttSettings &settings, std::shared_ptr<MqttOutbox> outbox, MqttReport report)
      : settings_(settings), outbox_(std::move(outbox)), report_(std::move(report)) {}

  /// The publishing thread, until a stop is requested or the broker forbids it.
  void Run() noexcept;

  void Tell(MqttGravity gravity, int code, const std::string &text);

  /// No more reports.
  void Silence() {
    const std::lock_guard lock(report_mutex_);
    report_ = nullptr;
  }

 private:
  void Serve();
  void SendWhatWaits(MqttClient *client);
  void Confirm(const std::vector<int> &delivered);
  bool MayTryAgain(const MqttProblem &problem);
  void NoteConnected();

  struct Sent {
    int number;
    MqttMessage message;
  };

  const MqttSettings settings_;
  const std::shared_ptr<MqttOutbox> outbox_;
  std::mutex report_mutex_;
  MqttReport report_;

  // The publishing thread's.
  std::deque<Sent> on_their_way_;
  Backoff backoff_;
  Clock::time_point connected_since_;
  bool was_connected_ = false;  // at any time
  bool in_outage_ = false;
};

void MqttLink::Run() noexcept {
  // Signals are the program's; and OpenSSL writes to sockets without saying that it wants no SIGPIPE.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  try {
    while (!outbox_->stop_requested()) {
      try {
        Serve();
      } catch (const MqttProblem &problem) {
        if (!MayTryAgain(problem)) break;
        outbox_->Pause(backoff_.Next());
      }
    }
  } catch (const std::exception &error) {
    Tell(MqttGravity::kFailure, GST_RESOURCE_ERROR_FAILED, std::string("publishing ended: ") + error.what());
  }
  outbox_->Close();
}

/// One connection, until a stop is requested. Throws MqttProblem.
void MqttLink::Serve() {
  MqttClient client(settings_);
  client.Connect();
  while (!outbox_->stop_requested()) {
    client.Work(outbox_->news_fd());
    outbox_->AcknowledgeNews();
    Confirm(client.TakeDelivered());
    if (!client.is_accepted()) continue;
    NoteConnected();
    SendWhatWaits(&client);
    Confirm(client.TakeDelivered());
  }
  client.Disconnect();
}

void MqttLink::SendWhatWaits(MqttClient *client) {
  while (on_their_way_.size() < kMostOnTheirWay && client->is_idle()) {
    std::optional<MqttMessage> message = outbox_->Take();
    if (!message) return;
    const bool is_header = message->kind == MqttMessage::Kind::kHeader;
    on_their_way_.push_back({0, std::move(*message)});
    Sent &sent = on_their_way_.back();
    sent.number = client->Publish(is_header ? settings_.HeaderTopic() : settings_.topic, sent.message.text, is_header);
  }
}

void MqttLink::Confirm(const std::vector<int> &delivered) {
  for (const int number : delivered) {
    for (auto sent = on_their_way_.begin(); sent != on_their_way_.end(); ++sent) {
      if (sent->number != number) continue;
      outbox_->Delivered(sent->message);
      on_their_way_.erase(sent);
      break;
    }
  }
}

void MqttLink::NoteConnected() {
  if (outbox_->stats().connected) return;
  connected_since_ = Clock::now();
  was_connected_ = true;
  in_outage_ = false;
  outbox_->SetConnected(true);
}

/// After a connection ended or did not come about. A broker that forbids the first one will forbid the next: that is a
/// mistake in the settings. Later it may be in the broker's, and be put right.
bool MqttLink::MayTryAgain(const MqttProblem &problem) {
  if (outbox_->stats().connected && Clock::now() - connected_since_ > kSteady) backoff_.Reset();
  outbox_->SetConnected(false);
  std::deque<MqttMessage> undelivered;
  for (Sent &sent : on_their_way_) undelivered.push_back(std::move(sent.message));
  on_their_way_.clear();
  outbox_->PutBack(std::move(undelivered));

  const std::string text = "mqtt-url: the broker at " + settings_.Broker() + " " + problem.what() + ".";
  if (problem.kind() != MqttProblem::Kind::kPassing && !was_connected_) {
    const bool is_tls = problem.kind() == MqttProblem::Kind::kTls;
    Tell(MqttGravity::kFailure, is_tls ? GST_RESOURCE_ERROR_OPEN_WRITE : GST_RESOURCE_ERROR_NOT_AUTHORIZED, text);
    return false;
  }
  if (!std::exchange(in_outage_, true)) {
    outbox_->CountOutage();
    Tell(MqttGravity::kWarning, GST_RESOURCE_ERROR_WRITE,
         text + " It is tried again; up to " + std::to_string(settings_.buffer_size) +
             " frames wait, then the oldest are dropped.");
  }
  return true;
}

void MqttLink::Tell(MqttGravity gravity, int code, const std::string &text) {
  const std::lock_guard lock(report_mutex_);
  if (report_) report_(gravity, ElementError(GST_RESOURCE_ERROR, code, text));
}

class MqttSink : public LineSink {
 public:
  MqttSink(const MqttSettings &settings, std::shared_ptr<MqttOutbox> outbox, MqttReport report)
      : flush_timeout_(settings.flush_timeout),
        outbox_(std::move(outbox)),
        link_(std::make_shared<MqttLink>(settings, outbox_, std::move(report))),
        thread_([link = link_] { link->Run(); }) {}

  ~MqttSink() override {
    outbox_->RequestStop();
    const bool has_ended = outbox_->WaitUntilClosed(kLongestFarewell);
    link_->Silence();
    if (has_ended) {
      thread_.join();
    } else {
      outbox_->Close();
      thread_.detach();  // it shares the link, and ends when the system gives its connection attempt up
    }
  }

  /// The retained message has the headers of all categories, a line each: one topic tells a late subscriber everything.
  void WriteHeader(const std::string &category, const std::string &line) override {
    headers_[category] = line;
    std::string all;
    for (const auto &[name, header] : headers_) all += (all.empty() ? "" : "\n") + header;
    outbox_->Post({MqttMessage::Kind::kHeader, all});
    has_given_up_ = false;
  }

  void WriteFrame(const std::string &line) override {
    outbox_->Post({MqttMessage::Kind::kFrame, line});
    has_given_up_ = false;
  }

  /// Waits for what is not delivered, once.
  void Finish() override {
    if (has_given_up_ || outbox_->WaitUntilDelivered(flush_timeout_)) return;
    has_given_up_ = true;
    const std::uint64_t left = outbox_->stats().buffered;
    if (left == 0) return;  // the publishing thread ended, and said why
    link_->Tell(MqttGravity::kWarning, GST_RESOURCE_ERROR_WRITE,
                "mqtt-flush-timeout: the stream ended, and " + std::to_string(left) +
                    " frames are not delivered to the broker.");
  }

 private:
  const std::chrono::nanoseconds flush_timeout_;
  const std::shared_ptr<MqttOutbox> outbox_;
  const std::shared_ptr<MqttLink> link_;
  std::thread thread_;
  std::map<std::string, std::string> headers_;  // by category
  bool has_given_up_ = false;
};

}  // namespace

std::shared_ptr<LineSink> MakeMqttSink(const MqttSettings &settings, std::shared_ptr<MqttOutbox> outbox,
                                       MqttReport report) {
  return std::make_shared<MqttSink>(settings, std::move(outbox), std::move(report));
}

}  // namespace kpt::gst
