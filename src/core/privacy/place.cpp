#include "core/privacy/place.hpp"

#include <algorithm>
#include <vector>

namespace localscale::core::privacy {
namespace {

constexpr std::size_t parts_max = 5;
constexpr std::string_view none = "-";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > place_name_bytes_max) return false;
  if (!is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return false;
  return std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

tl::unexpected<Error> wrong(std::string_view part) {
  return fail(
      Errc::invalid_argument, "This is no address: its " + std::string(part) + " is wrong.",
      "Addresses look like region/community/pool/home/node, with - for a region or community that does "
      "not exist.");
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() <= parts_max) {
    const auto slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
  return parts;
}

bool differ(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && a != b;
}

bool same(std::string_view a, std::string_view b) {
  return !a.empty() && a == b;
}

}  // namespace

Result<Place> parse_place(std::string_view text) {
  if (text.size() > place_text_bytes_max) return wrong("length");
  const auto parts = split(text);
  if (parts.size() > parts_max) return wrong("number of parts");
  if (parts.back() == none) return wrong("last part");
  const auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string_view{}; };
  Place place;
  if (part(0) != none) place.region = part(0);
  if (part(1) != none) place.community = part(1);
  place.pool = part(2);
  place.node = part(4);
  if (part(0) != none && !is_name(place.region)) return wrong("region");
  if (parts.size() > 1 && part(1) != none && !is_name(place.community)) return wrong("community");
  // A community is a part of a region.
  if (place.region.empty() && !place.community.empty()) return wrong("region");
  if (parts.size() > 2 && !is_name(place.pool)) return wrong("pool");
  if (parts.size() > 3) place.home = crypto::parse_home_id(part(3));
  if (parts.size() > 3 && !place.home) return wrong("home");
  if (parts.size() > 4 && !is_name(place.node)) return wrong("node");
  return place;
}

std::string to_text(const Place& place) {
  const auto or_none = [](const std::string& name) { return name.empty() ? std::string(none) : name; };
  std::string text = or_none(place.region);
  if (place.community.empty() && place.pool.empty()) return text;
  text += "/" + or_none(place.community);
  if (place.pool.empty()) return text;
  text += "/" + place.pool;
  if (!place.home) return text;
  text += "/" + crypto::to_text(*place.home);
  if (!place.node.empty()) text += "/" + place.node;
  return text;
}

Tier reach(const Place& from, const Place& to) {
  const bool contradicts = differ(from.region, to.region) || differ(from.community, to.community);
  if (!contradicts && same(from.pool, to.pool))
    return from.home && from.home == to.home ? Tier::home : Tier::neighbourhood;
  if (!same(from.region, to.region)) return Tier::global;
  return same(from.community, to.community) ? Tier::community : Tier::region;
}

bool contains(const Place& area, const Place& here) {
  if (area.pool.empty())
    return same(area.region, here.region) && (area.community.empty() || area.community == here.community);
  if (differ(area.region, here.region) || differ(area.community, here.community)) return false;
  if (area.pool != here.pool) return false;
  if (area.home && area.home != here.home) return false;
  return area.node.empty() || area.node == here.node;
}

}  // namespace localscale::core::privacy
