// The deformable gather on the CPU, fast: the corners come from deform_gather_core.h, and three kernels run over all
// channels of a corner's row at once, contiguous loops that the compiler turns into vector code.
//
// Knows no threads of its own: ranges go to the caller's ParallelFor. Every element is written by one range and summed
// in an order that does not depend on how the ranges were cut, so any number of threads gives the same bits.
#include <algorithm>

#include "kpt/ops/deform_gather_core.h"

// One copy of a kernel for each kind of vector unit, chosen when the program starts: a distribution's generic build is
// as fast as one for this machine. Sanitizers cannot run the chooser, which is called before they are set up.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define KPT_VECTOR_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define KPT_VECTOR_CLONES
#endif

namespace kpt::ops {
namespace {

/// Rows of channels, each with its weight, that wait for a kernel.
template <typename Float>
struct RowList {
  static constexpr int kCapacity = 64;
  int count = 0;
  Float *row[kCapacity];
  float weight[kCapacity];

  bool Full() const { return count == kCapacity; }
  void Push(Float *new_row, float new_weight) {
    row[count] = new_row;
    weight[count++] = new_weight;
  }
};

/// sum[c] += weight[i] * row[i][c] over kRows rows, reading and writing the sum once.
template <int kRows>
KPT_HD void AddRows(const float *const *rows, const float *weights, std::int64_t channels, float *__restrict sum) {
  const float *row[kRows];
  float weight[kRows];
  for (int i = 0; i < kRows; ++i) {
    row[i] = rows[i];
    weight[i] = weights[i];
  }
  for (std::int64_t c = 0; c < channels; ++c) {
    float total = sum[c];
    for (int i = 0; i < kRows; ++i) total += weight[i] * row[i][c];
    sum[c] = total;
  }
}

KPT_VECTOR_CLONES void SumRows(const RowList<const float> &list, std::int64_t channels, float *sum) {
  int i = 0;
  for (; i + 8 <= list.count; i += 8) AddRows<8>(list.row + i, list.weight + i, channels, sum);
  for (; i < list.count; ++i) AddRows<1>(list.row + i, list.weight + i, channels, sum);
}

/// row[i][c] += weight[i] * gradient[c]
KPT_VECTOR_CLONES void AddToRows(const RowList<float> &list, std::int64_t channels, const float *__restrict gradient) {
  for (int i = 0; i < list.count; ++i) {
    float *__restrict row = list.row[i];
    const float weight = list.weight[i];
    for (std::int64_t c = 0; c < channels; ++c) row[c] += weight * gradient[c];
  }
}

/// dot[i] = sum over c of row[i][c] * gradient[c], for the rows of a sample's corners
KPT_VECTOR_CLONES void DotCorners(const float *const *rows, std::int64_t channels, const float *gradient, float *dot) {
  const float *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
  float dot0 = 0.0f, dot1 = 0.0f, dot2 = 0.0f, dot3 = 0.0f;
#pragma omp simd reduction(+ : dot0, dot1, dot2, dot3)  // allows lanes of their own, as -ffast-math would everywhere
  for (std::int64_t c = 0; c < channels; ++c) {
    dot0 += row0[c] * gradient[c];
    dot1 += row1[c] * gradient[c];
    dot2 += row2[c] * gradient[c];
    dot3 += row3[c] * gradient[c];
  }
  dot[0] = dot0;
  dot[1] = dot1;
  dot[2] = dot2;
  dot[3] = dot3;
}

struct ForwardJob {
  const DeformGatherShape &shape;
  const DeformGatherInputs &in;
  const DeformGatherOutputs &out;
};

struct BackwardJob {
  const DeformGatherShape &shape;
  const DeformGatherInputs &in;
  const DeformGatherGradients &gradients;
};

// A range worth handing to a thread: about 50 microseconds at the released sizes.
constexpr std::int64_t kGroupsGrain = 32;

void Forward(void *context, std::int64_t begin, std::int64_t end) {
  const auto &[shape, in, out] = *static_cast<const ForwardJob *>(context);
  const std::int64_t channels = shape.channels;
  for (std::int64_t group = begin; group < end; ++group) {
    const float *values = ValuesOfGroup(shape, in.values, group);
    float *gathered = out.gathered + group * channels;
    float inside = 0.0f;
    RowList<const float> list;
    std::fill_n(gathered, channels, 0.0f);
    ForEachCorner(shape, in, group, [&](std::int64_t cell, float weight) {
      if (weight == 0.0f) return;
      inside += weight;
      if (list.Full()) {
        SumRows(list, channels, gathered);
        list.count = 0;
      }
      list.Push(values + cell * channels, weight);
    });
    SumRows(list, channels, gathered);
    out.inside[group] = inside;
  }
}

void BackwardSample(const BackwardJob &job, std::int64_t group, std::int64_t sample, std::int64_t level,
                    const float *level_values) {
  const auto &[shape, in, gradients] = job;
  const Bilinear around =
      AroundLocation(in.locations[2 * sample], in.locations[2 * sample + 1], shape.height[level], shape.width[level]);
  SampleGradient gradient;
  if (around.any_inside) {
    const float *rows[kCorners];
    float gain[kCorners];
    for (int i = 0; i < kCorners; ++i) {  // a corner outside reads any row of the map: its product is not used
      rows[i] = level_values + std::max<std::int64_t>(around.cell[i], 0) * shape.channels;
    }
    DotCorners(rows, shape.channels, gradients.gathered + group * shape.channels, gain);
    for (float &corner_gain : gain) corner_gain += gradients.inside[group];
    gradient = GradientFromCorners(around, gain, in.attention[sample]);
  }
  gradients.attention[sample] = gradient.attention;
  gradients.locations[2 * sample] = gradient.x;
  gradients.locations[2 * sample + 1] = gradient.y;
}

void BackwardSamples(void *context, std::int64_t begin, std::int64_t end) {
  const auto &job = *static_cast<const BackwardJob *>(context);
  const DeformGatherShape &shape = job.shape;
  for (std::int64_t group = begin; group < end; ++group) {
    const float *values = ValuesOfGroup(shape, job.in.values, group);
    for (std::int64_t t = 0; t < shape.levels; ++t) {
      const float *level_values = values + LevelStart(shape, t) * shape.channels;
      for (std::int64_t p = 0; p < shape.points; ++p) {
        BackwardSample(job, group, (group * shape.levels + t) * shape.points + p, t, level_values);
      }
    }
  }
}

/// Items are (b, t): one level's maps of one batch item belong to one range, so that no two threads add to a cell.
void BackwardValues(void *context, std::int64_t begin, std::int64_t end) {
  const auto &[shape, in, gradients] = *static_cast<const BackwardJob *>(context);
  const std::int64_t channels = shape.channels;
  const std::int64_t groups_of_item = shape.keypoints * shape.groups;
  for (std::int64_t item = begin; item < end; ++item) {
    const std::int64_t b = item / shape.levels;
    const std::int64_t t = item % shape.levels;
    float *values = gradients.values + b * shape.values_batch_stride;
    for (std::int64_t group = b * groups_of_item; group < (b + 1) * groups_of_item; ++group) {
      const float *gradient = gradients.gathered + group * channels;
      RowList<float> list;
      ForEachCornerOfLevel(shape, in, group, t, LevelStart(shape, t), [&](std::int64_t cell, float weight) {
        if (weight == 0.0f) return;
        if (list.Full()) {
          AddToRows(list, channels, gradient);
          list.count = 0;
        }
        list.Push(values + cell * channels, weight);
      });
      AddToRows(list, channels, gradient);
    }
  }
}

}  // namespace

OpStatus DeformGatherCpu(const DeformGatherShape &shape, const DeformGatherInputs &in, const DeformGatherOutputs &out,
                         ParallelFor parallel) noexcept {
  const OpStatus status = CheckShape(shape);
  if (status != OpStatus::kOk) return status;
  ForwardJob job{shape, in, out};
  parallel(shape.batch * shape.keypoints * shape.groups, kGroupsGrain, Forward, &job);
  return OpStatus::kOk;
}

OpStatus DeformGatherBackwardCpu(const DeformGatherShape &shape, const DeformGatherInputs &in,
                                 const DeformGatherGradients &gradients, ParallelFor parallel) noexcept {
  const OpStatus status = CheckBackwardShape(shape, gradients);
  if (status != OpStatus::kOk) return status;
  BackwardJob job{shape, in, gradients};
  parallel(shape.batch * shape.keypoints * shape.groups, kGroupsGrain, BackwardSamples, &job);
  if (gradients.values != nullptr) parallel(shape.batch * shape.levels, 1, BackwardValues, &job);
  return OpStatus::kOk;
}

}  // namespace kpt::ops
