#include "stub/answer.hpp"

#include <fmt/format.h>

#include "stub/answer_formats.hpp"

namespace localscale::stub {

std::string piece_of(std::uint32_t index) {
  return (index == 0 ? "t" : " t") + std::to_string(index);
}

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

std::string timings(const Ask& ask) {
  const double rate = ask.script.tokens_per_second > 0 ? ask.script.tokens_per_second : 1e6;
  const double prompt_ms = std::max(1.0, static_cast<double>(ask.script.prompt.count()));
  return fmt::format(
      R"({{"cache_n":0,"prompt_n":{},"prompt_ms":{:.3f},"prompt_per_token_ms":{:.3f},"prompt_per_second":{:.3f},)"
      R"("predicted_n":{},"predicted_ms":{:.3f},"predicted_per_token_ms":{:.3f},"predicted_per_second":{:.3f}}})",
      ask.prompt_tokens, prompt_ms, prompt_ms / ask.prompt_tokens, 1000.0 * ask.prompt_tokens / prompt_ms,
      ask.tokens(), 1000.0 * ask.tokens() / rate, 1000.0 / rate, rate);
}

std::string error_body(unsigned status, std::string_view type, std::string_view message) {
  return fmt::format(R"({{"error":{{"code":{},"message":{},"type":"{}"}}}})", status, json_string(message),
                     type);
}

std::unique_ptr<AnswerFormat> make_format(const Ask& ask) {
  if (ask.api == Api::messages) return make_messages_format(ask);
  if (ask.api == Api::responses) return make_responses_format(ask);
  return make_openai_format(ask);
}

}  // namespace localscale::stub
