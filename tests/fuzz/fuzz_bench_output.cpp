// Any text is a measurement or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/tuning_plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto rates = localscale::engine::parse_bench(std::string(reinterpret_cast<const char*>(data), size));
  if (rates && !(rates->prompt >= 0 && rates->answer >= 0)) std::abort();
  return 0;
}
