#include "gateway/usage_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace localscale::gateway {
namespace {

constexpr std::string_view usage_key = R"("usage":)";
constexpr std::string_view timings_key = R"("timings":)";
/// Longer than any of the two objects.
constexpr std::size_t object_max = 1024;
/// Counts stand at the end of a body.
constexpr std::size_t tail_max = 4096;

/// The object that begins at `at`, up to its closing bracket; empty if it does not end.
std::string_view object_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, object_max);
  int depth = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '{') ++depth;
    if (rest[i] == '}' && --depth == 0) return rest.substr(0, i + 1);
  }
  return {};
}

/// Clients may ask for timings with every token; those of a choice's last event are the final ones.
bool ends_a_choice(std::string_view text, std::size_t at) {
  const std::size_t border = text.substr(0, at).rfind("\n\n");
  const std::size_t start = border == std::string_view::npos ? 0 : border;
  return text.substr(start, at - start).find(R"("finish_reason":")") != std::string_view::npos;
}

std::optional<std::uint64_t> number(std::string_view object, std::string_view key) {
  std::size_t at = object.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  at = object.find_first_not_of(' ', at + key.size());
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(object.data() + at, object.data() + object.size(), value);
  constexpr std::uint64_t plausible_max = std::uint64_t{1} << 40;
  return problem == std::errc{} && value <= plausible_max ? std::optional(value) : std::nullopt;
}

}  // namespace

void UsageReader::take_usage(std::string_view object) {
  if (object.empty()) return;
  has_usage_ = true;
  auto prompt = number(object, R"("prompt_tokens":)");
  if (const auto input = number(object, R"("input_tokens":)"); !prompt && input) {
    // Anthropic's count leaves out what was cached; OpenAI's includes it.
    prompt = *input + number(object, R"("cache_read_input_tokens":)").value_or(0);
  }
  auto answer = number(object, R"("completion_tokens":)");
  if (!answer) answer = number(object, R"("output_tokens":)");
  usage_.prompt = std::max(usage_.prompt, prompt.value_or(0));
  usage_.answer = std::max(usage_.answer, answer.value_or(0));
}

void UsageReader::take_timings(std::string_view object) {
  timings_.prompt +=
      number(object, R"("prompt_n":)").value_or(0) + number(object, R"("cache_n":)").value_or(0);
  timings_.answer += number(object, R"("predicted_n":)").value_or(0);
}

void UsageReader::read(std::string_view whole) {
  // Brackets are rare in JSON, and looked for many bytes at a time; quotes, with which the keys begin, are
  // not.
  for (std::size_t at = whole.find('{'); at != std::string_view::npos; at = whole.find('{', at + 1)) {
    const std::string_view before = whole.substr(0, at);
    if (before.ends_with(usage_key)) take_usage(object_at(whole, at));
    if (before.ends_with(timings_key) && ends_a_choice(whole, at)) take_timings(object_at(whole, at));
  }
}

TokenCount usage_of(std::string_view body) {
  UsageReader reader;
  reader.read(body.substr(body.size() - std::min(body.size(), tail_max)));
  return reader.tokens();
}

void UsageReader::read_part(std::string_view part) {
  if (part.empty()) {  // The body's end.
    read(tail_);
    tail_.clear();
    return;
  }
  if (part.size() >= tail_max) tail_.clear();
  tail_ += part.substr(part.size() - std::min(part.size(), tail_max));
  if (tail_.size() > tail_max) tail_.erase(0, tail_.size() - tail_max);
}

}  // namespace localscale::gateway
