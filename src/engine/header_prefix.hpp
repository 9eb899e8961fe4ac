#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/model_facts.hpp"

namespace localscale::engine {

/// Reads a model's header from the first bytes of a file that is somewhere else. The bytes come from
/// anywhere: all limits of read_gguf hold.
class HeaderPrefix {
 public:
  static constexpr std::uint64_t most_bytes = 32ULL << 20;  ///< Larger headers are refused.

  /// `file` is the name for messages, `file_bytes` what the whole file is said to have.
  HeaderPrefix(std::string file, std::uint64_t file_bytes)
      : file_(std::move(file)), file_bytes_(file_bytes) {}

  /// Adds the bytes that follow. The facts once enough are here, nullopt while more are wanted. Fails with
  /// corrupt or unsupported.
  Result<std::optional<ModelFacts>> take(std::string_view bytes);
  /// No more bytes will come: the facts, or why there are none.
  Result<ModelFacts> finish();

  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }

 private:
  Result<std::optional<ModelFacts>> read();

  std::string file_;
  std::uint64_t file_bytes_;
  std::vector<std::byte> bytes_;
  std::uint64_t next_try_ = 256U << 10;  ///< Bytes at which reading is tried again.
};

}  // namespace localscale::engine
