#include "engine/engine_errors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace localscale::engine {
namespace {

constexpr std::size_t max_excerpt_bytes = 400;
constexpr std::array telling_words =
    std::to_array<std::string_view>({"error", "fail", "invalid", "assert", "unknown", "unsupported",
                                     "not supported", "missing", "unable", "corrupt", "terminate"});

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool is_telling(const std::string& line) {
  const auto text = lower(line);
  return std::ranges::any_of(telling_words,
                             [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

std::string ending(const WorkerExit& exit) {
  if (exit.out_of_memory) return "out of memory";
  if (exit.signal != 0) return fmt::format("signal {}", exit.signal);
  return fmt::format("exit code {}", exit.exit_code);
}

long seconds(std::chrono::milliseconds time) {
  return static_cast<long>((time.count() + 999) / 1000);
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

Error stopped_error(const std::string& model, const WorkerExit& exit) {
  if (exit.out_of_memory) {
    return {Errc::exhausted,
            "The engine for '" + model + "' ran out of memory and was ended; this answer is lost.",
            "Ask again with a shorter prompt, or lower [engine] slots or context_tokens."};
  }
  return {Errc::unavailable,
          "The engine for '" + model + "' stopped (" + ending(exit) + "); this answer is lost.",
          "The next request starts it again."};
}

Error load_error(const std::string& model, const WorkerExit& exit) {
  if (exit.out_of_memory) {
    return {Errc::exhausted, "The engine ran out of memory while it loaded '" + model + "'.",
            "Use a smaller quantization, or lower [engine] slots or context_tokens."};
  }
  const auto lines = telling_lines(exit.last_lines);
  // Ended by someone else: that says nothing about the file.
  if (exit.signal == 9 || exit.signal == 15) {
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
  switch (refusal.why) {
    case Refusal::too_large:
      if (!refusal.error.what.empty()) return refusal.error;
      return {Errc::exhausted, "The model '" + model + "' does not fit this machine's memory.",
              "Use a smaller one."};
    case Refusal::busy:
      return {Errc::unavailable, "There is no room for '" + model + "' now: all loaded models are answering.",
              fmt::format("Try again in {} s, or raise [engine] max_loaded.", seconds(refusal.retry_after))};
    case Refusal::queue_full:
      return {Errc::exhausted, "Too many requests wait for '" + model + "'.",
              fmt::format("Try again in {} s.", seconds(refusal.retry_after))};
    case Refusal::failed:
      return refusal.error;
    case Refusal::backing_off:
      return {refusal.error.code,
              "'" + model + "' failed several times and rests now. Last: " + refusal.error.what,
              fmt::format("Try again in {} s. {}", seconds(refusal.retry_after), refusal.error.next)};
    case Refusal::closing:
      return {Errc::unavailable, "The home is stopping.", "Try again once it runs."};
  }
  return {Errc::internal, "The engine refused '" + model + "'.", {}};
}

}  // namespace localscale::engine
