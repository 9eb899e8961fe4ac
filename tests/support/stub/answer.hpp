#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stub/script.hpp"

namespace localscale::stub {

enum class Api { chat, completions, completion, messages, responses };

/// One request, understood.
struct Ask {
  Api api = Api::chat;
  bool stream = false;
  bool include_usage = false;
  bool return_tokens = false;
  std::string model;  ///< What the answer calls the model.
  std::string id;
  std::string tool_name;  ///< Set if a tool is to be called.
  std::uint32_t prompt_tokens = 1;
  std::uint32_t limit = 0;  ///< The request's own limit of tokens; 0: none.
  Script script;

  [[nodiscard]] std::uint32_t tokens() const {
    return limit > 0 && limit < script.tokens ? limit : script.tokens;
  }
  [[nodiscard]] bool cut_by_limit() const { return limit > 0 && limit < script.tokens; }
};

/// The text of token `index`: every one can be told apart, so that a lost or doubled one is seen.
std::string piece_of(std::uint32_t index);

/// Writes answers in the shapes of llama-server v0.5.0.
class AnswerFormat {
 public:
  virtual ~AnswerFormat() = default;
  /// The answer that is not streamed.
  virtual std::string whole(std::string_view text) = 0;
  /// Server-sent events: before the first token, for each token, after the last.
  virtual std::string opening() = 0;
  virtual std::string token(std::string_view piece, std::uint32_t index) = 0;
  virtual std::string closing(std::string_view text) = 0;
};

std::unique_ptr<AnswerFormat> make_format(const Ask& ask);

/// `text` as a JSON string, with its quotes.
std::string json_string(std::string_view text);

/// llama-server's error body.
std::string error_body(unsigned status, std::string_view type, std::string_view message);

}  // namespace localscale::stub
