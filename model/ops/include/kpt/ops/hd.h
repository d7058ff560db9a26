// KPT_HD marks the functions of a `<op>_core.h`, which run on the host and, where nvcc compiles them, on the device.
// Knows nothing else. Included by every `<op>_core.h`.
#pragma once

// Always inlined: a loop that is compiled for wide vectors keeps them only if what it calls is compiled along with it.
#if defined(__CUDACC__)
#define KPT_HD __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define KPT_HD inline __attribute__((always_inline))
#else
#define KPT_HD inline
#endif
