#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace localscale::engine {

/// How a tensor type stores its numbers: blocks of `elements` take `bytes`.
struct TensorType {
  std::uint32_t id = 0;   ///< The number in GGUF files (ggml_type).
  std::string_view name;  ///< "Q4_K"
  std::uint32_t elements = 1;
  std::uint32_t bytes = 0;
  /// The CPU engine keeps a second, re-ordered copy of such weights in memory. Which types it re-orders
  /// depends on the CPU; this is the union over the CPUs we build for, so that an estimate is not too low.
  bool repacked = false;
};

/// nullopt for numbers that no engine of ours reads: removed or newer types.
std::optional<TensorType> tensor_type(std::uint32_t id);

/// "Q4_K_M" for general.file_type; empty if unknown.
std::string_view file_type_name(std::uint64_t file_type);

}  // namespace localscale::engine
