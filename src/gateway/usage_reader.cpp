#include "gateway/usage_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <optional>

namespace localscale::gateway {
namespace {

constexpr std::string_view usage_key = R"("usage":{)";
constexpr std::string_view timings_key = R"("timings":{)";
/// Longer than any of the two objects.
constexpr std::size_t object_max = 1024;
/// Counts stand at the end of a body.
constexpr std::size_t tail_max = 4096;

/// Looks for one of the keys. std::string_view::find compares at every quote, of which JSON is full, and
/// memmem prepares itself anew at each call. (Horspool, "Practical fast searching in strings", 1980.)
class Finder {
 public:
  explicit Finder(std::string_view key) : search_(key.begin(), key.end()) {}

  [[nodiscard]] std::size_t find(std::string_view text, std::size_t from) const {
    const auto at = std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())),
                                text.end(), search_);
    return at == text.end() ? std::string_view::npos : static_cast<std::size_t>(at - text.begin());
  }

 private:
  std::boyer_moore_horspool_searcher<std::string_view::const_iterator> search_;
};

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
  static const Finder usage(usage_key);
  static const Finder timings(timings_key);
  std::size_t at = 0;
  while ((at = usage.find(whole, at)) != std::string_view::npos) {
    at += usage_key.size();
    take_usage(object_at(whole, at - 1));
  }
  at = 0;
  while ((at = timings.find(whole, at)) != std::string_view::npos) {
    if (ends_a_choice(whole, at)) take_timings(object_at(whole, at + timings_key.size() - 1));
    at += timings_key.size();
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
