#include "config/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "config/keys.hpp"

namespace localscale::config {
namespace {

/// Collects what is wrong, so that a person sees every mistake at once.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// `line` 0: the problem belongs to no single line.
  void add(unsigned line, std::string problem) { found_.emplace_back(line, std::move(problem)); }

  [[nodiscard]] bool empty() const { return found_.empty(); }
  /// Suggestions for thousands of wrong keys would only cost time.
  [[nodiscard]] bool few() const { return found_.size() < max_shown; }

  [[nodiscard]] tl::unexpected<Error> error() {
    std::ranges::sort(found_);
    std::string text;
    for (std::size_t i = 0; i < std::min(found_.size(), max_shown); ++i) {
      const auto& [line, problem] = found_[i];
      text += line == 0 ? fmt::format("{}: {}\n", file_, problem)
                        : fmt::format("{}:{}: {}\n", file_, line, problem);
    }
    text += found_.size() == 1 ? "There is 1 mistake" : fmt::format("There are {} mistakes", found_.size());
    return fail(Errc::invalid_argument, text + " in the config, so it was not used and nothing was changed.",
                "`localscale config --default` prints every key.");
  }

 private:
  static constexpr std::size_t max_shown = 50;
  std::string file_;
  std::vector<std::pair<unsigned, std::string>> found_;
};

std::string suggestion(const std::string& path, const std::vector<std::string>& known) {
  const std::string near = nearest(path, known);
  return near.empty() ? std::string() : fmt::format(" Did you mean {}?", near);
}

template <class Target>
std::vector<std::string> paths_of(const std::vector<Key<Target>>& table) {
  std::vector<std::string> out;
  out.reserve(table.size());
  for (const auto& key : table) out.push_back(key.path());
  return out;
}

const std::vector<std::string>& sections() {
  static const std::vector<std::string> names = {"api",     "lan", "engine", "models",
                                                 "fetcher", "log", "update"};
  return names;
}

/// What is wrong with a key that is in no table.
std::string unknown_key(const std::string& path, const std::vector<std::string>& known, bool suggest) {
  if (std::ranges::find(sections(), path) != sections().end()) {
    return fmt::format(
        "'{0}' is a section, not a key: write [{0}] in a line of its own and its keys below it.", path);
  }
  if (path == registries_section)
    return fmt::format("'{0}' is no key: write [[{0}]], once for each registry, and its keys below it.",
                       path);
  return fmt::format("'{}' is not a key that Localscale knows.{}", path,
                     suggest ? suggestion(path, known) : "");
}

template <class Target>
void read_key(const TomlItem& item, const std::vector<Key<Target>>& table, Target& target,
              Problems& problems) {
  const auto key = std::ranges::find_if(
      table, [&](const Key<Target>& k) { return k.section == item.section && k.name == item.key; });
  if (key == table.end()) {
    const std::string path = item.section.empty() ? item.key : item.section + "." + item.key;
    problems.add(item.line, unknown_key(path, paths_of(table), problems.few()));
  } else if (!key->read(item.value, target)) {
    problems.add(item.line, fmt::format("{} must be {}, not {}. The default is {}.", key->path(),
                                        key->allowed, describe(item.value), key->write(Target{})));
  }
}

void read_section(const TomlItem& item, Config& config, Problems& problems) {
  constexpr std::size_t max_registries = 32;
  if (item.section == registries_section) {
    if (item.index < 0) {
      problems.add(item.line, "[fetcher.registries] is a list: write [[fetcher.registries]], once for each.");
    } else if (config.fetcher.registries.size() >= max_registries) {
      problems.add(item.line,
                   fmt::format("there are more than {} registries; leave some out.", max_registries));
    } else {
      config.fetcher.registries.emplace_back();
    }
    return;
  }
  if (std::ranges::find(sections(), item.section) == sections().end()) {
    problems.add(item.line, fmt::format("'{}' is not a section that Localscale knows.{}", item.section,
                                        suggestion(item.section, sections())));
  } else if (item.index >= 0) {
    problems.add(item.line, fmt::format("[[{0}]] is given as a list: write [{0}], once.", item.section));
  }
}

bool is_known_section(const TomlItem& item) {
  return item.section.empty() ||
         std::ranges::any_of(keys(), [&](const Key<Config>& key) { return key.section == item.section; });
}

void read_item(const TomlItem& item, Config& config, Problems& problems) {
  if (std::holds_alternative<SectionStart>(item.value)) return read_section(item, config, problems);
  if (item.section == registries_section) {
    // Too many, or not a list: told at the section's start.
    if (item.index < 0 || static_cast<std::size_t>(item.index) >= config.fetcher.registries.size()) return;
    return read_key(item, registry_keys(), config.fetcher.registries[static_cast<std::size_t>(item.index)],
                    problems);
  }
  if (item.index < 0 && is_known_section(item)) read_key(item, keys(), config, problems);
}

std::string missing_keys(const Registry& registry) {
  std::string out;
  for (const auto& [key, value] :
       {std::pair("name", &registry.name), std::pair("protocol", &registry.protocol),
        std::pair("url", &registry.url)}) {
    if (value->empty()) out += (out.empty() ? "" : ", ") + std::string(key);
  }
  return out;
}

void check_registry(const Registry& registry, unsigned line, Problems& problems) {
  const std::string called = registry.name.empty() ? "" : fmt::format(" for {}", registry.name);
  if (const std::string missing = missing_keys(registry); !missing.empty()) {
    problems.add(line, fmt::format("the [[{}]]{} lacks {}: each needs name, protocol and url.",
                                   registries_section, called, missing));
  } else if (registry.url.starts_with("http://") && registry.address.empty()) {
    problems.add(line,
                 fmt::format("the registry {} has an http:// url and no address: plain http is only for "
                             "a listed address. Add address, or use https://.",
                             registry.name));
  }
}

/// The line of the header of the registry with this index.
unsigned registry_line(const std::vector<TomlItem>& items, std::size_t index) {
  const auto start = std::ranges::find_if(items, [&](const TomlItem& item) {
    return item.section == registries_section && item.index == static_cast<int>(index);
  });
  return start == items.end() ? 0 : start->line;
}

// Rules between keys of several sections have no line of their own.
void check_together(const Config& config, const std::vector<TomlItem>& items, Problems& problems) {
  if (config.api.ollama_port && config.api.port == 11434) {
    problems.add(0, "api.port is 11434 and api.ollama_port is on: both want the same port. Leave one out.");
  }
  if (config.lan.enabled && config.lan.port == config.api.port) {
    problems.add(
        0, fmt::format("lan.port and api.port are both {}. Give the LAN another port.", config.lan.port));
  }
  for (std::size_t i = 0; i < config.fetcher.registries.size(); ++i)
    check_registry(config.fetcher.registries[i], registry_line(items, i), problems);
}

std::string comment_lines(const std::string& comment) {
  return "# " + comment + "\n";
}

template <class Target>
std::string key_lines(const Key<Target>& key, const std::string& prefix) {
  return comment_lines(key.comment) + comment_lines("Takes " + key.allowed + ".") +
         fmt::format("{}{} = {}\n", prefix, key.name, key.write(Target{}));
}

}  // namespace

Result<Config> parse(std::string_view text, const std::string& file) {
  const auto items = read_toml(text, file);
  if (!items) return tl::unexpected(items.error());
  Config config;
  Problems problems(file);
  for (const TomlItem& item : *items) read_item(item, config, problems);
  if (problems.empty()) check_together(config, *items, problems);
  if (!problems.empty()) return problems.error();
  return config;
}

std::string default_text() {
  std::string out =
      "# The config of Localscale: every key with its default. Remove what you do not change.\n"
      "# A key that Localscale does not know is an error. `localscaled --check-config FILE` checks a file.\n";
  std::string section;
  for (const Key<Config>& key : keys()) {
    if (key.section != section) {
      section = key.section;
      out += fmt::format("\n# {}\n[{}]\n", section_comment(section), section);
    }
    out += "\n" + key_lines(key, "");
  }
  out += "\n# More registries, each in a section of its own.\n# [[fetcher.registries]]\n";
  for (const Key<Registry>& key : registry_keys()) out += "#\n" + key_lines(key, "# ");
  return out;
}

}  // namespace localscale::config
