#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/error.hpp"

/// The JSON that the verbs print: one line each, with "schema": "localscale.VERB/1" as its first member.
namespace localscale::cli {

using Json = nlohmann::ordered_json;

/// `object` as a line of the verb's schema.
std::string schema_line(std::string_view verb, const Json& object);

/// `value` as one line; bytes that are not UTF-8 become U+FFFD.
std::string text_of(const Json& value);

/// {"schema":"localscale.error/1","error":{"code","message","next"},"exit":N}
std::string error_line(const Error& error, int exit);

// Tolerant reading of what the home sends: a member that is missing or of another kind gives the fallback.
std::string text_at(const Json& object, const char* member, std::string_view fallback = "");
std::int64_t number_at(const Json& object, const char* member, std::int64_t fallback = 0);
double real_at(const Json& object, const char* member);
bool flag_at(const Json& object, const char* member);
/// An empty array if there is none.
const Json& list_at(const Json& object, const char* member);
/// An empty object if there is none.
const Json& object_at(const Json& object, const char* member);

}  // namespace localscale::cli
