// Any text is a config or an error with words; nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = localscale::config::parse({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!config && config.error().what.empty()) std::abort();
  return 0;
}
