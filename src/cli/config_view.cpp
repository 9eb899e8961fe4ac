#include "cli/config_view.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/home_status.hpp"
#include "config/keys.hpp"

namespace localscale::cli {
namespace {

constexpr const char* config_path = "/localscale/v1/config";

config::TomlValue value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return json.get<std::string>();
  std::vector<std::string> list;
  if (!json.is_array()) return config::OtherValue{"nothing"};
  for (const Json& item : json) list.push_back(item.is_string() ? item.get<std::string>() : std::string());
  return list;
}

}  // namespace

bool KeyView::waits_for_restart() const {
  return !live && running && config::toml_text(*running) != config::toml_text(value);
}

Outcome<ConfigView> ConfigView::open(const Context& context) {
  ConfigView view(context);
  if (auto read = view.read_file(); !read) return tl::unexpected(read.error());
  view.ask_home();
  return view;
}

Outcome<void> ConfigView::read_file() {
  auto file = config::load_as_written(context_.config_path);
  if (!file) return failed(file.error());
  file_ = std::move(*file);
  return {};
}

/// A home that does not answer is told by `status`; here it only means that there is nothing to compare with.
void ConfigView::ask_home() {
  const auto home = context_.home();
  if (!home) return;
  const auto answer = home->get(config_path);
  home_runs_ = answer.has_value();
  if (!answer) return;
  for (const Json& section : list_at(*answer, "sections")) {
    for (const Json& key : list_at(section, "keys")) {
      if (key.contains("running")) running_.emplace(text_at(key, "path"), value_of(key.at("running")));
    }
  }
}

Outcome<KeyView> ConfigView::key(const std::string& path) const {
  if (config::find_key(path) == nullptr) {
    const auto wrong = config::wrong_changes({{path, std::nullopt}}, config::Asker::command_line);
    return failed({Errc::invalid_argument, fmt::format("{}: {}", path, wrong.begin()->second),
                   "`localscale config list` names every key."});
  }
  KeyView view{path, config::value_in(path, file_), config::value_in(path, config::Config{}), std::nullopt,
               config::find_key(path)->live};
  if (const auto found = running_.find(path); found != running_.end()) view.running = found->second;
  return view;
}

std::vector<KeyView> ConfigView::keys() const {
  std::vector<KeyView> views;
  for (const auto& known : config::keys()) {
    if (auto view = key(known.path())) views.push_back(std::move(*view));
  }
  return views;
}

Outcome<void> ConfigView::change(const std::vector<config::Change>& changes) {
  const bool changes_state = std::ranges::any_of(
      changes, [](const config::Change& change) { return change.path == "state_directory"; });
  if (auto stays = check_state_stays(context_, changes_state); !stays) return stays;
  const auto changed = config::change_file(context_.config_path, changes, config::Asker::command_line);
  if (!changed && changed.error().code == Errc::denied && home_runs_)
    return change_through_home(changes, changed.error());
  if (!changed) return failed(changed.error());
  return read_file();
}

Outcome<void> ConfigView::change_through_home(const std::vector<config::Change>& changes,
                                              const Error& refused) const {
  if (!config::wrong_changes(changes, config::Asker::page).empty()) return failed(refused);
  const auto home = context_.home();
  if (!home) return tl::unexpected(home.error());
  Json values = Json::object();
  for (const config::Change& change : changes)
    values[change.path] = change.value ? json_of(*change.value) : Json(nullptr);
  const auto answer = home->call("PATCH", config_path, {{"values", std::move(values)}});
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Outcome<void> check_state_stays(const Context& context, bool changes_state) {
  if (!changes_state) return {};
  const auto home = context.home();
  if (!home || !status_of(*home, std::chrono::seconds(4))) return {};
  return failed({Errc::conflict,
                 "The home runs, and the command line would not find it any more once its state folder is "
                 "another. Nothing was changed.",
                 "Stop it first: localscale down"});
}

std::string shown(const config::TomlValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return config::toml_text(value);
}

Json json_of(const config::TomlValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  return nullptr;
}

}  // namespace localscale::cli
