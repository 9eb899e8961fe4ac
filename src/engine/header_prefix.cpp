#include "engine/header_prefix.hpp"

#include <algorithm>
#include <span>

#include "engine/gguf.hpp"

namespace localscale::engine {
namespace {

/// The beginning of a file; what lies behind it is unavailable.
class PrefixSource final : public ByteSource {
 public:
  PrefixSource(std::span<const std::byte> bytes, std::uint64_t file_bytes)
      : bytes_(bytes), file_bytes_(file_bytes) {}

  [[nodiscard]] std::uint64_t size() const override { return file_bytes_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
      return fail(Errc::unavailable, "This part of the file is not here.");
    std::ranges::copy(bytes_.subspan(offset, into.size()), into.begin());
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint64_t file_bytes_;
};

}  // namespace

Result<std::optional<ModelFacts>> HeaderPrefix::read() {
  PrefixSource source(bytes_, file_bytes_);
  const auto header = read_gguf(source, file_);
  if (!header && header.error().code == Errc::unavailable) return std::nullopt;
  if (!header) return tl::unexpected(header.error());
  auto facts = model_facts(*header, file_);
  if (!facts) return tl::unexpected(facts.error());
  return std::optional(std::move(*facts));
}

Result<std::optional<ModelFacts>> HeaderPrefix::take(std::string_view bytes) {
  const auto room = std::min(most_bytes, file_bytes_) - bytes_.size();
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  bytes_.insert(bytes_.end(), begin, begin + std::min<std::uint64_t>(bytes.size(), room));
  if (bytes_.size() < next_try_ && bytes_.size() < file_bytes_) return std::nullopt;
  // Each try walks from the beginning: not at every packet.
  next_try_ = bytes_.size() + std::max<std::uint64_t>(512U << 10, bytes_.size() / 4);
  return read();
}

Result<ModelFacts> HeaderPrefix::finish() {
  auto facts = read();
  if (!facts) return tl::unexpected(facts.error());
  if (*facts) return std::move(**facts);
  return fail(
      Errc::unsupported,
      "The header of " + file_ + " is larger than its first " + std::to_string(bytes_.size() >> 20) + " MiB.",
      "Pull it to know more.");
}

}  // namespace localscale::engine
