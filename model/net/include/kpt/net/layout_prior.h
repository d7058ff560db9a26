// Where keypoints are likely before anything is looked at: laid out as in the support shots. Not part of the paper's
// network; helps the correlation proposal where several places look alike. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <array>

namespace kpt::net {

class LayoutPriorImpl : public torch::nn::Module {
 public:
  LayoutPriorImpl();

  /// Logarithm of a Gaussian around each centre, never below a floor, so that clear evidence elsewhere wins; width and
  /// floor are learned. `centres` [B, K, 2] in [0, 1], `known` [B, K] bool: points that no shot shows have no prior
  /// (0). Returns [B, K, h * w].
  torch::Tensor Logits(const torch::Tensor &centres, const torch::Tensor &known,
                       std::array<std::int64_t, 2> size) const;

 private:
  torch::Tensor log_width_;  ///< of the crop's side
  torch::Tensor floor_logit_;
};
TORCH_MODULE(LayoutPrior);

struct LayoutFit {
  torch::Tensor points;        ///< [B, K, 2]: the layout where it fits best
  torch::Tensor cosine, sine;  ///< [B, 1]: of its turn, times its scale
};

/// The layout [B or 1, K, 2] moved, turned and scaled onto `points` [B, K, 2] by weighted least squares; `weights`
/// [B, K]. Where little weight speaks for a change the layout stays as it is.
LayoutFit FitLayout(const torch::Tensor &layout, const torch::Tensor &points, const torch::Tensor &weights);

/// The same, repeated with less weight for points that lie far from the fit before.
LayoutFit FitMostOfLayout(const torch::Tensor &layout, const torch::Tensor &points, const torch::Tensor &weights);

}  // namespace kpt::net
