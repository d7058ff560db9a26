#include "kpt/net/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace kpt::net {

void UseCpuThreads(int count) {
  if (count > 0) at::set_num_threads(count);
  // Looked up at run time: LibTorch may use OpenBLAS, MKL or the reference BLAS, and we link none of them.
  using SetThreads = void (*)(int);
  if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(1);
}

}  // namespace kpt::net
