# Finds LibTorch (the distribution's, or another by -DCMAKE_PREFIX_PATH), raises the C++ standard where that LibTorch
# needs it, and offers it as the target kpt_torch.
set(CMAKE_CXX_STANDARD 17)
if(NOT DEFINED TORCH_CUDA_ARCH_LIST)
  set(TORCH_CUDA_ARCH_LIST "8.0;9.0")  # else a CUDA LibTorch tries to run a program on this machine's GPU
endif()
# TorchConfig.cmake searches the system's library folders first and would mix two installations: name the libraries
# that lie beside it.
find_path(KPT_TORCH_CMAKE_DIR TorchConfig.cmake PATH_SUFFIXES Torch cmake/Torch share/cmake/Torch lib/cmake/Torch NO_CACHE)
if(KPT_TORCH_CMAKE_DIR)
  get_filename_component(_kpt_torch_lib "${KPT_TORCH_CMAKE_DIR}/../../../lib" ABSOLUTE)
  foreach(_kpt_library IN ITEMS c10 torch)
    string(TOUPPER ${_kpt_library} _kpt_upper)
    if(EXISTS "${_kpt_torch_lib}/lib${_kpt_library}.so")
      set(${_kpt_upper}_LIBRARY "${_kpt_torch_lib}/lib${_kpt_library}.so" CACHE FILEPATH "" FORCE)
    endif()
  endforeach()
endif()
find_package(Torch REQUIRED)
if(Torch_VERSION VERSION_GREATER_EQUAL 2.9)
  set(CMAKE_CXX_STANDARD 20)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(kpt_torch INTERFACE)
target_link_libraries(kpt_torch INTERFACE ${TORCH_LIBRARIES})
# Libraries that LibTorch itself needs (NCCL ...) are found beside it at run time, not by our linker.
target_link_options(kpt_torch INTERFACE -Wl,--allow-shlib-undefined)
message(STATUS "LibTorch ${Torch_VERSION} (${KPT_TORCH_CMAKE_DIR}), C++${CMAKE_CXX_STANDARD}")
