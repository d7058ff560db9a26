// What `kpt bench` times: operations, parts of the network, pipelines. The command does the timing and the table.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kpt::tools {

struct BenchCase {
  std::string group, what;
  std::function<void()> run;
  std::string plain_name;       ///< of the plain form of the same work; empty: there is none
  std::function<void()> plain;  ///< may be called in turns with `run`
};

struct BenchRow {
  std::string group, what;
  double ms = 0;
  std::string plain_name;  ///< as above
  double plain_ms = 0;
};

/// The deformable gather on one thread, at the sizes of a tracked frame and of a training step.
std::vector<BenchCase> OpsCases();

/// The network's parts, with its own sizes and random pictures. Throws kpt::Error where the weights cannot be read.
std::vector<BenchCase> NetworkCases(const std::string &weights);

/// Milliseconds a frame of keypointtrack on GStreamer's test picture, as it is set and with the network on every third
/// frame, beside the pipeline without it. Throws CommandError.
std::vector<BenchRow> TimePipelines(const std::string &weights, int frames);

}  // namespace kpt::tools
