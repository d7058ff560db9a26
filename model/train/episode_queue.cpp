#include "kpt/train/episode_queue.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "kpt/base/error.h"

namespace kpt::train {

struct EpisodeQueue::Impl {
  std::vector<WeightedSource> sources;
  std::uint64_t seed = 0;
  std::size_t ahead = 0;

  std::mutex mutex;
  std::condition_variable room, ready;
  std::map<std::uint64_t, Episode> finished;
  std::uint64_t next_to_make = 0, next_to_take = 0;
  std::exception_ptr failure;
  bool stopping = false;
  std::vector<std::thread> workers;

  Episode Make(std::uint64_t number) const {
    std::seed_seq seeds{seed, seed >> 32, number, number >> 32};
    std::mt19937_64 random(seeds);
    std::vector<double> weights;
    for (const WeightedSource &s : sources) weights.push_back(s.weight);
    const auto pick = std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(random);
    return sources[pick].source->Make(random);
  }

  void Work() {
    while (true) {
      std::uint64_t number = 0;
      {
        std::unique_lock lock(mutex);
        room.wait(lock, [this] { return stopping || next_to_make < next_to_take + ahead; });
        if (stopping) return;
        number = next_to_make++;
      }
      try {
        Episode episode = Make(number);
        const std::lock_guard lock(mutex);
        finished.emplace(number, std::move(episode));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
      ready.notify_all();
    }
  }
};

EpisodeQueue::EpisodeQueue(std::vector<WeightedSource> sources, std::uint64_t seed, std::uint64_t first, int workers,
                           int ahead)
    : impl_(std::make_unique<Impl>()) {
  if (sources.empty()) throw Error(ErrorCode::kInvalidArgument, "training needs at least one source of episodes");
  impl_->sources = std::move(sources);
  impl_->seed = seed;
  impl_->ahead = static_cast<std::size_t>(std::max(1, ahead));
  impl_->next_to_make = impl_->next_to_take = first;
  for (int i = 0; i < std::max(1, workers); ++i) impl_->workers.emplace_back([this] { impl_->Work(); });
}

EpisodeQueue::~EpisodeQueue() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->room.notify_all();
  for (std::thread &worker : impl_->workers) worker.join();
}

std::vector<Episode> EpisodeQueue::Take(int count) {
  std::vector<Episode> taken;
  for (int i = 0; i < count; ++i) {
    std::unique_lock lock(impl_->mutex);
    impl_->ready.wait(lock, [this] { return impl_->failure || impl_->finished.count(impl_->next_to_take) != 0; });
    if (impl_->failure) std::rethrow_exception(impl_->failure);
    auto node = impl_->finished.extract(impl_->next_to_take++);
    taken.push_back(std::move(node.mapped()));
    lock.unlock();
    impl_->room.notify_all();
  }
  return taken;
}

}  // namespace kpt::train
