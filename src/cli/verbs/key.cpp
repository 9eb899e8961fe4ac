#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

constexpr const char* keys_path = "/localscale/v1/keys";

struct KeyOptions {
  std::string name;
  std::uint32_t requests_per_minute = 120;
  std::uint32_t max_concurrent = 8;
  bool may_sign_in = false;
};

/// "0a1b" as "0A:1B", which is how other tools show it.
std::string with_colons(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i > 0 && i % 2 == 0) out += ':';
    out += hex[i] >= 'a' && hex[i] <= 'f' ? static_cast<char>(hex[i] - 'a' + 'A') : hex[i];
  }
  return out;
}

/// What the device needs beside its key, with one line to try it.
void tell_lan(const Context& context, const Json& lan) {
  const auto row = [&](const char* label, const std::string& text) {
    context.terminal.remark(fmt::format("  {:<8} {}", label, one_line(text)));
  };
  const Json& urls = list_at(lan, "urls");
  if (urls.empty()) {
    context.terminal.remark(fmt::format(
        "The LAN door is shut, so no device can use it yet. Set enabled = true under [lan] in {}, then: "
        "localscale down; localscale up (localscale status says why where it stays shut).",
        context.config_path.string()));
    return;
  }
  context.terminal.remark("The device reaches this home at any of these that its network knows:");
  for (const Json& url : urls) row("url", url.is_string() ? url.get<std::string>() : "");
  const std::string ca = text_at(lan, "ca_file");
  if (!ca.empty()) {
    context.terminal.remark("Copy the home's CA there, so that the device knows the home:");
    row("ca", ca);
    row("sha-256", with_colons(text_at(lan, "ca_sha256")));
  }
  context.terminal.remark("To try it from there:");
  const std::string url = urls.front().is_string() ? urls.front().get<std::string>() : "";
  row("", fmt::format("curl {}-H 'Authorization: Bearer KEY' {}v1/models",
                      ca.empty() ? "" : "--cacert ca.pem ", url));
}

int create(const Context& context, const KeyOptions& options) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->call("POST", keys_path,
                                 {{"name", options.name},
                                  {"requests_per_minute", options.requests_per_minute},
                                  {"max_concurrent", options.max_concurrent},
                                  {"may_sign_in", options.may_sign_in}});
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("key.create", *answer));
  } else {
    context.terminal.remark("This is shown once. Give it to the device as its API key:");
    context.terminal.write(text_at(*answer, "secret") + "\n");
    tell_lan(context, object_at(*answer, "lan"));
  }
  return 0;
}

int list(const Context& context) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->get(keys_path);
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("key.ls", *answer));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  const auto now = std::time(nullptr);
  for (const Json& key : list_at(*answer, "keys")) {
    rows.push_back({text_at(key, "id"), text_at(key, "name"),
                    human_age(number_at(key, "created_at_unix"), now),
                    human_age(number_at(key, "last_used_at_unix"), now)});
  }
  if (rows.empty()) context.terminal.remark("No keys yet. Make one with: localscale key create NAME");
  context.terminal.table({"ID", "NAME", "MADE", "LAST USED"}, std::move(rows));
  return 0;
}

int remove(const Context& context, const std::string& id) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->call("DELETE", fmt::format("{}/{}", keys_path, percent_encoded(id)), nullptr);
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json)
    context.terminal.write(schema_line("key.rm", {{"key", id}, {"removed", true}}));
  context.terminal.say(fmt::format("The key {} is removed; it opens nothing any more.", id));
  return 0;
}

Verb create_verb() {
  auto options = std::make_shared<KeyOptions>();
  return {.name = "create",
          .summary = "Make a key for a device on the LAN",
          .example = "localscale key create \"tablet in the kitchen\"",
          .options = {{"name", "What the key is for", &options->name, true},
                      {"--requests-per-minute", "At most (default 120)", &options->requests_per_minute},
                      {"--max-concurrent", "Requests at one time (default 8)", &options->max_concurrent},
                      {"--sign-in", "It also opens the home's page, with all that you may do there",
                       &options->may_sign_in}},
          .run = [options](const Context& context) { return create(context, *options); },
          .verbs = {},
          .storage = options};
}

Verb list_verb() {
  return {.name = "ls",
          .summary = "List the keys",
          .example = "localscale key ls",
          .options = {},
          .run = list,
          .verbs = {},
          .storage = {}};
}

Verb remove_verb() {
  auto id = std::make_shared<std::string>();
  return {.name = "rm",
          .summary = "Remove a key",
          .example = "localscale key rm 0123456789ab",
          .options = {{"key", "Its id or name", id.get(), true}},
          .run = [id](const Context& context) { return remove(context, *id); },
          .verbs = {},
          .storage = id};
}

}  // namespace

Verb key_verb() {
  return {.name = "key",
          .summary = "Keys for devices on the LAN",
          .example = "localscale key create tablet",
          .options = {},
          .run = {},
          .verbs = {create_verb(), list_verb(), remove_verb()},
          .storage = {}};
}

}  // namespace localscale::cli
