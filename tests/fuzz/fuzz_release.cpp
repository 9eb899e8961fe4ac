// What the server of update.url says. Any text is a release or an error with words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/release.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale::gateway;
  const auto release = parse_release({reinterpret_cast<const char*>(data), size});
  if (!release && release.error().what.empty()) std::abort();
  if (release && !parse_version(release->version)) std::abort();
  return 0;
}
