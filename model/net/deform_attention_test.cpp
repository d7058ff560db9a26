// The sample-first attention against the project-first one, forward and backward.
#include "kpt/net/deform_attention.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "project_first_attention.h"

namespace kpt::net {
namespace {

using torch::Tensor;

struct Case {
  NetConfig config;
  FeatureMaps maps;
  Tensor query, references;
};

Case RandomCase(std::int64_t maps_batch, std::int64_t batch) {
  torch::manual_seed(7);
  Case c;
  c.config.channels = 32;
  c.config.side_heads = 3;
  c.config.attention_heads = 4;
  c.config.strides = {16, 8};
  c.maps.sizes = {{3, 5}, {6, 10}};
  c.maps.values = torch::randn({maps_batch, 3 * 5 + 6 * 10, c.config.channels});
  c.query = torch::randn({batch, 7, c.config.channels});
  c.references = torch::rand({batch, 7, c.config.side_heads, 2}) * 1.6 - 0.3;  // some outside the maps
  return c;
}

SideHeads RandomHeads(const NetConfig &config) {
  SideHeads heads(config);
  torch::NoGradGuard no_gradient;
  for (Tensor &p : heads->parameters()) p.normal_(0, 0.3);
  return heads;
}

TEST(DeformAttention, EqualsProjectFirst) {
  Case c = RandomCase(2, 2);
  SideHeads heads = RandomHeads(c.config);
  const Tensor ours = heads->Heads(c.query, c.references, c.maps);
  const Tensor reference = ProjectFirstHeads(*heads, c.config, c.query, c.references, c.maps);
  EXPECT_TRUE(torch::allclose(ours, reference, 1e-4, 1e-5)) << (ours - reference).abs().max();
}

TEST(DeformAttention, GradientsEqualProjectFirst) {
  Case c = RandomCase(2, 2);
  SideHeads heads = RandomHeads(c.config);
  std::vector<Tensor> inputs = heads->parameters();
  for (Tensor *input : {&c.query, &c.references, &c.maps.values}) inputs.push_back(input->requires_grad_());
  const Tensor weight = torch::randn({2, 7, 3, 32});
  const auto gradients = [&](const Tensor &out) {
    return torch::autograd::grad({(out * weight).sum()}, inputs, {}, {}, false, true);
  };
  const auto ours = gradients(heads->Heads(c.query, c.references, c.maps));
  const auto reference = gradients(ProjectFirstHeads(*heads, c.config, c.query, c.references, c.maps));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_EQ(ours[i].defined(), reference[i].defined()) << i;
    if (!ours[i].defined()) continue;
    EXPECT_TRUE(torch::allclose(ours[i], reference[i], 1e-3, 1e-3)) << i;
  }
}

TEST(DeformAttention, QueriesCanShareOneSetOfMaps) {
  Case c = RandomCase(1, 3);
  SideHeads heads = RandomHeads(c.config);
  torch::NoGradGuard no_gradient;
  const Tensor shared = heads(c.query, c.references, c.maps);
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor alone = heads(c.query.slice(0, b, b + 1), c.references.slice(0, b, b + 1), c.maps);
    EXPECT_TRUE(torch::allclose(shared[b], alone[0], 1e-4, 1e-5));
  }
}

TEST(DeformAttention, StackingOnceChangesNothing) {
  Case c = RandomCase(2, 2);
  SideHeads heads = RandomHeads(c.config);
  torch::NoGradGuard no_gradient;
  const Tensor before = heads(c.query, c.references, c.maps);
  heads->Stack();
  EXPECT_TRUE(torch::equal(before, heads(c.query, c.references, c.maps)));
}

}  // namespace
}  // namespace kpt::net
