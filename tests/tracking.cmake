# Tracking on real clips: the comparison with Lucas-Kanade alone and the network alone.
if(KPT_WITH_OPENCV)
  add_library(kpt_trials STATIC clip_play.cpp clip_trial.cpp crowd_trial.cpp drift_trial.cpp flow_trial.cpp)
  kpt_target_defaults(kpt_trials)
  target_include_directories(kpt_trials PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(kpt_trials PUBLIC kpt_tracker kpt_data opencv_core PRIVATE opencv_imgproc opencv_video)

  find_package(CLI11 QUIET)
  if(TARGET opencv_tracking AND CLI11_FOUND)  # OpenCV's contributed modules, of which CSRT is one, not everybody has
    add_executable(tracking_bench tracking_bench.cpp adoption_trial.cpp csrt_trial.cpp)
    kpt_target_defaults(tracking_bench)
    target_link_libraries(tracking_bench PRIVATE kpt_trials CLI11::CLI11 opencv_tracking)
  endif()

  add_library(kpt_composed STATIC composed/composer.cpp composed/cut_out.cpp)
  kpt_target_defaults(kpt_composed)
  target_include_directories(kpt_composed PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(kpt_composed PUBLIC kpt_tracker opencv_core PRIVATE kpt_data opencv_imgproc)

  if(CLI11_FOUND)
    add_executable(composed_bench
      composed/any_pose.cpp
      composed/composed_bench.cpp
      composed/hidden_points.cpp
      composed/lost_and_found.cpp
      composed/question.cpp
      composed/smoothing.cpp)
    kpt_target_defaults(composed_bench)
    target_link_libraries(composed_bench PRIVATE kpt_composed kpt_train_core CLI11::CLI11 nlohmann_json::nlohmann_json
                          opencv_imgcodecs opencv_imgproc)
  endif()

  kpt_add_test(tracking_test LABEL accuracy TIMEOUT 1200 SOURCES tracking_test.cpp LIBS kpt_trials)
  kpt_add_test(headless_test LABEL accuracy TIMEOUT 600 SOURCES headless_test.cpp LIBS kpt_composed kpt_net)
  if(TARGET headless_test)
    target_include_directories(headless_test PRIVATE ${PROJECT_SOURCE_DIR}/model/net)  # the golden parameters
  endif()
endif()
