// What `kpt eval` says: a table on stdout, `--json` and `--predictions` (docs/formats.md). Knows nothing of networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kpt/train/stills_evaluation.h"

namespace kpt::tools {

struct EvalRow {
  std::string source, category;
  std::string kind;  ///< "stills", "clip" or "mp100"
  std::string clip;  ///< its name; empty for stills
  int pairs = 0;     ///< scored pairs, or objects in scored frames
  train::Pck pck;
  std::vector<train::ConfidenceSample> confidences;  ///< of every counted point that was given
  std::vector<double> without_object;                ///< confidences on queries that show something else; stills only
  int without_points = 0;                            ///< pairs that share no visible point, and count as 0; mp100 only
};

struct EvalPrediction {
  std::string source, category;
  train::StillsPrediction points;
};

/// How the episodes were drawn where a published protocol is followed.
struct EvalProtocol {
  std::string name;  ///< empty: none is
  std::string file;
  int episodes = 0, queries = 0;
  std::uint32_t seed = 0;
};

struct EvalReport {
  std::string model;
  int shots = 0;
  EvalProtocol protocol;
  std::vector<EvalRow> rows;
  std::vector<EvalPrediction> predictions;
};

void PrintReport(const EvalReport &report);

/// Throw CommandError (kPipelineError) where the file cannot be written.
void WriteJson(const EvalReport &report, const std::string &path);
void WritePredictions(const EvalReport &report, const std::string &path);

}  // namespace kpt::tools
