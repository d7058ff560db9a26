// Every size of the network, as stored in the weights' metadata and in training configurations.
// Plain C++: no Torch, so that the tracker and the trainer's YAML reader may include it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace kpt::net {

/// Which values the input pixels are normalised by: (pixel - mean) / std, pixel in [0, 255], RGB.
struct Normalisation {
  std::vector<double> mean;
  std::vector<double> std;
};

struct NetConfig {
  std::string backbone = "efficientnet_lite0";  ///< or "resnet50"
  std::vector<int> strides = {32, 16, 8, 4};  ///< of the pyramid's levels, coarse to fine; {32, 16, 8} for the release
  int crop_size = 256;
  int channels = 128;       ///< d_model
  int side_heads = 4;       ///< H: deformable heads around linked points, the point itself included
  int attention_heads = 4;  ///< M, of a deformable head
  int self_attention_heads = 4;
  int sampling_points = 4;  ///< P, a head and level
  int layers = 3;           ///< L
  int ffn = 256;
  int padded_keypoints = 40;      ///< K at test time
  bool pad_on_links = true;       ///< false: the added slots stay empty, the baseline that the paper compares with
  bool support_mining = true;     ///< false: only the first layer mines the support, the paper's ablation
  bool proposal = true;           ///< correlation proposal as the first query point (release: the crop's centre)
  int proposal_stride = 8;        ///< of the level that it looks in
  bool layout_prior = false;      ///< the proposal prefers places that keep the support's layout (release: none)
  bool confidence = true;         ///< a confidence branch a layer (release: none)
  bool joint_confidence = false;  ///< confidences of an object's points are judged together (release: none)
  bool seed_vector = true;  ///< a learned vector tells the network that its first points are seeds (release: none)
  float dropout = 0.0F;

  /// The configuration of the paper's released checkpoint: ResNet-50, 256 channels, 8 side heads, 3 levels, K = 70.
  static NetConfig Released();
  /// The small default.
  static NetConfig Small() { return {}; }

  int levels() const { return static_cast<int>(strides.size()); }
  Normalisation normalisation() const;  ///< goes with the backbone

  /// Throws Error(kModel) that names the field where a size is absurd.
  void Check() const;

  /// As flat string pairs, for the metadata of a safetensors file ("net.channels" -> "128"), and back. Unknown "net."
  /// keys and unreadable values throw Error(kModel); missing ones keep their defaults.
  std::map<std::string, std::string> ToMetadata() const;
  static NetConfig FromMetadata(const std::map<std::string, std::string> &metadata);
};

}  // namespace kpt::net
