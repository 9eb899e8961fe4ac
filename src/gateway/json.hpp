#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

/// JSON for the .cpp files of this folder; no header of ours includes this one.
namespace localscale::gateway {

using Json = nlohmann::ordered_json;

/// Compact text; bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string dump(const Json& json);

/// An object, checked as scan_body checks (valid, not too deep); invalid_argument otherwise.
Result<Json> parse_object(std::string_view text);

/// The member `name`, or null if it is absent.
const Json& member(const Json& object, const char* name);

/// Text members. Absent and null give the fallback; another type is invalid_argument naming the field.
Result<std::string> text_of(const Json& object, const char* name, std::string fallback = {});
Result<bool> flag_of(const Json& object, const char* name, bool fallback);

}  // namespace localscale::gateway
