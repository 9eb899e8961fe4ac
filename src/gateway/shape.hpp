#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"

namespace localscale::gateway {

/// Whose API a request speaks; errors answer in the same shape.
enum class Shape { openai, anthropic, ollama, admin };

std::string_view name(Shape shape);

/// The API that a path belongs to. Below /v1 `anthropic-version` means Anthropic where the path is not
/// OpenAI's alone; for the model lists, whose path OpenAI and Anthropic share, `x-api-key` does too.
Shape shape_of(std::string_view path, const net::Headers& headers);

/// A refusal or failure before it is put into an API's shape.
struct Problem {
  unsigned status = 500;
  std::string message;
  std::string code;   ///< OpenAI's machine-readable "code" ("model_not_found"); may be empty.
  std::string param;  ///< The field that is wrong; may be empty.
  std::optional<unsigned> retry_after_s{};  ///< Sent as Retry-After.
  std::string allow{};                      ///< Sent as Allow: the methods of a path, with 405.
  bool retry_is_useless = false;            ///< Sends x-should-retry: false, which SDKs obey.
};

/// A refusal in our own words. Retrying is useless for what the client itself must change first, and for what
/// is not offered at all.
Problem make_problem(unsigned status, std::string code, std::string message);

/// The one table from our error codes to HTTP.
Problem problem_of(const Error& error);

/// `problem` as an answer in the API's own error shape.
net::Response render(const Problem& problem, Shape shape, std::string_view request_id);

/// `problem` as the last event of an event stream that has begun, in the API's own shape.
std::string render_event(const Problem& problem, Shape shape, std::string_view path,
                         std::string_view request_id);

/// An engine's error body with all that OpenAI's shape wants: a `param`, and a `code` that is a word or null
/// where the engine repeats the status. Everything else in it is kept.
std::string openai_error_from_engine(unsigned status, std::string_view engine_body);

/// The same turned into Anthropic's shape. Text that cannot be read becomes a
/// general message.
std::string anthropic_error_from_engine(unsigned status, std::string_view engine_body,
                                        std::string_view request_id);

}  // namespace localscale::gateway
