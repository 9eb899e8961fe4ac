#include "cli/completion.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/http_client.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

/// The names as a person writes them; none where no home answers at once.
std::vector<std::string> model_names(const Context& context) {
  constexpr std::chrono::milliseconds patience{300};
  constexpr std::string_view implied_tag = ":latest";
  const auto home = context.home();
  if (!home) return {};
  const auto reply = http_exchange(home->layout().admin_socket,
                                   HttpRequest{.target = "/localscale/v1/models", .quiet = patience});
  if (!reply || reply->status != 200) return {};
  const Json answer = Json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> out;
  for (const Json& model : list_at(answer, "models")) {
    std::string name = one_line(text_at(model, "name"));
    if (name.ends_with(implied_tag)) name.resize(name.size() - implied_tag.size());
    out.push_back(std::move(name));
  }
  return out;
}

int complete_words(const Context& context, const std::vector<std::string>& words) {
  const std::vector<Verb> verbs = all_verbs();
  const Completion completion = complete(verbs, words, [&] { return model_names(context); });
  for (const Candidate& candidate : completion.candidates) {
    context.terminal.write(candidate.about.empty()
                               ? candidate.word + "\n"
                               : fmt::format("{}\t{}\n", candidate.word, candidate.about));
  }
  if (completion.files) context.terminal.write(":files\n");
  return 0;
}

int print_script(const Context& context, const std::string& shell) {
  const std::string script = completion_script(shell);
  if (context.terminal.look().json)
    context.terminal.write(schema_line("completion", {{"shell", shell}, {"script", script}}));
  else
    context.terminal.write(script);
  return 0;
}

}  // namespace

Verb completion_verb() {
  auto shell = std::make_shared<std::string>();
  return {
      .name = "completion",
      .summary = "Print a script that lets a shell complete localscale's words",
      .example =
          "localscale completion bash > ~/.local/share/bash-completion/completions/localscale\n"
          "  localscale completion zsh > ~/.zfunc/_localscale\n"
          "  localscale completion fish > ~/.config/fish/completions/localscale.fish",
      .options = {{"shell", "bash, zsh or fish", shell.get(), true, Completes::nothing, completion_shells()}},
      .run = [shell](const Context& context) { return print_script(context, *shell); },
      .verbs = {},
      .storage = shell};
}

Verb complete_verb() {
  auto words = std::make_shared<std::vector<std::string>>();
  return {.name = "complete",
          .summary = "Print what may follow the words; the scripts of `localscale completion` ask this",
          .example = "localscale complete -- run se",
          .options = {{"words", "The words after the program's name", words.get()}},
          .run = [words](const Context& context) { return complete_words(context, *words); },
          .verbs = {},
          .storage = words,
          .hidden = true};
}

}  // namespace localscale::cli
