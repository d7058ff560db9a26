#include "checkpoint.h"

#include <torch/serialize.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kpt/base/error.h"
#include "kpt/net/weights.h"

namespace kpt::train {
namespace {

namespace fs = std::filesystem;

constexpr char kWeights[] = "weights.safetensors";
constexpr char kAverage[] = "average.safetensors";
constexpr char kOptimiser[] = "optimiser.pt";
constexpr char kState[] = "state.json";

}  // namespace

void SaveCheckpoint(const std::string &folder, const net::FgsaNet &net, const net::FgsaNet &average,
                    torch::optim::AdamW &optimiser, const RunState &state) {
  const fs::path next = fs::path(folder) / "checkpoint.next", current = fs::path(folder) / "checkpoint",
                 old = fs::path(folder) / "checkpoint.old";
  fs::remove_all(next);
  fs::create_directories(next);
  net::SaveNet(next / kWeights, net, {}, false);
  net::SaveNet(next / kAverage, average, {}, false);
  torch::serialize::OutputArchive archive;
  optimiser.save(archive);
  archive.save_to((next / kOptimiser).string());
  std::ofstream(next / kState) << nlohmann::json{
      {"step", state.step}, {"minutes", state.minutes}, {"best_score", state.best_score}};
  fs::remove_all(old);
  if (fs::exists(current)) fs::rename(current, old);
  fs::rename(next, current);
  fs::remove_all(old);
}

bool LoadCheckpoint(const std::string &folder, net::FgsaNet &net, net::FgsaNet &average, torch::optim::AdamW &optimiser,
                    RunState *state) {
  fs::path from = fs::path(folder) / "checkpoint";
  if (!fs::exists(from)) from = fs::path(folder) / "checkpoint.old";  // killed between the two renames
  if (!fs::exists(from)) return false;
  try {
    net::LoadWeights(*net, net::SafetensorsFile::Read(from / kWeights));
    net::LoadWeights(*average, net::SafetensorsFile::Read(from / kAverage));
    torch::serialize::InputArchive archive;
    archive.load_from((from / kOptimiser).string());
    optimiser.load(archive);
    std::ifstream stream(from / kState);
    const auto json = nlohmann::json::parse(stream);
    *state = {json.at("step").get<std::int64_t>(), json.at("minutes").get<double>(),
              json.at("best_score").get<double>()};
  } catch (const Error &) {
    throw;
  } catch (const std::exception &error) {
    throw Error(ErrorCode::kModel, from.string() + ": the checkpoint cannot be read: " + error.what());
  }
  return true;
}

}  // namespace kpt::train
