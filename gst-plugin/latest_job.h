// Runs jobs on a thread of its own, one at a time. A job that waits is dropped for a newer one: of several exchanges of
// the shots that a user asks for in a row, only the last counts. Called by track_element.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace kpt::gst {

class LatestJob {
 public:
  LatestJob() = default;
  LatestJob(const LatestJob &) = delete;
  LatestJob &operator=(const LatestJob &) = delete;
  ~LatestJob();

  /// From any thread. `job` must not throw. The first one starts the thread.
  void Post(std::function<void()> job);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace kpt::gst
