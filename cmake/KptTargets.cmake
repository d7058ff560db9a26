# The one place where targets get their compiler flags, header roots and test labels.
#
# kpt_add_library(kpt_ops [SOURCES ...] [PUBLIC lib...] [PRIVATE lib...])
#   A static layer whose public headers are those in its own include/ folder ("kpt/ops/..."): only targets that link it
#   see them, so a layer that includes upward does not compile. Without SOURCES: headers only.
# kpt_add_test(name LABEL unit SOURCES ... LIBS ... [ENV "A=B"])
#   A GoogleTest program, registered with ctest under that label.

set(KPT_WARNINGS -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-unknown-pragmas)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND KPT_WARNINGS -Wno-restrict)  # GCC 12 warns of its own std::string in C++20 (GCC bug 105329)
endif()
option(KPT_WERROR "Treat warnings in this project's code as errors" ON)
if(KPT_WERROR)
  list(APPEND KPT_WARNINGS -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC 13 and 14 see these in libraries' code that they inline into ours.
    list(APPEND KPT_WARNINGS -Wno-error=array-bounds -Wno-error=stringop-overflow)
  endif()
endif()

function(kpt_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_${CMAKE_CXX_STANDARD})
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${KPT_WARNINGS}>)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
endfunction()

function(kpt_add_library target)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    kpt_target_defaults(${target})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_CURRENT_SOURCE_DIR}/include)
  if(ARG_PUBLIC)
    target_link_libraries(${target} ${scope} ${ARG_PUBLIC})
  endif()
  if(ARG_PRIVATE)
    target_link_libraries(${target} PRIVATE ${ARG_PRIVATE})
  endif()
endfunction()

function(kpt_add_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LIBS;ENV" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  kpt_target_defaults(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE KPT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             KPT_BINARY_DIR="${PROJECT_BINARY_DIR}"
                                             KPT_SHARED_DIR="${KPT_SHARED_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENV}")
endfunction()
