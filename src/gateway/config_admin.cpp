#include "gateway/config_admin.hpp"

#include <utility>

#include "config/keys.hpp"
#include "gateway/json.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t path_max = 100;  ///< Bytes of an unknown path in an answer.

Json json_of(const config::TomlValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  return nullptr;
}

/// A list of anything but text becomes a value that no key takes.
config::TomlValue list_of(const Json& json) {
  std::vector<std::string> items;
  for (const Json& item : json) {
    if (!item.is_string()) return config::OtherValue{"a list with elements that are not strings"};
    items.push_back(item.get<std::string>());
  }
  return items;
}

config::TomlValue value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return config::OtherValue{"a number that is too large"};
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) return list_of(json);
  return config::OtherValue{"an object"};
}

std::string_view name_of(config::Form::Kind kind) {
  switch (kind) {
    case config::Form::Kind::text:
      return "text";
    case config::Form::Kind::whole:
      return "whole";
    case config::Form::Kind::flag:
      return "flag";
    case config::Form::Kind::choice:
      return "choice";
    case config::Form::Kind::list:
      return "list";
  }
  return "text";
}

Json key_json(const config::Key<config::Config>& key, const config::Config& file,
              const config::Config& running) {
  const std::string path = key.path();
  Json json = {{"path", path},
               {"type", name_of(key.form.kind)},
               {"comment", key.comment},
               {"allowed", key.allowed},
               {"default", json_of(config::value_in(path, config::Config{}))},
               {"value", json_of(config::value_in(path, file))},
               {"running", json_of(config::value_in(path, running))},
               {"needs_restart", !key.live},
               {"command_line_only", key.command_line_only}};
  if (key.form.kind == config::Form::Kind::whole) {
    json["min"] = key.form.min;
    json["max"] = key.form.max;
  }
  if (key.form.kind == config::Form::Kind::choice) json["choices"] = key.form.choices;
  if (const auto unit = config::unit_of(key); !unit.empty()) json["unit"] = unit;
  return json;
}

Json sections_json(const config::Config& file, const config::Config& running) {
  Json sections = Json::array();
  for (const auto& key : config::keys()) {
    if (sections.empty() || sections.back()["name"] != key.section) {
      sections.push_back({{"name", key.section},
                          {"comment", config::section_comment(key.section)},
                          {"keys", Json::array()}});
    }
    sections.back()["keys"].push_back(key_json(key, file, running));
  }
  return sections;
}

Result<std::vector<config::Change>> changes_in(std::string_view body) {
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  const Json& values = member(*request, "values");
  if (!values.is_object() || values.size() > config::max_changes) {
    return fail(Errc::invalid_argument,
                "\"values\" must be an object with at most 128 keys like \"api.port\" and their new values.");
  }
  std::vector<config::Change> changes;
  for (const auto& [path, value] : values.items()) {
    config::Change change{path, std::nullopt};
    if (!value.is_null()) change.value = value_of(value);
    changes.push_back(std::move(change));
  }
  return changes;
}

/// The home's own error shape with what is wrong with single values.
std::string wrong_values(const std::map<std::string, std::string>& wrong, const std::string& request_id) {
  const std::string what = wrong.size() == 1 ? "one value cannot be taken."
                                             : std::to_string(wrong.size()) + " values cannot be taken.";
  Json fields = Json::object();
  for (const auto& [path, fault] : wrong) fields[path.substr(0, path_max)] = fault;
  return dump({{"schema", 1},
               {"error",
                {{"code", "invalid_config"},
                 {"message", "Nothing was changed: " + what},
                 {"request_id", request_id},
                 {"fields", std::move(fields)}}}});
}

/// What the supervisor refused, in the words of this endpoint.
Problem refused(const Error& error) {
  Problem problem = problem_of(error);
  if (error.code == Errc::invalid_argument || error.code == Errc::unsupported) {
    problem.status = 400;
    problem.code = "invalid_config";
  } else if (error.code == Errc::denied) {
    problem.code = "not_writable";
  } else if (error.code == Errc::exhausted && error.retry_after) {
    problem.status = 429;
  } else if (error.code == Errc::exhausted) {
    problem.status = 507;
    problem.code = "no_room";
  }
  return problem;
}

}  // namespace

void ConfigAdmin::add_to(Routes& routes) {
  routes.add("GET", "/localscale/v1/config", Need::session, [this](Call& call) { return show(call); });
  routes.add("PATCH", "/localscale/v1/config", Need::session, [this](Call& call) { return change(call); });
}

std::string ConfigAdmin::body_of(const engine::ConfigText& file) const {
  const config::Config& running = services_.config.running();
  const auto parsed = config::parse(file.text, file.file);
  Json body = {{"schema", 1}, {"file", file.file}, {"writable", file.writable && parsed.has_value()}};
  // Somebody broke the file by hand: the home goes on with what it has, and single keys cannot be changed.
  if (!parsed) body["problem"] = parsed.error().message();
  body["sections"] = sections_json(parsed ? *parsed : running, running);
  return dump(body);
}

net::Task<void> ConfigAdmin::show(Call& call) {
  const auto file = co_await services_.config.read();
  if (!file) co_return co_await call.refuse(file.error());
  co_await call.send_json(body_of(*file));
}

net::Task<void> ConfigAdmin::change(Call& call) {
  auto changes = changes_in(call.request.body);
  if (!changes) co_return co_await call.refuse(changes.error());
  if (changes->empty()) co_return co_await show(call);
  const auto wrong = config::wrong_changes(*changes, config::Asker::page);
  if (!wrong.empty()) {
    net::Response refusal;
    refusal.status = 400;
    refusal.headers.set("Content-Type", "application/json");
    refusal.body = wrong_values(wrong, call.request.id);
    const auto sent = co_await call.answer.send(std::move(refusal));
    static_cast<void>(sent);
    co_return;
  }
  const auto file = co_await services_.config.change(std::move(*changes));
  if (!file) {
    Problem problem = refused(file.error());
    co_return co_await call.refuse(std::move(problem));
  }
  services_.events.publish("config", "{}");
  co_await call.send_json(body_of(*file));
}

}  // namespace localscale::gateway
