#include <chrono>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/bytes.hpp"
#include "cli/chat_stream.hpp"
#include "cli/load_view.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

struct RunOptions {
  std::string model;
  std::vector<std::string> words;
  std::string system;
  std::uint32_t max_tokens = 0;
};

/// All that is piped in. Fails where that is no text, or more than any home takes.
Outcome<std::string> piped_text() {
  constexpr std::size_t most = 64U << 20;
  std::string text;
  std::vector<char> block(1U << 16);
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > most)
      return failed({Errc::invalid_argument, "More than 64 MiB are piped in.", "Ask about a part of it."});
  }
  if (!is_utf8(text)) {
    return failed({Errc::invalid_argument, "What is piped in is not UTF-8 text.",
                   "Convert it first, for example with: iconv -f LATIN1 -t UTF-8"});
  }
  return text;
}

/// What the person asks: the words of the command line, what is piped in, or both with an empty line between.
Outcome<std::string> one_question(const RunOptions& options) {
  std::string text;
  for (const std::string& word : options.words) text += (text.empty() ? "" : " ") + word;
  if (isatty(STDIN_FILENO) == 1) return text;
  auto piped = piped_text();
  if (!piped || text.empty()) return piped;
  return piped->empty() ? text : text + "\n\n" + *piped;
}

/// While nothing comes the prompt may be long, or others' answers may run: says for how long.
std::function<void()> patience(const Context& context, const std::string& model) {
  return [&context, model, begin = std::chrono::steady_clock::now()] {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin).count();
    if (seconds > 0) context.terminal.progress(fmt::format("waiting for {} ({} s)", model, seconds));
  };
}

/// Prints an answer's pieces: text for people, an event a line with --json.
std::function<void(std::string_view)> printer(const Context& context, const std::string& model) {
  if (!context.terminal.look().json) {
    return [&context](std::string_view piece) {
      context.terminal.progress_done();
      context.terminal.write(harmless(piece));
    };
  }
  return [&context, model](std::string_view piece) {
    context.terminal.write(
        schema_line("run", {{"event", "text"}, {"model", model}, {"text", std::string(piece)}}));
  };
}

/// Loads the model with progress, then asks.
Outcome<ChatEnd> load_and_ask(const Context& context, const Home& home, const ChatRequest& request) {
  const auto loaded = load_with_progress(context, home, "run", request.model);
  if (!loaded && loaded.error().error.code == Errc::cancelled) {
    ChatEnd stopped;
    stopped.interrupted = true;
    return stopped;
  }
  if (!loaded) return tl::unexpected(loaded.error());
  return ask(home, request, printer(context, request.model), patience(context, request.model));
}

void print_end(const Context& context, const std::string& model, const ChatEnd& end) {
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("run", {{"event", "done"},
                                               {"model", model},
                                               {"finish_reason", end.finish_reason},
                                               {"prompt_tokens", end.prompt_tokens},
                                               {"answer_tokens", end.answer_tokens},
                                               {"tokens_per_second", end.tokens_per_second},
                                               {"interrupted", end.interrupted}}));
    return;
  }
  if (!end.text.ends_with('\n')) context.terminal.write("\n");
  if (end.interrupted) context.terminal.remark("(stopped)");
}

std::vector<Message> opening(const RunOptions& options) {
  if (options.system.empty()) return {};
  return {{"system", options.system}};
}

int ask_once(const Context& context, const Home& home, const RunOptions& options,
             const std::string& question) {
  ChatRequest request{options.model, opening(options), options.max_tokens};
  request.messages.push_back({"user", question});
  const Interrupts interrupts;
  const auto end = load_and_ask(context, home, request);
  if (!end) return context.terminal.report(end.error());
  print_end(context, options.model, *end);
  if (!end->interrupted && end->finish_reason.empty()) {
    return context.terminal.report(failed({Errc::unavailable, "The answer broke off; what arrived is above.",
                                           "See: localscale status; localscale logs"})
                                       .value());
  }
  return end->interrupted ? static_cast<int>(Exit::error) : 0;
}

/// One line from the person; nullopt at the end of input. ^C gives an empty line.
std::optional<std::string> read_line(const Context& context) {
  context.terminal.write(context.terminal.bold(">>> "));
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got == 1 && c == '\n') {
      context.terminal.line_was_entered();
      return line;
    }
    if (got == 1) line += c;
    if (got < 0 && Interrupts::take()) {
      context.terminal.write("\n");
      context.terminal.remark("(leave with /bye or ^D)");
      return std::string();
    }
    if (got == 0 || got < 0) return line.empty() ? std::nullopt : std::optional(line);
  }
}

/// A slash and one word; "/etc/hosts is what?" is a question.
bool is_command(std::string_view line) {
  return line.starts_with('/') && line.find_first_of("/ \t.?", 1) == std::string_view::npos;
}

int converse(const Context& context, const Home& home, const RunOptions& options) {
  constexpr std::size_t max_messages = 200;
  const Interrupts interrupts;
  context.terminal.remark(
      fmt::format("Talking to {}. /bye or ^D leaves, /clear forgets, ^C stops an answer.", options.model));
  ChatRequest request{options.model, opening(options), options.max_tokens};
  while (const auto line = read_line(context)) {
    if (*line == "/bye") break;
    if (line->empty()) continue;
    if (*line == "/clear") {
      request.messages = opening(options);
      continue;
    }
    if (is_command(*line)) {
      context.terminal.remark(fmt::format("'{}' is none of /bye and /clear; nothing was asked.", *line));
      continue;
    }
    request.messages.push_back({"user", *line});
    const auto end = load_and_ask(context, home, request);
    Interrupts::take();
    if (!end) {
      request.messages.pop_back();
      const int status = context.terminal.report(end.error());
      if (end.error().exit == Exit::not_running) return status;
      continue;
    }
    print_end(context, options.model, *end);
    request.messages.push_back({"assistant", end->text});
    if (request.messages.size() > max_messages)
      request.messages.erase(request.messages.begin(), request.messages.begin() + 2);
  }
  return 0;
}

int run_model(const Context& context, const RunOptions& options) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const bool interactive = options.words.empty() && isatty(STDIN_FILENO) == 1;
  if (interactive) {
    // A wrong name is told before the first question.
    if (const auto known = home->call("POST", "/api/show", {{"model", options.model}}); !known) {
      return context.terminal.report(known.error());
    }
    return converse(context, *home, options);
  }
  const auto question = one_question(options);
  if (!question) return context.terminal.report(question.error());
  if (question->find_first_not_of(" \t\r\n") == std::string::npos) {
    return context.terminal.report(
        failed({Errc::invalid_argument, "There is no question: neither words nor piped text.",
                fmt::format("Try: localscale run {} \"hello\"", options.model)})
            .value());
  }
  return ask_once(context, *home, options, *question);
}

std::vector<Option> common_options(RunOptions& options) {
  return {{"--system", "A system prompt", &options.system},
          {"--max-tokens", "The longest answer, in tokens", &options.max_tokens}};
}

}  // namespace

Verb run_verb() {
  auto options = std::make_shared<RunOptions>();
  std::vector<Option> all = {
      {"model", "The model's name", &options->model, true, Completes::model},
      {"prompt", "The question; without it and without piped text: a conversation", &options->words}};
  for (Option& option : common_options(*options)) all.push_back(std::move(option));
  return {.name = "run",
          .summary = "Ask a model; loads it if needed",
          .example =
              "localscale run seedling \"switch the kitchen lights off at nine\"\n"
              "  cat letter.txt | localscale run llama3.2:1b \"answer this letter\"",
          .options = std::move(all),
          .run = [options](const Context& context) { return run_model(context, *options); },
          .verbs = {},
          .storage = options};
}

Verb chat_verb() {
  auto options = std::make_shared<RunOptions>();
  std::vector<Option> all = {
      {"prompt", "The question; without it and without piped text: a conversation", &options->words},
      {"--model", "Another model than the config's default", &options->model, false, Completes::model}};
  for (Option& option : common_options(*options)) all.push_back(std::move(option));
  return {.name = "chat",
          .summary = "Talk with the default model",
          .example = "localscale chat",
          .options = std::move(all),
          .run =
              [options](const Context& context) {
                const auto config = context.config();
                if (!config) return context.terminal.report(config.error());
                if (options->model.empty()) options->model = config->models.default_model;
                return run_model(context, *options);
              },
          .verbs = {},
          .storage = options};
}

}  // namespace localscale::cli
