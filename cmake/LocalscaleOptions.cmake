# Compiler and linker settings that every target of ours shares (the interface target ls_options).
add_library(ls_options INTERFACE)
target_compile_features(ls_options INTERFACE cxx_std_20)
target_compile_options(ls_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  -fstack-protector-strong -fno-omit-frame-pointer)
target_compile_definitions(ls_options INTERFACE
  LOCALSCALE_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_DISABLE_BOOST_COROUTINE
  SPDLOG_FMT_EXTERNAL)
target_include_directories(ls_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(ls_options INTERFACE _FORTIFY_SOURCE=2)
else()
  target_compile_definitions(ls_options INTERFACE LOCALSCALE_FAULT_POINTS _GLIBCXX_ASSERTIONS)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(ls_options INTERFACE -fuse-ld=lld -Wl,--as-needed,-z,relro,-z,now)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # A proxied request costs the house a tenth less of its own time, and its program is a tenth smaller. What is
    # compiled at the linking is kept for all programs and the next build.
    target_compile_options(ls_options INTERFACE -flto=thin)
    target_link_options(ls_options INTERFACE -flto=thin
      -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/lto-cache -Wl,--thinlto-cache-policy=cache_size_bytes=256m)
  endif()
endif()

if(LOCALSCALE_SANITIZE STREQUAL "address")
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(LOCALSCALE_SANITIZE STREQUAL "thread")
  set(sanitize -fsanitize=thread)
endif()
if(LOCALSCALE_FUZZ)
  list(APPEND sanitize -fsanitize=fuzzer-no-link)
endif()
if(LOCALSCALE_COVERAGE)
  list(APPEND sanitize -fprofile-instr-generate -fcoverage-mapping)
endif()
if(sanitize)
  target_compile_options(ls_options INTERFACE ${sanitize})
  target_link_options(ls_options INTERFACE ${sanitize})
endif()
