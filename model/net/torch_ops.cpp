#include "kpt/net/torch_ops.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kpt/base/error.h"
#include "kpt/ops/deform_gather.h"

#ifdef KPT_TORCH_CUDA
#include <c10/cuda/CUDAStream.h>
#endif

namespace kpt::net {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void TorchParallelFor(std::int64_t count, std::int64_t grain, ops::RangeBody body, void *context) {
  at::parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) { body(context, begin, end); });
}

ops::DeformGatherShape ShapeOf(const Tensor &values, const std::vector<std::int64_t> &sizes, const Tensor &locations) {
  ops::DeformGatherShape shape;
  shape.batch = locations.size(0);
  shape.keypoints = locations.size(1);
  shape.groups = locations.size(2);
  shape.levels = locations.size(3);
  shape.points = locations.size(4);
  shape.channels = values.size(2);
  shape.cells = values.size(1);
  TORCH_CHECK(shape.levels <= ops::kMaxLevels && static_cast<std::int64_t>(sizes.size()) == 2 * shape.levels,
              "DeformGather: the locations' levels do not match the feature maps");
  for (std::int64_t t = 0; t < shape.levels; ++t) {
    shape.height[t] = static_cast<std::int32_t>(sizes[2 * t]);
    shape.width[t] = static_cast<std::int32_t>(sizes[2 * t + 1]);
  }
  TORCH_CHECK(values.size(0) == shape.batch || values.size(0) == 1, "DeformGather: batch sizes differ");
  shape.values_batch_stride = values.size(0) == shape.batch ? shape.cells * shape.channels : 0;
  return shape;
}

void Check(ops::OpStatus status) {
  if (status == ops::OpStatus::kOk) return;
  if (status == ops::OpStatus::kCudaError) throw Error(ErrorCode::kDevice, "the GPU failed in the deformable gather");
  throw Error(ErrorCode::kInternal, "deformable gather: shapes do not fit together");
}

[[noreturn]] void ThrowNoKernel(const Tensor &values) {
  throw Error(ErrorCode::kDevice, "this build has no kernels for device " + values.device().str() +
                                      "; build with nvcc and a CUDA LibTorch, or use device=cpu");
}

void Forward(const ops::DeformGatherShape &shape, const Tensor &values, const ops::DeformGatherInputs &inputs,
             const ops::DeformGatherOutputs &outputs) {
  if (values.is_cpu()) return Check(DeformGatherCpu(shape, inputs, outputs, TorchParallelFor));
#ifdef KPT_TORCH_CUDA
  if (values.is_cuda()) return Check(DeformGatherCuda(shape, inputs, outputs, c10::cuda::getCurrentCUDAStream()));
#endif
  ThrowNoKernel(values);
}

void Backward(const ops::DeformGatherShape &shape, const Tensor &values, const ops::DeformGatherInputs &inputs,
              const ops::DeformGatherGradients &gradients) {
  if (values.is_cpu()) return Check(DeformGatherBackwardCpu(shape, inputs, gradients, TorchParallelFor));
#ifdef KPT_TORCH_CUDA
  if (values.is_cuda())
    return Check(DeformGatherBackwardCuda(shape, inputs, gradients, c10::cuda::getCurrentCUDAStream()));
#endif
  ThrowNoKernel(values);
}

class DeformGatherFunction : public torch::autograd::Function<DeformGatherFunction> {
 public:
  static variable_list forward(AutogradContext *context, const Tensor &values_in, const Tensor &locations_in,
                               const Tensor &attention_in, const std::vector<std::int64_t> &sizes) {
    const Tensor values = values_in.contiguous();
    const Tensor locations = locations_in.contiguous();
    const Tensor attention = attention_in.contiguous();
    const auto shape = ShapeOf(values, sizes, locations);
    const Tensor features =
        torch::empty({shape.batch, shape.keypoints, shape.groups, shape.channels}, values.options());
    const Tensor inside = torch::empty({shape.batch, shape.keypoints, shape.groups}, values.options());
    Forward(shape, values, {values.data_ptr<float>(), locations.data_ptr<float>(), attention.data_ptr<float>()},
            {features.data_ptr<float>(), inside.data_ptr<float>()});
    context->save_for_backward({values, locations, attention});
    context->saved_data["sizes"] = sizes;
    context->saved_data["values_need_gradient"] = values_in.requires_grad();
    return {features, inside};
  }

  static variable_list backward(AutogradContext *context, variable_list gradients_in) {
    const auto saved = context->get_saved_variables();
    const Tensor &values = saved[0];
    const Tensor &locations = saved[1];
    const Tensor &attention = saved[2];
    const auto shape = ShapeOf(values, context->saved_data["sizes"].toIntVector(), locations);
    const Tensor grad_features = gradients_in[0].contiguous();
    const Tensor grad_inside = gradients_in[1].defined() ? gradients_in[1].contiguous()
                                                         : torch::zeros_like(attention.select(-1, 0).select(-1, 0));
    Tensor grad_values;
    if (context->saved_data["values_need_gradient"].toBool()) {
      TORCH_CHECK(shape.values_batch_stride != 0, "DeformGather: shared feature maps have no gradient");
      grad_values = torch::zeros_like(values);
    }
    const Tensor grad_locations = torch::empty_like(locations);
    const Tensor grad_attention = torch::empty_like(attention);
    Backward(shape, values, {values.data_ptr<float>(), locations.data_ptr<float>(), attention.data_ptr<float>()},
             {grad_features.data_ptr<float>(), grad_inside.data_ptr<float>(),
              grad_values.defined() ? grad_values.data_ptr<float>() : nullptr, grad_locations.data_ptr<float>(),
              grad_attention.data_ptr<float>()});
    return {grad_values, grad_locations, grad_attention, Tensor()};
  }
};

}  // namespace

Gathered DeformGather(const Tensor &values, const LevelSizes &levels, const Tensor &locations,
                      const Tensor &attention) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(2 * levels.size());
  for (const auto &[height, width] : levels) {
    sizes.push_back(height);
    sizes.push_back(width);
  }
  const auto outputs = DeformGatherFunction::apply(values, locations, attention, sizes);
  return {outputs[0], outputs[1]};
}

Tensor SampleLevelMean(const Tensor &values, const LevelSizes &levels, const Tensor &points) {
  const auto batch = points.size(0);
  const auto keypoints = points.size(1);
  const auto count = static_cast<std::int64_t>(levels.size());
  const Tensor locations = points.view({batch, keypoints, 1, 1, 1, 2}).expand({batch, keypoints, 1, count, 1, 2});
  const Tensor attention =
      torch::full({batch, keypoints, 1, count, 1}, 1.0 / static_cast<double>(count), points.options());
  return DeformGather(values, levels, locations, attention).features.squeeze(2);
}

}  // namespace kpt::net
