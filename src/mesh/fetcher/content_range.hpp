#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace localscale::mesh::fetcher {

/// "bytes 0-99/1000": which bytes of which total a 206 carries.
struct ContentRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;               ///< One past the last byte.
  std::optional<std::uint64_t> total;  ///< Unset for "*".

  bool operator==(const ContentRange&) const = default;
};

/// nullopt for anything that is not a satisfied byte range.
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace localscale::mesh::fetcher
