// A name that parses is short, stays in its folder, and parses again from what is displayed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/models/model_name.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale::core;
  const auto name = parse_model_name({reinterpret_cast<const char*>(data), size});
  if (!name) {
    if (name.error().what.empty()) std::abort();
    return 0;
  }
  for (const auto& part : {name->host, name->space, name->model, name->tag}) {
    if (part.empty() || part.find('/') != std::string::npos || part.find("..") != std::string::npos)
      std::abort();
  }
  const auto again = parse_model_name(name->display());
  if (!again || *again != *name) std::abort();
  return 0;
}
