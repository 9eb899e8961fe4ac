#include <fmt/format.h>

#include "stub/answer_formats.hpp"

namespace localscale::stub {
namespace {

std::string event(std::string_view name, std::string_view data) {
  return fmt::format("event: {0}\ndata: {{\"type\":\"{0}\"{1}}}\n\n", name, data);
}

/// Anthropic's Messages.
class Messages final : public AnswerFormat {
 public:
  explicit Messages(Ask ask) : ask_(std::move(ask)) {}

  std::string whole(std::string_view text) override {
    return fmt::format(
        R"({{"id":"chatcmpl-{}","type":"message","role":"assistant","content":[{}],"model":{},"stop_reason":"{}",)"
        R"("stop_sequence":null,"usage":{{"cache_read_input_tokens":0,"input_tokens":{},"output_tokens":{}}}}})",
        ask_.id,
        ask_.tool_name.empty() ? fmt::format(R"({{"type":"text","text":{}}})", json_string(text))
                               : tool_use(),
        json_string(ask_.model), reason(), ask_.prompt_tokens, ask_.tokens());
  }
  std::string opening() override {
    return event(
               "message_start",
               fmt::format(
                   R"(,"message":{{"id":"chatcmpl-{}","type":"message","role":"assistant","content":[],)"
                   R"("model":{},"stop_reason":null,"stop_sequence":null,"usage":{{"cache_read_input_tokens":0,)"
                   R"("input_tokens":{},"output_tokens":0}}}})",
                   ask_.id, json_string(ask_.model), ask_.prompt_tokens)) +
           event("content_block_start",
                 fmt::format(R"(,"index":0,"content_block":{})",
                             ask_.tool_name.empty() ? R"({"type":"text","text":""})" : tool_use()));
  }
  std::string token(std::string_view piece, std::uint32_t) override {
    if (!ask_.tool_name.empty()) return {};
    return event("content_block_delta",
                 fmt::format(R"(,"index":0,"delta":{{"type":"text_delta","text":{}}})", json_string(piece)));
  }
  std::string closing(std::string_view) override {
    std::string out;
    if (!ask_.tool_name.empty()) {
      out += event("content_block_delta",
                   R"(,"index":0,"delta":{"type":"input_json_delta","partial_json":"{}"})");
    }
    return out + event("content_block_stop", R"(,"index":0)") +
           event("message_delta",
                 fmt::format(
                     R"(,"delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{{"output_tokens":{}}})",
                     reason(), ask_.tokens())) +
           event("message_stop", "");
  }

 private:
  [[nodiscard]] std::string_view reason() const {
    if (!ask_.tool_name.empty()) return "tool_use";
    return ask_.cut_by_limit() ? "max_tokens" : "end_turn";
  }
  [[nodiscard]] std::string tool_use() const {
    return fmt::format(R"({{"type":"tool_use","id":"call_{}","name":{},"input":{{}}}})", ask_.id,
                       json_string(ask_.tool_name));
  }

  Ask ask_;
};

}  // namespace

std::unique_ptr<AnswerFormat> make_messages_format(const Ask& ask) {
  return std::make_unique<Messages>(ask);
}

}  // namespace localscale::stub
