#include "gateway/engine_refusal.hpp"

#include <array>
#include <string>
#include <utility>

#include "gateway/ollama_answer.hpp"

namespace localscale::gateway {
namespace {

struct Refusal {
  std::string_view says;  ///< A part of the engine's message.
  std::string_view code;
  std::string_view
      words;  ///< Ours, after the model's name where they begin with a space; empty: the engine's.
};

constexpr std::string_view no_fetching =
    "This home fetches no images, sounds or videos: its engines have no network. Send the content itself, "
    "as a data: URL or in base64.";

constexpr std::array<Refusal, 13> refusals{{
    {" input is not supported", "unsupported_input", ""},
    {"does not support audio input", "unsupported_input", " does not take audio."},
    {"does not support embeddings", "embeddings_not_supported",
     " makes no embeddings. Use a model whose `localscale show` names embedding."},
    {"does not support reranking", "reranking_not_supported",
     " does not rerank. Use a model whose `localscale show` names rerank."},
    {"too large to process", "context_length_exceeded", ""},
    {"HTTPS is not supported", "fetching_not_offered", no_fetching},
    {"cannot make GET request", "fetching_not_offered", no_fetching},
    {"Invalid base64", "", ""},
    {"Failed to parse tool", "", ""},
    {"Failed to parse messages", "", ""},
    {"' is required", "", ""},
    {"\"prompt\" elements must be", "", ""},
    {"\"prompt\" must not be empty", "", ""},
}};

}  // namespace

std::optional<Problem> known_refusal(std::string_view model, unsigned status, std::string_view engine_body) {
  if (status != 500 && status != 501) return std::nullopt;
  std::string message = engine_error_message(engine_body);
  for (const Refusal& refusal : refusals) {
    if (message.find(refusal.says) == std::string::npos) continue;
    if (refusal.words.starts_with(' '))
      message = "\"" + std::string(model) + "\"" + std::string(refusal.words);
    else if (!refusal.words.empty())
      message = refusal.words;
    return make_problem(400, std::string(refusal.code), std::move(message));
  }
  return std::nullopt;
}

}  // namespace localscale::gateway
