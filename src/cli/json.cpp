#include "cli/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace localscale::cli {
namespace {

std::string line(const Json& json) {
  return text_of(json) + "\n";
}

const Json* member_of(const Json& object, const char* member) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(member);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string text_of(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string schema_line(std::string_view verb, const Json& object) {
  Json out = {{"schema", fmt::format("localscale.{}/1", verb)}};
  for (const auto& [key, value] : object.items()) {
    if (key != "schema") out[key] = value;
  }
  return line(out);
}

std::string error_line(const Error& error, int exit) {
  return line(
      {{"schema", "localscale.error/1"},
       {"error", {{"code", std::string(name(error.code))}, {"message", error.what}, {"next", error.next}}},
       {"exit", exit}});
}

std::string text_at(const Json& object, const char* member, std::string_view fallback) {
  const Json* found = member_of(object, member);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string(fallback);
}

std::int64_t number_at(const Json& object, const char* member, std::int64_t fallback) {
  const Json* found = member_of(object, member);
  if (found == nullptr) return fallback;
  if (found->is_number_integer()) return found->get<std::int64_t>();
  // Only what surely fits: a double beyond it cannot be converted.
  constexpr double safe = 9e15;
  if (found->is_number_float() && std::abs(found->get<double>()) < safe)
    return static_cast<std::int64_t>(found->get<double>());
  return fallback;
}

double real_at(const Json& object, const char* member) {
  const Json* found = member_of(object, member);
  return found != nullptr && found->is_number() ? found->get<double>() : 0;
}

bool flag_at(const Json& object, const char* member) {
  const Json* found = member_of(object, member);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

const Json& list_at(const Json& object, const char* member) {
  static const Json empty = Json::array();
  const Json* found = member_of(object, member);
  return found != nullptr && found->is_array() ? *found : empty;
}

const Json& object_at(const Json& object, const char* member) {
  static const Json empty = Json::object();
  const Json* found = member_of(object, member);
  return found != nullptr && found->is_object() ? *found : empty;
}

}  // namespace localscale::cli
