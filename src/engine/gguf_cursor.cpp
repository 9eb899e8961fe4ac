#include "engine/gguf_cursor.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace localscale::engine {
namespace {

/// Field names come out of the file: keep only what is safe to print.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 120));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace

tl::unexpected<Error> GgufCursor::damaged(std::string_view field, std::string_view what) const {
  return fail(Errc::corrupt,
              "The model file " + std::string(file_) + " is damaged: " + printable(field) + " " +
                  std::string(what) + " (at byte " + std::to_string(position_) + " of " +
                  std::to_string(source_.size()) + ").",
              "Download it again, or move it out of the model folder.");
}

tl::unexpected<Error> GgufCursor::unsupported(std::string_view field, std::string_view what) const {
  return fail(Errc::unsupported,
              "The model file " + std::string(file_) + " can't be used: " + printable(field) + " " +
                  std::string(what) + ".",
              "Get this model in a current GGUF format, or use a newer engine.");
}

Result<const std::byte*> GgufCursor::take(std::size_t count, std::string_view field) {
  LS_ASSERT(count <= window_bytes);
  if (position_ > end_ || count > end_ - position_)
    return damaged(field, "reaches beyond the end of the file or header limit");
  if (position_ < window_at_ || position_ + count > window_at_ + window_.size()) {
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes, end_ - position_)));
    window_at_ = position_;
    if (auto done = source_.read(position_, window_); !done) return tl::unexpected<Error>(done.error());
  }
  const auto* at = window_.data() + (position_ - window_at_);
  position_ += count;
  return at;
}

Result<void> GgufCursor::skip(std::uint64_t count, std::string_view field) {
  if (position_ > end_ || count > end_ - position_)
    return damaged(field, "reaches beyond the end of the file or header limit");
  position_ += count;
  return {};
}

Result<void> GgufCursor::reserve(std::uint64_t bytes, std::string_view field) {
  if (bytes > limits_.max_stored_bytes - stored_bytes_)
    return damaged(field, "makes the header larger than any real one");
  stored_bytes_ += bytes;
  return {};
}

Result<std::string> GgufCursor::read_string(std::string_view field, std::uint64_t max_bytes) {
  const auto before = position_;
  auto text = read_or_skip_string(field, max_bytes);
  if (!text) return tl::unexpected<Error>(text.error());
  if (!*text) {
    position_ = before;
    return damaged(field, "is longer than " + std::to_string(max_bytes) + " bytes");
  }
  return std::move(**text);
}

Result<std::optional<std::string>> GgufCursor::read_or_skip_string(std::string_view field,
                                                                   std::uint64_t max_bytes) {
  const auto length = read<std::uint64_t>(field);
  if (!length) return tl::unexpected<Error>(length.error());
  if (*length > max_bytes) {
    if (auto skipped = skip(*length, field); !skipped) return tl::unexpected<Error>(skipped.error());
    return std::optional<std::string>{};
  }
  if (*length > end_ - position_) return damaged(field, "reaches beyond the end of the file or header limit");
  std::string text;
  text.reserve(static_cast<std::size_t>(*length));
  while (text.size() < *length) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(*length - text.size(), window_bytes));
    const auto bytes = take(piece, field);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    text.append(reinterpret_cast<const char*>(*bytes), piece);
  }
  return std::optional<std::string>(std::move(text));
}

}  // namespace localscale::engine
