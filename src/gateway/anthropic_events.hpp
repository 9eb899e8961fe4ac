#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace localscale::gateway {

/// What engines get wrong in Anthropic's answers, mended: a stop sequence is named but not given as the
/// reason, tool calls begin without `input`, and errors have OpenAI's shape. Reads text, not JSON.
class AnthropicEvents {
 public:
  /// `stops`: the request's stop sequences. Both outlive this.
  AnthropicEvents(const std::vector<std::string>& stops, std::string_view request_id)
      : stops_(stops), request_id_(request_id) {}

  /// Whole events of a stream; what comes back is valid until the next call.
  std::string_view mend(std::string_view events);

 private:
  void append(std::string_view event);

  const std::vector<std::string>& stops_;
  std::string_view request_id_;
  std::string mended_;
};

/// The same for an answer that came whole.
std::string anthropic_answer(std::string_view body, const std::vector<std::string>& stops);

}  // namespace localscale::gateway
