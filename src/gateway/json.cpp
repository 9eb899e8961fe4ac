#include "gateway/json.hpp"

#include <utility>

#include "gateway/json_scan.hpp"

namespace localscale::gateway {

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse_object(std::string_view text) {
  const auto scanned = scan_body(text);
  if (!scanned) return tl::unexpected(scanned.error());
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return fail(Errc::invalid_argument, "The request body is not a JSON object that can be read.");
  return json;
}

const Json& member(const Json& object, const char* name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

Result<std::string> text_of(const Json& object, const char* name, std::string fallback) {
  const Json& value = member(object, name);
  if (value.is_null()) return fallback;
  if (!value.is_string())
    return fail(Errc::invalid_argument, std::string("\"") + name + "\" must be a string.");
  return value.get<std::string>();
}

Result<bool> flag_of(const Json& object, const char* name, bool fallback) {
  const Json& value = member(object, name);
  if (value.is_null()) return fallback;
  if (!value.is_boolean())
    return fail(Errc::invalid_argument, std::string("\"") + name + "\" must be true or false.");
  return value.get<bool>();
}

}  // namespace localscale::gateway
