# What the network needs besides Torch: file formats, sizes and padding. Builds in seconds, without LibTorch.
kpt_add_library(kpt_netfiles
  SOURCES
    byte_reader.cpp
    checkpoint_pth.cpp
    file_access.cpp
    net_config.cpp
    padding.cpp
    pickle_machine.cpp
    pickled_tensor.cpp
    safetensors.cpp
    safetensors_header.cpp
    skeleton_graph.cpp
    zip_archive.cpp
  PUBLIC kpt_base
  PRIVATE nlohmann_json::nlohmann_json)

kpt_add_test(checkpoint_pth_test LABEL unit SOURCES checkpoint_pth_test.cpp checkpoint_pth_hostile_test.cpp LIBS kpt_netfiles)
kpt_add_test(net_config_test LABEL unit SOURCES net_config_test.cpp LIBS kpt_netfiles)
kpt_add_test(padding_test LABEL unit SOURCES padding_test.cpp LIBS kpt_netfiles nlohmann_json::nlohmann_json)
kpt_add_test(safetensors_test LABEL unit SOURCES safetensors_test.cpp LIBS kpt_netfiles)
