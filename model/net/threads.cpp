#include "kpt/net/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <thread>

namespace kpt::net {

void UseCpuThreads(int count) {
  at::set_num_threads(count > 0 ? count : static_cast<int>(std::thread::hardware_concurrency()));
  // Looked up at run time: LibTorch may use OpenBLAS, MKL or the reference BLAS, and we link none of them.
  using SetThreads = void (*)(int);
  if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(1);
}

}  // namespace kpt::net
