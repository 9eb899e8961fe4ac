#include "engine/engine_errors.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace localscale::engine {
namespace {

constexpr std::size_t max_excerpt_bytes = 400;
constexpr const char* mend_the_engine =
    "Set [engine] directory to a folder with a whole llama.cpp (llama-server and its libraries), or build it "
    "with: ./dev build";
/// What the shim, exec and the loader end with when there is no program to run.
constexpr std::int32_t first_code_without_program = 125;
constexpr std::int32_t last_code_without_program = 127;
constexpr std::int32_t illegal_instruction = 4;
constexpr std::array words_of_a_broken_engine = std::to_array<std::string_view>(
    {"no backends are loaded", "no cpu backend found", "error while loading shared libraries"});
constexpr std::array telling_words =
    std::to_array<std::string_view>({"error", "fail", "invalid", "assert", "unknown", "unsupported",
                                     "not supported", "missing", "unable", "corrupt", "terminate"});

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

template <std::size_t count>
bool has_any(const std::string& line, const std::array<std::string_view, count>& words) {
  const auto text = lower(line);
  return std::ranges::any_of(words,
                             [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool is_telling(const std::string& line) {
  return has_any(line, telling_words) || has_any(line, words_of_a_broken_engine);
}

/// The engine itself does not run here, whatever the model.
bool is_broken_engine(const WorkerExit& exit) {
  if (exit.signal == illegal_instruction) return true;
  if (exit.signal == 0 && exit.exit_code >= first_code_without_program &&
      exit.exit_code <= last_code_without_program)
    return true;
  return std::ranges::any_of(exit.last_lines,
                             [](const std::string& line) { return has_any(line, words_of_a_broken_engine); });
}

std::string ending(const WorkerExit& exit) {
  if (exit.out_of_memory) return "out of memory";
  if (exit.signal != 0) return fmt::format("signal {}", exit.signal);
  return fmt::format("exit code {}", exit.exit_code);
}

}  // namespace

std::string telling_lines(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) {
    if (!is_telling(line)) continue;
    if (!out.empty()) out += " | ";
    out += line;
    if (out.size() > max_excerpt_bytes) break;
  }
  if (out.empty() && !lines.empty()) out = lines.back();
  out.resize(std::min(out.size(), max_excerpt_bytes));
  return out;
}

Error home_stops_error() {
  return {Errc::unavailable, "The home stops, and this answer was not done in time: it is lost.",
          "Ask again once the home runs."};
}

bool ended_by_others(const WorkerExit& exit) {
  return (exit.signal == SIGKILL || exit.signal == SIGTERM) && !exit.out_of_memory && !exit.hung;
}

Error stopped_error(const std::string& model, const WorkerExit& exit) {
  if (exit.out_of_memory) {
    return {Errc::exhausted,
            "The engine for '" + model + "' ran out of memory and was ended; this answer is lost.",
            "Ask again with a shorter prompt, or lower [engine] slots or context_tokens."};
  }
  if (exit.hung) {
    return {
        Errc::unavailable,
        "The engine for '" + model + "' hung: it gave no sign of life and was ended; this answer is lost.",
        "The next request starts it again."};
  }
  return {Errc::unavailable,
          "The engine for '" + model + "' stopped (" + ending(exit) + "); this answer is lost.",
          "The next request starts it again."};
}

Error launch_error(const std::string& model, const Error& error) {
  switch (error.code) {
    case Errc::unavailable:
    case Errc::exhausted:
    case Errc::timeout:
    case Errc::cancelled:
    case Errc::invalid_argument:
      return error;
    default:
      break;
  }
  return {Errc::unavailable, "The engine cannot be started, so '" + model + "' was not loaded: " + error.what,
          error.next.empty() ? mend_the_engine : error.next};
}

Error load_error(const std::string& model, const WorkerExit& exit) {
  if (exit.out_of_memory) {
    return {Errc::exhausted, "The engine ran out of memory while it loaded '" + model + "'.",
            "Use a smaller quantization, or lower [engine] slots or context_tokens."};
  }
  const auto lines = telling_lines(exit.last_lines);
  if (is_broken_engine(exit)) {
    return {Errc::unavailable,
            "The engine does not run on this machine (" + ending(exit) + "), so '" + model +
                "' was not loaded" + (lines.empty() ? "." : ": " + lines),
            mend_the_engine};
  }
  if (ended_by_others(exit)) {
    return {Errc::unavailable,
            "The engine for '" + model + "' was ended (" + ending(exit) + ") while it loaded.",
            "The next request starts it again."};
  }
  return {
      Errc::corrupt,
      "The engine can't load '" + model + "' (" + ending(exit) + ")" + (lines.empty() ? "." : ": " + lines),
      "The file may be damaged, or too new for this engine: download it again, or try another quantization."};
}

Error refusal_error(const std::string& model, const RefuseRequest& refusal) {
  const auto later = std::chrono::ceil<std::chrono::seconds>(refusal.retry_after);
  switch (refusal.why) {
    case Refusal::too_large:
      if (!refusal.error.what.empty()) return refusal.error;
      return {Errc::exhausted, "The model '" + model + "' does not fit this machine's memory.",
              "Use a smaller one."};
    case Refusal::busy:
      return {Errc::unavailable, "There is no room for '" + model + "' now: all loaded models are answering.",
              fmt::format("Try again in {} s. Memory and [engine] max_loaded limit how many run at one time.",
                          later.count()),
              later};
    case Refusal::queue_full:
      return {Errc::exhausted, "Too many requests wait for '" + model + "'.",
              fmt::format("Try again in {} s.", later.count()), later};
    case Refusal::failed:
      return refusal.error;
    case Refusal::backing_off:
      return {refusal.error.code,
              "'" + model + "' failed several times and rests now. Last: " + refusal.error.what,
              // "The next request starts it again" is not so now.
              fmt::format("Try again in {} s.{}", later.count(),
                          refusal.error.code == Errc::unavailable ? "" : " " + refusal.error.next),
              later};
    case Refusal::closing:
      return {Errc::unavailable, "The home is stopping.", "Try again once it runs."};
  }
  return {Errc::internal, "The engine refused '" + model + "'.", {}};
}

}  // namespace localscale::engine
