// See network_registry.h.
#include "network_registry.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <utility>

#include "guard.h"
#include "installed_files.h"
#include "testing_hooks.h"

namespace kpt::gst {
namespace {

EstimatorFactory &Factory() {
  static EstimatorFactory factory = LoadEstimator;
  return factory;
}

SharedNetwork Load(const EstimatorSettings &wanted) {
  return std::make_shared<const LoadedEstimator>(ValueOrThrow(Factory()(wanted)));
}

/// One name for one file, however it is spelt.
std::string Canonical(const std::string &file) {
  std::error_code unknown;
  const auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(file), unknown);
  return unknown ? file : path.string();
}

/// What lives under the ids. Weak: the elements are the owners.
class Registry {
 public:
  SharedNetwork Acquire(const std::string &id, const EstimatorSettings &wanted) {
    const std::lock_guard lock(mutex_);  // also while loading: who asks for the same id has to wait for it anyway
    Entry &entry = entries_[{id, wanted.device}];
    for (const auto &[key, other] : entries_) {
      if (key.first == id) CheckModel(id, other, wanted.model_file);
    }
    SharedNetwork network = entry.network.lock();
    if (network == nullptr) {
      network = Load(wanted);
      entry = {Canonical(wanted.model_file), network};
    }
    return network;
  }

 private:
  struct Entry {
    std::string model_file;
    std::weak_ptr<const LoadedEstimator> network;
  };

  static void CheckModel(const std::string &id, const Entry &entry, const std::string &model_file) {
    if (entry.network.expired() || entry.model_file == Canonical(model_file)) return;
    throw Error(ErrorCode::kInvalidArgument, "model-instance-id: '" + id + "' stands for the weights '" +
                                                 entry.model_file + "' already, and this element's model-file is '" +
                                                 model_file + "'; give it the same one, or another id.");
  }

  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  ///< by id and device
};

}  // namespace

void SetEstimatorFactoryForTesting(EstimatorFactory factory) {
  Factory() = factory ? std::move(factory) : EstimatorFactory(LoadEstimator);
}

SharedNetwork AcquireNetwork(const TrackSettings &settings) {
  static Registry registry;
  EstimatorSettings wanted;
  wanted.model_file = settings.model_file.empty() ? FindDefaultWeights() : settings.model_file;
  wanted.device = settings.device;
  return settings.model_instance_id.empty() ? Load(wanted) : registry.Acquire(settings.model_instance_id, wanted);
}

}  // namespace kpt::gst
