// Any text is an address, which is written as it was read, or none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/privacy/place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale::core::privacy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto place = parse_place(text);
  if (!place) return 0;
  if (to_text(*place) != text) std::abort();
  if (!contains(*place, *place)) std::abort();
  if (place->home && reach(*place, *place) != Tier::home) std::abort();
  return 0;
}
