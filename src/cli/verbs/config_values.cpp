#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/config_view.hpp"
#include "config/keys.hpp"

namespace localscale::cli {
namespace {

constexpr const char* restart_hint = "It holds from the home's next start on: localscale down; localscale up";
constexpr const char* live_hint = "The running home takes it over within two seconds.";

Json view_json(const KeyView& view) {
  const auto& key = *config::find_key(view.path);
  return {{"key", view.path},
          {"value", json_of(view.value)},
          {"default", json_of(view.fallback)},
          {"running", view.running ? json_of(*view.running) : Json(nullptr)},
          {"needs_restart", view.waits_for_restart()},
          {"takes", key.allowed},
          {"comment", key.comment}};
}

int list(const Context& context, const ConfigView& view) {
  const auto keys = view.keys();
  if (context.terminal.look().json) {
    Json rows = Json::array();
    for (const KeyView& key : keys) rows.push_back(view_json(key));
    context.terminal.write(
        schema_line("config.list", {{"path", context.config_path.string()}, {"keys", std::move(rows)}}));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const KeyView& key : keys) {
    const bool changed = config::toml_text(key.value) != config::toml_text(key.fallback);
    std::string note = changed ? "set; default " + config::toml_text(key.fallback) : "";
    if (key.waits_for_restart())
      note += (note.empty() ? "" : "; ") + ("the running home: " + config::toml_text(*key.running));
    rows.push_back({key.path, config::toml_text(key.value), note});
  }
  context.terminal.table({"KEY", "VALUE", ""}, std::move(rows));
  return 0;
}

int get(const Context& context, const std::string& path) {
  const auto view = ConfigView::open(context);
  if (!view) return context.terminal.report(view.error());
  if (path.empty()) return list(context, *view);
  const auto key = view->key(path);
  if (!key) return context.terminal.report(key.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("config.get", view_json(*key)));
    return 0;
  }
  context.terminal.write(harmless(shown(key->value)) + "\n");
  if (key->waits_for_restart())
    context.terminal.remark(fmt::format("The running home goes by {} until it is started anew.",
                                        config::toml_text(*key->running)));
  return 0;
}

int tell_changed(const Context& context, const ConfigView& view, const std::string& path,
                 const char* schema) {
  const auto key = view.key(path);
  if (!key) return context.terminal.report(key.error());
  if (context.terminal.look().json) {
    Json json = view_json(*key);
    json["path"] = context.config_path.string();
    context.terminal.write(schema_line(schema, json));
    return 0;
  }
  context.terminal.say(fmt::format("{} = {}", path, config::toml_text(key->value)));
  if (key->waits_for_restart()) context.terminal.remark(restart_hint);
  if (key->live && view.home_runs()) context.terminal.remark(live_hint);
  return 0;
}

/// The one value, or the items of a list.
Result<config::TomlValue> value_of(const std::string& path, const std::vector<std::string>& words) {
  const auto* key = config::find_key(path);
  const bool is_list = key != nullptr && key->form.kind == config::Form::Kind::list;
  if (is_list && words.size() > 1) return config::TomlValue(words);
  if (words.size() > 1) {
    return fail(Errc::invalid_argument, fmt::format("{} takes one value, not {}.", path, words.size()),
                "Put it into quotes if it has spaces.");
  }
  return config::value_from_text(path, words.front());
}

int change(const Context& context, const std::string& path, std::optional<config::TomlValue> value,
           const char* schema) {
  auto view = ConfigView::open(context);
  if (!view) return context.terminal.report(view.error());
  if (const auto known = view->key(path); !known) return context.terminal.report(known.error());
  if (const auto changed = view->change({{path, std::move(value)}}); !changed)
    return context.terminal.report(changed.error());
  return tell_changed(context, *view, path, schema);
}

struct SetOptions {
  std::string key;
  std::vector<std::string> value;
};

}  // namespace

Verb config_get_verb() {
  auto key = std::make_shared<std::string>();
  return {.name = "get",
          .summary = "Print a key's value, or all of them",
          .example = "localscale config get api.port",
          .options = {{"key", "Its name, with its section", key.get()}},
          .run = [key](const Context& context) { return get(context, *key); },
          .verbs = {},
          .storage = key,
          .needs_no_config = true};
}

Verb config_list_verb() {
  return {.name = "list",
          .summary = "List every key with its value",
          .example = "localscale config list --json",
          .options = {},
          .run = [](const Context& context) { return get(context, {}); },
          .verbs = {},
          .storage = {},
          .needs_no_config = true};
}

Verb config_set_verb() {
  auto options = std::make_shared<SetOptions>();
  return {.name = "set",
          .summary = "Change a key in the config file",
          .example = "localscale config set lan.enabled true",
          .options = {{"key", "Its name, with its section", &options->key, true},
                      {"value", "What it becomes; a list takes several", &options->value, true}},
          .run =
              [options](const Context& context) {
                auto value = value_of(options->key, options->value);
                if (!value) return context.terminal.report(failed(value.error()).value());
                return change(context, options->key, std::move(*value), "config.set");
              },
          .verbs = {},
          .storage = options,
          .needs_no_config = true};
}

Verb config_unset_verb() {
  auto key = std::make_shared<std::string>();
  return {
      .name = "unset",
      .summary = "Take a key out of the config file, so that its default holds",
      .example = "localscale config unset api.port",
      .options = {{"key", "Its name, with its section", key.get(), true}},
      .run = [key](const Context& context) { return change(context, *key, std::nullopt, "config.unset"); },
      .verbs = {},
      .storage = key,
      .needs_no_config = true};
}

}  // namespace localscale::cli
