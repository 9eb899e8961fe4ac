// Any text is a config or an error with words, and an edit of it gives the value or an error; nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/changes.hpp"
#include "config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = localscale::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = config::parse(text, "fuzz.toml");
  if (!parsed && parsed.error().what.empty()) std::abort();
  const auto edited =
      config::apply_changes(text, {{"api.port", std::int64_t{8123}}}, config::Asker::page, "fuzz.toml");
  if (edited && config::parse(*edited, "fuzz.toml")->api.port != 8123) std::abort();
  return 0;
}
