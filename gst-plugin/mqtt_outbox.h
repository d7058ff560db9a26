// The messages between the streaming thread, which writes them, and the thread that publishes them: a bounded queue in
// which the oldest frames give way, and the count of what became of each. Knows neither MQTT nor elements.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace kpt::gst {

struct MqttMessage {
  enum class Kind { kHeader, kFrame };
  Kind kind = Kind::kFrame;
  std::string text;
};

/// Of frames; headers are not counted. published + dropped + buffered is what was posted.
struct MqttStats {
  std::uint64_t published = 0;  ///< delivered, as far as the quality of service tells
  std::uint64_t dropped = 0;    ///< gave way to newer ones, or were left at the end
  std::uint64_t buffered = 0;   ///< waiting or on their way
  std::uint64_t outages = 0;    ///< times that there was no connection
  bool connected = false;
};

class MqttOutbox {
 public:
  /// At most `capacity` frames wait; headers always have room.
  explicit MqttOutbox(std::size_t capacity);
  ~MqttOutbox();
  MqttOutbox(const MqttOutbox &) = delete;
  MqttOutbox &operator=(const MqttOutbox &) = delete;

  // Of the streaming thread. None waits for the network but WaitUntilDelivered.
  void Post(MqttMessage message);
  /// False where something is not delivered after that time, or never will be.
  bool WaitUntilDelivered(std::chrono::nanoseconds timeout);
  void RequestStop();
  /// Whether the other thread closed the box before that time.
  bool WaitUntilClosed(std::chrono::nanoseconds timeout);

  // Of the publishing thread.
  std::optional<MqttMessage> Take();
  /// One of the messages taken arrived.
  void Delivered(const MqttMessage &message);
  /// Messages taken that may not have arrived, in their order: the frames are the next again, behind the last header,
  /// which a broker that was started anew no longer has.
  void PutBack(std::deque<MqttMessage> messages);
  void SetConnected(bool connected);
  void CountOutage();
  bool stop_requested() const;
  /// Waits that long, or until a stop is requested.
  void Pause(std::chrono::nanoseconds time);
  /// Readable where there is news: a message, or the wish to stop. AcknowledgeNews before looking at them.
  int news_fd() const { return news_; }
  void AcknowledgeNews();

  /// Of either: nothing will be delivered any more; what is left counts as dropped.
  void Close();

  MqttStats stats() const;

 private:
  void Announce();
  void DropSurplus();

  const std::size_t capacity_;
  const int news_;  // an eventfd

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<MqttMessage> waiting_;
  std::size_t waiting_frames_ = 0;
  std::optional<MqttMessage> last_header_;  // of those taken
  bool repeat_header_ = false;
  std::size_t taken_ = 0;         // messages on their way
  std::size_t taken_frames_ = 0;  // frames among them
  MqttStats stats_;               // but for buffered
  bool stop_requested_ = false;
  bool closed_ = false;
};

}  // namespace kpt::gst
