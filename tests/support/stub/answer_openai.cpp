#include <ctime>

#include <fmt/format.h>

#include "stub/answer_formats.hpp"

namespace localscale::stub {
namespace {

/// What chat and text completions share.
class OpenAi : public AnswerFormat {
 public:
  OpenAi(Ask ask, std::string_view object) : ask_(std::move(ask)) {
    chunk_tail_ =
        fmt::format(R"(],"created":{},"id":"chatcmpl-{}","model":{},"system_fingerprint":"{}","object":"{}")",
                    std::time(nullptr), ask_.id, json_string(ask_.model), kBuild, object);
  }

 protected:
  /// `choice` without braces.
  [[nodiscard]] std::string event(std::string_view choice, std::string_view extra = {}) const {
    return fmt::format("data: {{\"choices\":[{}{}{}}}\n\n", choice, chunk_tail_, extra);
  }
  [[nodiscard]] std::string usage() const {
    return fmt::format(
        R"("usage":{{"completion_tokens":{},"prompt_tokens":{},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":0}}}})",
        ask_.tokens(), ask_.prompt_tokens, ask_.tokens() + ask_.prompt_tokens);
  }
  [[nodiscard]] std::string_view finish() const { return ask_.cut_by_limit() ? "length" : "stop"; }
  [[nodiscard]] std::string end_of_answer(std::string_view object, std::string_view choice) const {
    return fmt::format(
        R"({{"choices":[{}],"created":{},"model":{},"system_fingerprint":"{}","object":"{}",{},"id":"chatcmpl-{}","timings":{}}})",
        choice, std::time(nullptr), json_string(ask_.model), kBuild, object, usage(), ask_.id, timings(ask_));
  }

  Ask ask_;

 private:
  std::string chunk_tail_;
};

class Chat final : public OpenAi {
 public:
  explicit Chat(const Ask& ask) : OpenAi(ask, "chat.completion.chunk") {}

  std::string whole(std::string_view text) override {
    const std::string_view reason = ask_.tool_name.empty() ? finish() : "tool_calls";
    return end_of_answer(
        "chat.completion",
        fmt::format(R"({{"finish_reason":"{}","index":0,"message":{{"role":"assistant",{}}}}})", reason,
                    ask_.tool_name.empty() ? R"("content":)" + json_string(text) : tool_call()));
  }
  std::string opening() override {
    return event(R"({"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}})");
  }
  std::string token(std::string_view piece, std::uint32_t) override {
    if (!ask_.tool_name.empty()) return {};
    return event(
        fmt::format(R"({{"finish_reason":null,"index":0,"delta":{{"content":{}}}}})", json_string(piece)));
  }
  std::string closing(std::string_view) override {
    std::string out;
    if (!ask_.tool_name.empty()) {
      out += event(fmt::format(R"({{"finish_reason":null,"index":0,"delta":{{{}}}}})", tool_call()));
    }
    out += event(fmt::format(R"({{"finish_reason":"{}","index":0,"delta":{{}}}})",
                             ask_.tool_name.empty() ? finish() : "tool_calls"));
    if (ask_.include_usage) out += event("", "," + usage() + ",\"timings\":" + timings(ask_));
    return out + "data: [DONE]\n\n";
  }

 private:
  [[nodiscard]] std::string tool_call() const {
    return fmt::format(
        R"("tool_calls":[{{"index":0,"id":"call_{}","type":"function","function":{{"name":{},"arguments":"{{}}"}}}}])",
        ask_.id, json_string(ask_.tool_name));
  }
};

class Completions final : public OpenAi {
 public:
  explicit Completions(const Ask& ask) : OpenAi(ask, "text_completion") {}

  std::string whole(std::string_view text) override {
    return end_of_answer("text_completion", choice(text, finish()));
  }
  std::string opening() override { return {}; }
  std::string token(std::string_view piece, std::uint32_t) override { return event(choice(piece, {})); }
  std::string closing(std::string_view) override {
    return event(choice("", finish()), "," + usage() + ",\"timings\":" + timings(ask_)) + "data: [DONE]\n\n";
  }

 private:
  static std::string choice(std::string_view text, std::string_view reason) {
    return fmt::format(R"({{"text":{},"index":0,"logprobs":null,"finish_reason":{}}})", json_string(text),
                       reason.empty() ? "null" : json_string(reason));
  }
};

/// llama-server's own /completion.
class Native final : public AnswerFormat {
 public:
  explicit Native(Ask ask) : ask_(std::move(ask)) {}

  std::string whole(std::string_view text) override { return last(text); }
  std::string opening() override { return {}; }
  std::string token(std::string_view piece, std::uint32_t index) override {
    return fmt::format(
        "data: "
        "{{\"index\":0,\"content\":{},\"tokens\":[{}],\"stop\":false,\"id_slot\":-1,\"tokens_predicted\":{},"
        "\"tokens_evaluated\":{}}}\n\n",
        json_string(piece), index + 100, index + 1, ask_.prompt_tokens);
  }
  std::string closing(std::string_view) override { return "data: " + last("") + "\n\n"; }

 private:
  [[nodiscard]] std::string last(std::string_view text) const {
    std::string ids;
    for (std::uint32_t i = 0; ask_.return_tokens && !ask_.stream && i < ask_.tokens(); ++i) {
      ids += (i > 0 ? "," : "") + std::to_string(i + 100);
    }
    return fmt::format(
        R"({{"index":0,"content":{},"tokens":[{}],"id_slot":0,"stop":true,"model":{},"tokens_predicted":{},)"
        R"("tokens_evaluated":{},"generation_settings":{{}},"prompt":"","has_new_line":false,"truncated":false,)"
        R"("stop_type":"{}","stopping_word":"","tokens_cached":0,"timings":{}}})",
        json_string(text), ids, json_string(ask_.model), ask_.tokens(), ask_.prompt_tokens,
        ask_.cut_by_limit() ? "limit" : "eos", timings(ask_));
  }

  Ask ask_;
};

}  // namespace

std::unique_ptr<AnswerFormat> make_openai_format(const Ask& ask) {
  if (ask.api == Api::chat) return std::make_unique<Chat>(ask);
  if (ask.api == Api::completions) return std::make_unique<Completions>(ask);
  return std::make_unique<Native>(ask);
}

}  // namespace localscale::stub
