# Writes a .cpp that holds the compressed files of a folder as bytes. Run as a script:
#   cmake -DOUT=assets.cpp -DROOT=build/release/dashboard -P EmbedAssets.cmake
# In the types "@" stands for ";", which CMake takes for the end of a list's item.
# The page's files are small, so plain hexadecimal arrays compile fast enough and need no tool.
cmake_minimum_required(VERSION 3.25)
set(TYPE_html "text/html@ charset=utf-8")
set(TYPE_js "text/javascript@ charset=utf-8")
set(TYPE_css "text/css@ charset=utf-8")
set(TYPE_svg "image/svg+xml")

# The page's own script and style, which the security policy allows by these.
file(READ "${ROOT}/inline.json" inline)
string(JSON script_hash GET "${inline}" script)
string(JSON style_hash GET "${inline}" style)

file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/*.gz")
list(SORT files)
if(NOT "index.html.gz" IN_LIST files)
  message(FATAL_ERROR "There is no index.html.gz in ${ROOT}.")
endif()

set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS files)
  string(REGEX REPLACE "\\.gz$" "" name "${file}")
  string(REGEX MATCH "[a-z]+$" extension "${name}")
  if(NOT DEFINED TYPE_${extension})
    message(FATAL_ERROR "${name}: give .${extension} a type in cmake/EmbedAssets.cmake.")
  endif()
  string(REPLACE "@" ";" type "${TYPE_${extension}}")
  file(READ "${ROOT}/${file}" hex HEX)
  file(SHA256 "${ROOT}/${file}" digest)
  string(SUBSTRING "${digest}" 0 16 tag)
  file(SIZE "${ROOT}/${file}" size)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "constexpr unsigned char file_${index}[] = {${bytes}0x00};\n")
  string(APPEND rows "    Asset{\"/${name}\", \"${type}\", view(file_${index}, ${size}), \"${tag}\"},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUT}" "// Generated from web/dashboard by cmake/EmbedAssets.cmake.
#include <array>

#include \"gateway/page.hpp\"

namespace localscale::gateway {
namespace {

${arrays}
std::string_view view(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::span<const Asset> assets() {
  static const std::array<Asset, ${index}> all{{
${rows}  }};
  return all;
}

InlineHashes inline_hashes() { return {\"${script_hash}\", \"${style_hash}\"}; }

}  // namespace localscale::gateway
")
