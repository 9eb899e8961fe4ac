#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "engine/gguf.hpp"

namespace localscale::engine {

/// Walks a header forward through a window of the source and makes the errors. Little endian.
class GgufCursor {
 public:
  GgufCursor(ByteSource& source, std::string_view file, const GgufLimits& limits)
      : source_(source),
        file_(file),
        limits_(limits),
        end_(std::min(source.size(), limits.max_header_bytes)) {}

  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] const GgufLimits& limits() const { return limits_; }

  /// Reads one number; `field` names it in the error.
  template <class T>
    requires std::integral<T> || std::floating_point<T>
  Result<T> read(std::string_view field) {
    const auto bytes = take(sizeof(T), field);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    T value{};
    std::memcpy(&value, *bytes, sizeof(T));
    return value;
  }

  /// Reads a string of at most `max_bytes`; a longer one is an error.
  Result<std::string> read_string(std::string_view field, std::uint64_t max_bytes);
  /// Reads a string if it is at most `max_bytes` long, else skips it (nullopt).
  Result<std::optional<std::string>> read_or_skip_string(std::string_view field, std::uint64_t max_bytes);
  Result<void> skip(std::uint64_t count, std::string_view field);
  /// Notes that `bytes` will be kept in memory; fails beyond the limit.
  Result<void> reserve(std::uint64_t bytes, std::string_view field);

  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view field, std::string_view what) const;
  [[nodiscard]] tl::unexpected<Error> unsupported(std::string_view field, std::string_view what) const;

 private:
  static constexpr std::size_t window_bytes = 256U << 10;

  Result<const std::byte*> take(std::size_t count, std::string_view field);

  ByteSource& source_;
  std::string_view file_;
  GgufLimits limits_;
  std::uint64_t end_;
  std::uint64_t position_ = 0;
  std::uint64_t stored_bytes_ = 0;
  std::vector<std::byte> window_;
  std::uint64_t window_at_ = 0;
};

}  // namespace localscale::engine
