include(GoogleTest)

# What people install (ninja programs), what tests drive (test_programs), and the tests themselves.
add_custom_target(programs)
add_custom_target(test_programs)
add_custom_target(unit_tests)
add_custom_target(fuzz_targets)

# One folder of src/ = one library ls_NAME = one namespace. DEPENDS names other folders (the arrows of
# docs/architecture.md section 4), LINKS third-party targets.
function(ls_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_library(ls_${name} STATIC ${ARG_SOURCES})
  set(dependencies ${ARG_DEPENDS})
  list(TRANSFORM dependencies PREPEND ls_)
  target_link_libraries(ls_${name} PUBLIC ls_options ${dependencies} ${ARG_LINKS})
endfunction()

# The unit tests that stand beside the code of folder NAME, as one program test_NAME.
function(ls_module_tests name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR})  # tests/support
  target_link_libraries(test_${name} PRIVATE ls_${name} GTest::gtest GTest::gmock GTest::gtest_main ${ARG_LINKS})
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_dependencies(unit_tests test_${name})
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# A program in bin/. TEST_ONLY: tests and benches drive it, nobody installs it.
function(ls_program name)
  cmake_parse_arguments(ARG "TEST_ONLY" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  set(dependencies ${ARG_DEPENDS})
  list(TRANSFORM dependencies PREPEND ls_)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ls_options ${dependencies} ${ARG_LINKS})
  if(ARG_TEST_ONLY)
    add_dependencies(test_programs ${name})
  else()
    add_dependencies(programs ${name})
  endif()
endfunction()

# A libFuzzer target fuzz_NAME with its seed corpus in tests/fuzz/corpus/NAME (only in the fuzz preset).
function(ls_fuzzer name)
  if(NOT LOCALSCALE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  set(dependencies ${ARG_DEPENDS})
  list(TRANSFORM dependencies PREPEND ls_)
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ls_options ${dependencies} ${ARG_LINKS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzz_targets fuzz_${name})
endfunction()
