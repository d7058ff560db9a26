#include "kpt/train/net_predictor.h"

#include <cstring>

#include "kpt/net/padding.h"

namespace kpt::train {
namespace {

using torch::Tensor;

net::Keypoints Normalised(const EvaluationCrop &crop) {
  const auto size = static_cast<float>(crop.rgb.cols);
  net::Keypoints keypoints{crop.points, crop.visible};
  for (Point2 &p : keypoints.points) p = {p.x / size, p.y / size};
  return keypoints;
}

Tensor ImageOf(const EvaluationCrop &crop) {
  const cv::Mat dense = crop.rgb.isContinuous() ? crop.rgb : crop.rgb.clone();
  return torch::from_blob(dense.data, {1, dense.rows, dense.cols, 3}, torch::kUInt8).clone();
}

net::SupportContext Encode(net::FgsaNet &net, const std::vector<EvaluationCrop> &shots,
                           const std::vector<Link> &skeleton) {
  std::vector<net::Keypoints> marked;
  for (const EvaluationCrop &shot : shots) marked.push_back(Normalised(shot));
  const std::vector<Link> links = net::JoinedSkeleton(skeleton, marked);
  const int real = static_cast<int>(marked[0].points.size());
  const net::PadPlan plan = net::PaddingFor(net->config(), real, links);
  std::vector<Tensor> points, visible, refs;
  std::vector<net::FeatureMaps> maps;
  for (std::size_t s = 0; s < shots.size(); ++s) {
    const net::Keypoints padded = net::Pad(marked[s], plan);
    std::vector<float> flat;
    std::vector<std::int64_t> flags, linked;
    for (const Point2 &p : padded.points) flat.insert(flat.end(), {p.x, p.y});
    for (const bool v : padded.visible) flags.push_back(v);
    for (const auto &row : net::LinkedReferences(net::LinksAfterPadding(plan, padded), padded.visible))
      linked.insert(linked.end(), row.begin(), row.end());
    const auto count = static_cast<std::int64_t>(padded.points.size());
    points.push_back(torch::tensor(flat).view({1, count, 2}));
    visible.push_back(torch::tensor(flags).view({1, count}).to(torch::kBool));
    refs.push_back(torch::tensor(linked).view({1, count, -1}));
    maps.push_back(net->Features(net->Normalise(ImageOf(shots[s]))));
  }
  return net->EncodeSupport(std::move(maps), {torch::stack(points), torch::stack(visible), torch::stack(refs)});
}

}  // namespace

StillsPredictor MakeNetPredictor(net::FgsaNet &net) {
  return
      [&net](const std::vector<EvaluationCrop> &shots, const EvaluationCrop &query, const std::vector<Link> &skeleton) {
        torch::NoGradGuard no_gradient;
        const net::SupportContext support = Encode(net, shots, skeleton);
        const net::NetOutput out = net->Forward(support, net->Features(net->Normalise(ImageOf(query))));
        const Tensor points = (out.points.back()[0] * query.rgb.cols).contiguous();
        const Tensor confidence =
            out.confidence_logits.empty() ? Tensor() : out.confidence_logits.back()[0].sigmoid().contiguous();
        std::vector<PredictedPoint> predicted(query.points.size());
        for (std::size_t k = 0; k < predicted.size(); ++k) {
          const float *xy = points.data_ptr<float>() + 2 * k;
          predicted[k] = {{xy[0], xy[1]}, confidence.defined() ? confidence.data_ptr<float>()[k] : 1.0F};
        }
        return predicted;
      };
}

}  // namespace kpt::train
