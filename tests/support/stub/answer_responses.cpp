#include <ctime>

#include <fmt/format.h>

#include "stub/answer_formats.hpp"

namespace localscale::stub {
namespace {

std::string event(std::string_view name, std::string_view data) {
  return fmt::format("event: {0}\ndata: {{\"type\":\"{0}\",{1}}}\n\n", name, data);
}

/// OpenAI's Responses.
class Responses final : public AnswerFormat {
 public:
  explicit Responses(Ask ask) : ask_(std::move(ask)) {}

  std::string whole(std::string_view text) override {
    const auto now = std::time(nullptr);
    return fmt::format(R"({{"completed_at":{0},"created_at":{0},{1}}})", now, completed(text));
  }
  std::string opening() override {
    const std::string begun =
        fmt::format(R"("response":{{"id":"resp_{}","object":"response","status":"in_progress"}})", ask_.id);
    return event("response.created", begun) + event("response.in_progress", begun) +
           event(
               "response.output_item.added",
               fmt::format(R"("item":{{"content":[],"id":"msg_{}","role":"assistant","status":"in_progress",)"
                           R"("type":"message"}})",
                           ask_.id)) +
           event("response.content_part.added",
                 fmt::format(R"("item_id":"msg_{}","part":{{"type":"output_text","text":""}})", ask_.id));
  }
  std::string token(std::string_view piece, std::uint32_t) override {
    return event("response.output_text.delta",
                 fmt::format(R"("item_id":"msg_{}","delta":{})", ask_.id, json_string(piece)));
  }
  std::string closing(std::string_view text) override {
    return event("response.output_text.done",
                 fmt::format(R"("item_id":"msg_{}","text":{})", ask_.id, json_string(text))) +
           event("response.content_part.done",
                 fmt::format(R"("item_id":"msg_{}","part":{})", ask_.id, part(text))) +
           event("response.output_item.done", fmt::format(R"("item":{})", item(text))) +
           event("response.completed", fmt::format(R"("response":{{"created_at":{},{}}},"timings":{})",
                                                   std::time(nullptr), completed(text), timings(ask_)));
  }

 private:
  [[nodiscard]] static std::string part(std::string_view text) {
    return fmt::format(R"({{"type":"output_text","annotations":[],"logprobs":[],"text":{}}})",
                       json_string(text));
  }
  [[nodiscard]] std::string item(std::string_view text) const {
    return fmt::format(
        R"({{"type":"message","status":"completed","id":"msg_{}","content":[{}],"role":"assistant"}})",
        ask_.id, part(text));
  }
  [[nodiscard]] std::string completed(std::string_view text) const {
    return fmt::format(R"("id":"resp_{}","model":{},"object":"response","output":[{}],"status":"completed",)"
                       R"("usage":{{"input_tokens":{},"output_tokens":{},"total_tokens":{},)"
                       R"("input_tokens_details":{{"cached_tokens":0}}}})",
                       ask_.id, json_string(ask_.model), item(text), ask_.prompt_tokens, ask_.tokens(),
                       ask_.prompt_tokens + ask_.tokens());
  }

  Ask ask_;
};

}  // namespace

std::unique_ptr<AnswerFormat> make_responses_format(const Ask& ask) {
  return std::make_unique<Responses>(ask);
}

}  // namespace localscale::stub
