// See latest_job.h.
#include "latest_job.h"

#include <utility>

namespace kpt::gst {

/// Waits for the job that runs; one that waits is dropped.
LatestJob::~LatestJob() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_ = nullptr;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LatestJob::Post(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  waiting_ = std::move(job);
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  changed_.notify_one();
}

void LatestJob::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || waiting_; });
    if (ending_) return;
    const std::function<void()> job = std::exchange(waiting_, nullptr);
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace kpt::gst
