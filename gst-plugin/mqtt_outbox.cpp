// See mqtt_outbox.h.
#include "mqtt_outbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace kpt::gst {
namespace {

bool IsFrame(const MqttMessage &message) { return message.kind == MqttMessage::Kind::kFrame; }

int MakeEventFd() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

}  // namespace

MqttOutbox::MqttOutbox(std::size_t capacity) : capacity_(capacity), news_(MakeEventFd()) {}

MqttOutbox::~MqttOutbox() { close(news_); }

void MqttOutbox::Post(MqttMessage message) {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    stats_.dropped += IsFrame(message) ? 1 : 0;
    return;
  }
  waiting_frames_ += IsFrame(message) ? 1 : 0;
  waiting_.push_back(std::move(message));
  DropSurplus();
  Announce();
}

bool MqttOutbox::WaitUntilDelivered(std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto is_delivered = [this] { return waiting_.empty() && taken_ == 0; };
  changed_.wait_for(lock, timeout, [&] { return closed_ || is_delivered(); });
  return !closed_ && is_delivered();
}

void MqttOutbox::RequestStop() {
  const std::lock_guard lock(mutex_);
  stop_requested_ = true;
  Announce();
  changed_.notify_all();
}

bool MqttOutbox::WaitUntilClosed(std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return closed_; });
}

std::optional<MqttMessage> MqttOutbox::Take() {
  const std::lock_guard lock(mutex_);
  if (repeat_header_) {
    repeat_header_ = false;
    ++taken_;
    return last_header_;
  }
  if (waiting_.empty()) return {};
  MqttMessage message = std::move(waiting_.front());
  waiting_.pop_front();
  ++taken_;
  if (IsFrame(message)) {
    --waiting_frames_;
    ++taken_frames_;
  } else {
    last_header_ = message;
  }
  return message;
}

void MqttOutbox::Delivered(const MqttMessage &message) {
  const std::lock_guard lock(mutex_);
  --taken_;
  if (IsFrame(message)) {
    --taken_frames_;
    ++stats_.published;
  }
  changed_.notify_all();
}

void MqttOutbox::PutBack(std::deque<MqttMessage> messages) {
  const std::lock_guard lock(mutex_);
  taken_ -= messages.size();
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (!IsFrame(*message)) continue;
    --taken_frames_;
    ++waiting_frames_;
    waiting_.push_front(std::move(*message));
  }
  repeat_header_ = last_header_.has_value();
  DropSurplus();
}

void MqttOutbox::SetConnected(bool connected) {
  const std::lock_guard lock(mutex_);
  stats_.connected = connected;
}

void MqttOutbox::CountOutage() {
  const std::lock_guard lock(mutex_);
  ++stats_.outages;
}

bool MqttOutbox::stop_requested() const {
  const std::lock_guard lock(mutex_);
  return stop_requested_;
}

void MqttOutbox::Pause(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stop_requested_; });
}

void MqttOutbox::AcknowledgeNews() {
  eventfd_t count = 0;
  eventfd_read(news_, &count);
}

void MqttOutbox::Close() {
  const std::lock_guard lock(mutex_);
  stats_.dropped += waiting_frames_ + taken_frames_;
  stats_.connected = false;
  waiting_.clear();
  waiting_frames_ = taken_ = taken_frames_ = 0;
  closed_ = true;
  changed_.notify_all();
}

MqttStats MqttOutbox::stats() const {
  const std::lock_guard lock(mutex_);
  MqttStats stats = stats_;
  stats.buffered = waiting_frames_ + taken_frames_;
  return stats;
}

void MqttOutbox::Announce() { eventfd_write(news_, 1); }

/// The oldest frames go. Under the lock.
void MqttOutbox::DropSurplus() {
  while (waiting_frames_ > capacity_) {
    waiting_.erase(std::find_if(waiting_.begin(), waiting_.end(), IsFrame));
    --waiting_frames_;
    ++stats_.dropped;
  }
}

}  // namespace kpt::gst
