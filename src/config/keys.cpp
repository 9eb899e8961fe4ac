#include "config/keys.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/checks.hpp"

namespace localscale::config {
namespace {

using Check = bool (*)(const std::string&);

// The row makers: each names a section member and a field of it, both known when the program is compiled.

template <auto Section, auto Field>
Key<Config> whole(std::string section, std::string name, std::uint64_t min, std::uint64_t max,
                  std::string comment) {
  return {std::move(section),
          std::move(name),
          std::move(comment),
          fmt::format("a whole number from {} to {}", min, max),
          [min, max](const TomlValue& value, Config& config) {
            const auto* number = std::get_if<std::int64_t>(&value);
            if (number == nullptr || *number < 0) return false;
            const auto wanted = static_cast<std::uint64_t>(*number);
            if (wanted < min || wanted > max) return false;
            auto& field = config.*Section.*Field;
            field = static_cast<std::remove_reference_t<decltype(field)>>(wanted);
            return true;
          },
          [](const Config& config) { return fmt::format("{}", config.*Section.*Field); },
          {Form::Kind::whole, min, max, {}}};
}

template <auto Section, auto Field>
Key<Config> flag(std::string section, std::string name, std::string comment) {
  return {std::move(section),
          std::move(name),
          std::move(comment),
          "true or false",
          [](const TomlValue& value, Config& config) {
            const auto* wanted = std::get_if<bool>(&value);
            if (wanted != nullptr) config.*Section.*Field = *wanted;
            return wanted != nullptr;
          },
          [](const Config& config) { return std::string(config.*Section.*Field ? "true" : "false"); },
          {Form::Kind::flag, 0, 0, {}}};
}

template <auto Section, auto Field>
Key<Config> text(std::string section, std::string name, std::string allowed, Check check,
                 std::string comment) {
  return {std::move(section),
          std::move(name),
          std::move(comment),
          std::move(allowed),
          [check](const TomlValue& value, Config& config) {
            const auto* wanted = std::get_if<std::string>(&value);
            if (wanted == nullptr || !check(*wanted)) return false;
            config.*Section.*Field = *wanted;
            return true;
          },
          [](const Config& config) { return toml_quote(std::string(config.*Section.*Field)); },
          {}};
}

template <auto Section, auto Field>
Key<Config> choice(std::string section, std::string name, std::vector<std::string> choices,
                   std::string comment) {
  return {std::move(section),
          std::move(name),
          std::move(comment),
          fmt::format("one of {}", fmt::join(choices, ", ")),
          [choices](const TomlValue& value, Config& config) {
            const auto* wanted = std::get_if<std::string>(&value);
            if (wanted == nullptr || std::ranges::find(choices, *wanted) == choices.end()) return false;
            config.*Section.*Field = *wanted;
            return true;
          },
          [](const Config& config) { return toml_quote(config.*Section.*Field); },
          {Form::Kind::choice, 0, 0, choices}};
}

Key<Config> command_line_only(Key<Config> key) {
  key.command_line_only = true;
  return key;
}

Key<Config> live(Key<Config> key) {
  key.live = true;
  return key;
}

template <auto Section, auto Field>
Key<Config> list(std::string section, std::string name, std::string of_what, Check check,
                 std::string comment) {
  constexpr std::size_t max_items = 64;
  return {std::move(section),
          std::move(name),
          std::move(comment),
          fmt::format("a list of at most {} {}", max_items, of_what),
          [check](const TomlValue& value, Config& config) {
            const auto* wanted = std::get_if<std::vector<std::string>>(&value);
            if (wanted == nullptr || wanted->size() > max_items || !std::ranges::all_of(*wanted, check))
              return false;
            auto& field = config.*Section.*Field;
            field.assign(wanted->begin(), wanted->end());
            return true;
          },
          [](const Config& config) {
            std::string out;
            for (const auto& item : config.*Section.*Field)
              out += (out.empty() ? "" : ", ") + toml_quote(std::string(item));
            return "[" + out + "]";
          },
          {Form::Kind::list, 0, 0, {}}};
}

template <auto Field>
Key<Registry> registry_text(std::string name, std::string allowed, Check check, std::string comment) {
  return {registries_section,
          std::move(name),
          std::move(comment),
          std::move(allowed),
          [check](const TomlValue& value, Registry& registry) {
            const auto* wanted = std::get_if<std::string>(&value);
            if (wanted == nullptr || !check(*wanted)) return false;
            registry.*Field = *wanted;
            return true;
          },
          [](const Registry& registry) { return toml_quote(registry.*Field); },
          {}};
}

constexpr std::uint64_t one_day_s = 86'400;
constexpr std::uint64_t one_hour_ms = 3'600'000;
constexpr std::uint64_t one_pebibyte = 1ULL << 50;
constexpr const char* a_path = "an absolute path (or one that starts with ~/)";
constexpr const char* an_own_folder =
    "an absolute path (or one that starts with ~/) to a folder of its own, which a folder of the system like "
    "/etc, /home or /tmp cannot be (one below it can)";

std::vector<Key<Config>> top_rows() {
  return {{"",
           "state_directory",
           "Where this home keeps its state. Empty: /var/lib/localscale for root, else "
           "$XDG_DATA_HOME/localscale.",
           an_own_folder,
           [](const TomlValue& value, Config& config) {
             const auto* wanted = std::get_if<std::string>(&value);
             if (wanted == nullptr || !is_own_folder_or_empty(*wanted)) return false;
             config.state_directory = *wanted;
             return true;
           },
           [](const Config& config) { return toml_quote(config.state_directory.string()); },
           {},
           true}};
}

std::vector<Key<Config>> api_rows() {
  return {
      whole<&Config::api, &Api::port>("api", "port", 1, 65535,
                                      "The port on 127.0.0.1 for every API and the web page."),
      flag<&Config::api, &Api::ollama_port>("api", "ollama_port",
                                            "Also serve on 127.0.0.1:11434, Ollama's port, if it is free."),
      live(command_line_only(list<&Config::api, &Api::allowed_origins>(
          "api", "allowed_origins", "origins like \"https://app.example\"", is_origin,
          "Web origins that may call the API from a browser, beside the home's own pages."))),
      live(command_line_only(list<&Config::api, &Api::allowed_hosts>(
          "api", "allowed_hosts", "host names without port", is_host,
          "Names in the Host header that are accepted beside loopback names."))),
      whole<&Config::api, &Api::max_body_bytes>("api", "max_body_bytes", 1024, 1ULL << 30,
                                                "The longest request body."),
      whole<&Config::api, &Api::max_header_bytes>("api", "max_header_bytes", 4096, 1U << 20,
                                                  "The longest request head."),
      whole<&Config::api, &Api::max_connections>("api", "max_connections", 8, 65536,
                                                 "Connections at one time; more are refused."),
      whole<&Config::api, &Api::slow_client_timeout_ms>(
          "api", "slow_client_timeout_ms", 100, one_hour_ms,
          "A client that takes no byte for this long is dropped."),
      whole<&Config::api, &Api::idle_timeout_ms>(
          "api", "idle_timeout_ms", 100, one_hour_ms,
          "A kept-alive connection without a request is closed after this."),
      whole<&Config::api, &Api::drain_timeout_ms>("api", "drain_timeout_ms", 0, one_hour_ms,
                                                  "How long running answers may finish when the home stops."),
  };
}

std::vector<Key<Config>> lan_rows() {
  return {
      flag<&Config::lan, &Lan::enabled>(
          "lan", "enabled", "Let other devices in: TLS with the home's own CA, and an API key for each."),
      text<&Config::lan, &Lan::address>("lan", "address", "an IPv4 or IPv6 address", is_ip,
                                        "The address to listen on."),
      whole<&Config::lan, &Lan::port>("lan", "port", 1, 65535, "The port on the LAN."),
      flag<&Config::lan, &Lan::allow_plaintext>(
          "lan", "allow_plaintext", "HTTP without TLS on the LAN: anyone there can read prompts and keys."),
      list<&Config::lan, &Lan::names>("lan", "names", "host names or addresses", is_host,
                                      "More names and addresses to put into the certificate."),
  };
}

std::vector<Key<Config>> engine_rows() {
  return {
      command_line_only(
          text<&Config::engine, &Engine::directory>("engine", "directory", a_path, is_path_or_empty,
                                                    "The folder with llama-server, llama-bench and their "
                                                    "libraries. Empty: the one built with Localscale.")),
      whole<&Config::engine, &Engine::threads>(
          "engine", "threads", 0, 1024,
          "Threads per model. 0: measured, never more than cores that are free."),
      whole<&Config::engine, &Engine::context_tokens>(
          "engine", "context_tokens", 0, 1U << 20,
          "Context of each parallel answer. 0: the model's own, at most 8192 and what fits."),
      whole<&Config::engine, &Engine::slots>("engine", "slots", 1, 64, "Parallel answers per model."),
      whole<&Config::engine, &Engine::max_loaded>(
          "engine", "max_loaded", 1, 64, "Models in memory at one time; the least recently used goes first."),
      live(whole<&Config::engine, &Engine::keep_alive_seconds>(
          "engine", "keep_alive_seconds", 0, 365 * one_day_s, "How long an unused model stays loaded.")),
      whole<&Config::engine, &Engine::load_timeout_seconds>("engine", "load_timeout_seconds", 1, one_day_s,
                                                            "The longest load of a model."),
      whole<&Config::engine, &Engine::hang_timeout_seconds>(
          "engine", "hang_timeout_seconds", 0, one_day_s,
          "An engine with work that gives no sign of life for this long is ended. 0: never."),
      whole<&Config::engine, &Engine::memory_reserve_bytes>("engine", "memory_reserve_bytes", 0, one_pebibyte,
                                                            "Memory that is never given to models."),
      whole<&Config::engine, &Engine::gpu_layers>(
          "engine", "gpu_layers", 0, 10'000, "Layers to put on a GPU, where the engine was built for one."),
      flag<&Config::engine, &Engine::tune>("engine", "tune",
                                           "Measure each model once for the best settings on this machine."),
  };
}

std::vector<Key<Config>> models_rows() {
  return {
      command_line_only(text<&Config::models, &Models::directory>(
          "models", "directory", an_own_folder, is_own_folder_or_empty,
          "Where pulled models are kept, in blobs and incoming below it. Empty: STATE/models.")),
      command_line_only(
          list<&Config::models, &Models::folders>("models", "folders", "absolute paths", is_path,
                                                  "More folders with GGUF files. They are only read.")),
      flag<&Config::models, &Models::use_ollama_store>(
          "models", "use_ollama_store", "Offer the models of an Ollama installation. Never written to."),
      flag<&Config::models, &Models::use_huggingface_cache>(
          "models", "use_huggingface_cache", "Offer GGUF files of the Hugging Face cache. Never written to."),
      flag<&Config::models, &Models::use_llama_cache>(
          "models", "use_llama_cache", "Offer GGUF files of the llama.cpp cache. Never written to."),
      live(text<&Config::models, &Models::default_model>(
          "models", "default_model", "a model name like \"llama3.2:1b\"", is_model_name,
          "The model of `localscale chat` and of requests that name none.")),
  };
}

std::vector<Key<Config>> fetcher_rows() {
  return {
      whole<&Config::fetcher, &Fetcher::connections>("fetcher", "connections", 1, 32,
                                                     "Parallel ranges per file."),
      whole<&Config::fetcher, &Fetcher::max_bytes_per_second>("fetcher", "max_bytes_per_second", 0,
                                                              one_pebibyte, "0: as fast as it goes."),
      whole<&Config::fetcher, &Fetcher::keep_free_bytes>(
          "fetcher", "keep_free_bytes", 0, one_pebibyte,
          "A pull that would leave less free disk than this is refused."),
      whole<&Config::fetcher, &Fetcher::keep_unfinished_days>(
          "fetcher", "keep_unfinished_days", 1, 3650,
          "An unfinished download that no pull went on with for so many days is removed."),
  };
}

std::vector<Key<Config>> log_rows() {
  return {
      live(choice<&Config::log, &Log::level>("log", "level", {"trace", "debug", "info", "warn", "error"},
                                             "How much to log.")),
      choice<&Config::log, &Log::format>("log", "format", {"text", "json"},
                                         "For people (text) or programs (json)."),
  };
}

std::vector<Key<Config>> update_rows() {
  return {
      text<&Config::update, &Update::url>(
          "update", "url", "a URL with https:// (http:// only with the host and port of a listed registry)",
          is_url_or_empty,
          "Where `localscale update --check` asks for the newest release. Empty: nowhere. Nothing asks it "
          "unasked."),
  };
}

}  // namespace

const std::vector<Key<Config>>& keys() {
  static const std::vector<Key<Config>> table = [] {
    std::vector<Key<Config>> rows;
    for (auto part : {top_rows(), api_rows(), lan_rows(), engine_rows(), models_rows(), fetcher_rows(),
                      log_rows(), update_rows()}) {
      std::ranges::move(part, std::back_inserter(rows));
    }
    return rows;
  }();
  return table;
}

const std::vector<Key<Registry>>& registry_keys() {
  static const std::vector<Key<Registry>> table = {
      registry_text<&Registry::name>(
          "name", "a host name, with a port if it has one", is_host_and_port,
          "The host part of model names: \"lab.example\" in lab.example/team/model:1b."),
      registry_text<&Registry::protocol>("protocol", "one of ollama, huggingface", is_protocol,
                                         "What it speaks."),
      registry_text<&Registry::url>("url", "a URL with https:// (http:// only with an address)", is_url,
                                    "Its base URL."),
      registry_text<&Registry::address>(
          "address", "an IPv4 or IPv6 address", is_ip_or_empty,
          "The one address, private or not, that the host may resolve to. Empty: any public one."),
      registry_text<&Registry::token_file>("token_file", a_path, is_path_or_empty,
                                           "A file with its bearer token, which the fetcher alone reads."),
  };
  return table;
}

const Key<Config>* find_key(std::string_view path) {
  const auto found = std::ranges::find(keys(), path, &Key<Config>::path);
  return found == keys().end() ? nullptr : &*found;
}

std::string_view unit_of(const Key<Config>& key) {
  for (const std::string_view unit : {"bytes", "seconds", "ms", "days"}) {
    const std::string ending = "_" + std::string(unit);
    if (key.name.ends_with(ending) || key.name.find(ending + "_") != std::string::npos) return unit;
  }
  return {};
}

std::string section_comment(const std::string& section) {
  if (section == "api")
    return "The HTTP API on this machine: Ollama, OpenAI and Anthropic clients, and the web page.";
  if (section == "lan") return "The same API for other devices of the home.";
  if (section == "engine") return "How models run.";
  if (section == "models") return "Where models are.";
  if (section == "fetcher") return "How models are downloaded.";
  if (section == "update") return "Looking for newer releases.";
  if (section == "log") return "What is written to the log. Never prompts, answers or keys.";
  return {};
}

}  // namespace localscale::config
