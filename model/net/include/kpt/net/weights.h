// Weights in and out: safetensors files to modules and back, strictly.
// Includes Torch. Called by the tracker's network estimator and training.
#pragma once

#include <torch/nn/module.h>

#include <map>
#include <string>

#include "kpt/net/fgsa_net.h"
#include "kpt/net/safetensors.h"

namespace kpt::net {

/// Copies a file's tensors into the module's parameters and buffers. Throws Error(kModel) that lists every missing,
/// extra or misshapen key. 16-bit floats become 32-bit ones. Only keys that start with `prefix` count, and it is
/// removed.
void LoadWeights(torch::nn::Module &module, const SafetensorsFile &file, const std::string &prefix = "");

/// A network as its file's metadata describes it, with its weights. Throws Error (kNotFound, kModel).
FgsaNet LoadNet(const std::string &path);

/// What another training run learned, to go on from, into a network of the same sizes. What was added to the network
/// since (the layout prior, the joint confidence) may be missing in the file and stays as it is.
void LoadStartWeights(FgsaNet &net, const std::string &path);

/// Backbone weights (keys "backbone.*", as `kpt convert` writes them) into a network.
void LoadBackboneWeights(FgsaNet &net, const std::string &path);

/// Writes all parameters and buffers with the network's configuration and `extra` in the metadata; `half`: as 16-bit
/// floats.
void SaveNet(const std::string &path, const FgsaNet &net, const std::map<std::string, std::string> &extra, bool half);

}  // namespace kpt::net
