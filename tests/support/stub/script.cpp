#include "stub/script.hpp"

#include <charconv>
#include <fstream>

namespace localscale::stub {
namespace {

constexpr std::string_view kMark = "stub:";
constexpr std::size_t kHeadBytes = 64U << 10;
constexpr std::size_t kTailBytes = 4U << 10;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::uint32_t number_at(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void apply(Script& script, std::string_view word, std::uint32_t number) {
  if (word == "rate") script.tokens_per_second = number;
  if (word == "tokens") script.tokens = number;
  if (word == "prompt-ms") script.prompt = std::chrono::milliseconds(number);
  if (word == "start-ms") script.start = std::chrono::milliseconds(number);
  if (word == "die") script.die = true;
  if (word == "close") script.close = true;
  if (word == "hang") script.hang = true;
  if (word == "idle") script.idle = true;
  if (word == "tool") script.tool = true;
  if (word == "stats") script.stats = true;
  if (word == "exit") script.exit = true;
  if (word == "embeddings") script.embeddings = true;
  if (word == "error400") script.error = 400;
  if (word == "error500") script.error = 500;
}

}  // namespace

Script Script::with(std::string_view text) const {
  Script script = *this;
  for (std::size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at)) {
    at += kMark.size();
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    const bool has_number = end < text.size() && text[end] == '=';
    apply(script, text.substr(at, end - at), has_number ? number_at(text.substr(end + 1)) : 0);
  }
  return script;
}

std::optional<Script> read_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(kHeadBytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (!head.starts_with("GGUF")) return std::nullopt;
  if (head.size() < kHeadBytes) return Script{}.with(head);
  file.clear();
  file.seekg(-static_cast<std::streamoff>(kTailBytes), std::ios::end);
  std::string tail(kTailBytes, '\0');
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  return Script{}.with(head).with(tail);
}

}  // namespace localscale::stub
