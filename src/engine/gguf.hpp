#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "engine/gguf_source.hpp"

/// Reads the header of GGUF files (versions 2 and 3, little endian): key-value pairs and tensor descriptions,
/// never weights. Files come from anywhere, so every count, length and offset is checked against the file and
/// against GgufLimits.
namespace localscale::engine {

/// What one header may cost. A file beyond a limit is refused, whatever it claims.
struct GgufLimits {
  std::uint64_t max_header_bytes = 512ULL << 20;  ///< Walked, not stored: large vocabularies have 10–20 MB.
  std::uint64_t max_keys = 16'384;
  std::uint64_t max_tensors = 65'536;
  std::uint64_t max_key_bytes = 256;
  std::uint64_t max_tensor_name_bytes = 63;      ///< The engine's own limit.
  std::uint64_t max_string_bytes = 1ULL << 20;   ///< Longer strings are skipped, not stored.
  std::uint64_t max_kept_elements = 4'096;       ///< Longer numeric arrays are skipped, not stored.
  std::uint64_t max_stored_bytes = 16ULL << 20;  ///< All stored strings and arrays together.
};

/// An array value. Only short integer and boolean arrays keep their elements; of the others the count is
/// known.
struct GgufArray {
  std::uint64_t count = 0;
  std::vector<std::int64_t> integers;
};

/// Unsigned and signed integers keep their sign, f32 and f64 are doubles. monostate: a string too long to
/// keep.
using GgufValue =
    std::variant<std::monostate, std::uint64_t, std::int64_t, double, bool, std::string, GgufArray>;

struct GgufTensor {
  std::string name;
  std::array<std::uint64_t, 4> shape{1, 1, 1, 1};  ///< In elements; the first is the row length.
  std::uint32_t type = 0;                          ///< See tensor_type().
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
};

struct GgufHeader {
  std::uint32_t version = 0;
  std::map<std::string, GgufValue, std::less<>> values;
  std::vector<GgufTensor> tensors;
  std::uint64_t data_offset = 0;  ///< Where the weights begin.
  std::uint64_t file_bytes = 0;

  /// The value if it is there and a non-negative integer.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const;
  /// The value if it is there and a string; else empty.
  [[nodiscard]] std::string_view text(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  [[nodiscard]] const GgufArray* array(std::string_view key) const;
};

/// Reads the header. `file` is the name for messages. Fails with corrupt (damaged, cut short, not GGUF) or
/// unsupported (a version or tensor type that this engine does not read); the message names file and field.
Result<GgufHeader> read_gguf(ByteSource& source, std::string_view file, const GgufLimits& limits = {});

}  // namespace localscale::engine
