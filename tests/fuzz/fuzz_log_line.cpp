// Any bytes are a line of the log or none; a line's message has no more bytes than the line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/log_line.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = localscale::log::parse_line({reinterpret_cast<const char*>(data), size});
  if (line && line->message().size() > size) std::abort();
  return 0;
}
