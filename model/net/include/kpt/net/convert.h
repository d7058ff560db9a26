// Imports checkpoints of other programs. No Torch: the files are read as data. Called by `kpt convert`.
#pragma once

#include <string>

namespace kpt::net {

/// What `kpt convert` does: recognises the released checkpoint, torchvision's ResNet-50 and EfficientNet-Lite0 by their
/// keys, renames to this project's names, drops classifiers and counters, and writes safetensors. Returns one line that
/// says what it was. Throws Error(kModel) where it is none of them.
std::string ConvertCheckpoint(const std::string &pth_path, const std::string &safetensors_path);

}  // namespace kpt::net
