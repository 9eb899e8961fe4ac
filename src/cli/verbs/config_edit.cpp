#include <algorithm>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/config_view.hpp"
#include "cli/editor.hpp"
#include "cli/home_status.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

/// Every key with its default as a comment: what a person changes is what the file holds.
std::string starting_text() {
  std::string out =
      "# The config of Localscale. A line that begins with # has no effect: remove the # to set a key.\n";
  std::string text = config::default_text();
  // Without its own first lines, which speak of removing keys.
  for (text = text.substr(text.find("\n\n") + 1); !text.empty();) {
    const auto end = text.find('\n') + 1;
    const std::string line = text.substr(0, end == 0 ? text.size() : end);
    text.erase(0, line.size());
    const bool is_key = line.front() >= 'a' && line.front() <= 'z';
    out += (is_key ? "# " : "") + line;
  }
  return out;
}

/// The copy that is being edited; removed at the end unless it holds work that could not be saved.
class Copy {
 public:
  explicit Copy(fs::path path) : path_(std::move(path)) {}
  ~Copy() {
    std::error_code ignored;
    if (!kept_) fs::remove(path_, ignored);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

  /// `error` with where the work lies.
  tl::unexpected<Failure> keep(Error error) {
    kept_ = true;
    if (!error.next.empty()) error.next += " ";
    error.next += fmt::format("Your changes are kept in {}", path_.string());
    return failed(std::move(error));
  }

 private:
  fs::path path_;
  bool kept_ = false;
};

bool wants_to_edit_again(const Context& context, const Error& mistakes) {
  if (context.terminal.look().json || ::isatty(STDIN_FILENO) == 0) return false;
  std::cerr << mistakes.what << "\nEdit it again? [Y/n] " << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return false;
  return answer.empty() || answer.front() == 'y' || answer.front() == 'Y';
}

/// The text that the person ends with, which is a valid config.
Outcome<std::string> edited_text(const Context& context, Copy& copy) {
  for (;;) {
    if (const auto edited = edit_file(copy.path()); !edited) return failed(edited.error());
    const auto text = config::read_file_text(copy.path());
    if (!text) return failed(text.error());
    const auto parsed = config::parse(text->text, copy.path().string());
    if (parsed) return text->text;
    if (!wants_to_edit_again(context, parsed.error())) return copy.keep(parsed.error());
  }
}

bool state_differs(const std::string& before, const std::string& after) {
  const auto old_config = config::parse(before, "old");
  const auto new_config = config::parse(after, "new");
  return old_config && new_config && old_config->state_directory != new_config->state_directory;
}

Outcome<bool> edit(const Context& context) {
  const fs::path& path = context.config_path;
  if (!config::can_replace(path)) {
    return failed({Errc::denied, fmt::format("{} cannot be written by this user.", path.string()),
                   "Run this as its owner, or name another file with --config."});
  }
  const auto former = config::read_file_text(path);
  if (!former) return failed(former.error());
  const std::string begin = former->exists ? former->text : starting_text();
  auto made = make_copy(begin, ".toml");
  if (!made) return failed(made.error());
  Copy copy(std::move(*made));
  const auto text = edited_text(context, copy);
  if (!text) return tl::unexpected(text.error());
  if (*text == begin) return false;
  if (auto stays = check_state_stays(context, state_differs(former->text, *text)); !stays)
    return copy.keep(stays.error().error);
  if (auto replaced = config::replace_file(path, *former, *text); !replaced)
    return copy.keep(replaced.error());
  return true;
}

int run(const Context& context) {
  const auto changed = edit(context);
  if (!changed) return context.terminal.report(changed.error());
  if (context.terminal.look().json) {
    context.terminal.write(
        schema_line("config.edit", {{"path", context.config_path.string()}, {"changed", *changed}}));
    return 0;
  }
  context.terminal.say(*changed ? fmt::format("{} is changed.", context.config_path.string())
                                : std::string("Nothing was changed."));
  if (!*changed) return 0;
  const auto view = ConfigView::open(context);
  if (!view || !view->home_runs()) return 0;
  const auto keys = view->keys();
  const bool waits = std::ranges::any_of(keys, &KeyView::waits_for_restart);
  context.terminal.remark(waits ? "It holds from the home's next start on: localscale down; localscale up"
                                : "The running home takes it over within two seconds.");
  return 0;
}

}  // namespace

Verb config_edit_verb() {
  return {.name = "edit",
          .summary = "Open the config file in $VISUAL or $EDITOR; only a valid one is kept",
          .example = "localscale config edit",
          .options = {},
          .run = run,
          .verbs = {},
          .storage = {},
          .needs_no_config = true};
}

}  // namespace localscale::cli
