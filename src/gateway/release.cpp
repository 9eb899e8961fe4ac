#include "gateway/release.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "gateway/json.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t max_url_bytes = 500;
constexpr std::size_t max_notes_bytes = 2000;

tl::unexpected<Error> wrong(const std::string& why) {
  return fail(Errc::corrupt, "What update.url answers is no release file: " + why + ".",
              "Check update.url in the config; see docs/cli.md for what it must answer.");
}

bool is_link(std::string_view text) {
  return text.starts_with("https://") && text.size() <= max_url_bytes &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

std::optional<std::array<std::uint64_t, 3>> parse_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  std::array<std::uint64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto end = i + 1 < numbers.size() ? text.find('.') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const auto number = parse_u64(text.substr(0, end));
    if (!number) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

Result<Release> parse_release(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return wrong("it is no JSON object");
  auto version = text_of(*object, "version");
  if (!version || !parse_version(*version)) return wrong("\"version\" must be like \"1.2.3\"");
  auto url = text_of(*object, "url");
  if (!url || (!url->empty() && !is_link(*url))) return wrong("\"url\" must begin with https://");
  auto notes = text_of(*object, "notes");
  if (!notes || notes->size() > max_notes_bytes) return wrong("\"notes\" must be text of at most 2000 bytes");
  return Release{std::move(*version), std::move(*url), std::move(*notes)};
}

}  // namespace localscale::gateway
