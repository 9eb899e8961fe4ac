#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/model.hpp"

/// Ollama's requests turned into the engine's: pure functions from JSON text to JSON text.
namespace localscale::gateway {

/// What an Ollama request asks of the engine.
struct EngineAsk {
  enum class Kind {
    run,     ///< Send `body` to `target`.
    load,    ///< Only load the model (empty prompt).
    unload,  ///< Only unload it (empty prompt, keep_alive 0).
  };
  Kind kind = Kind::run;
  std::string shown_model;  ///< As the client wrote it; answers repeat it.
  std::string model;        ///< The catalog's name.
  bool stream = true;       ///< The client wants NDJSON. The engine is always asked to stream.
  std::optional<std::chrono::seconds> keep_alive;
  std::uint32_t context_tokens = 0;  ///< `options.num_ctx`; 0: the client leaves it to the home.
  std::string target;                ///< The engine's path.
  std::string body;                  ///< Without its prompt where `context` is not empty.
  /// Where the answer gets a `context`: the engine's request for the templated prompt.
  std::string template_body;
  std::vector<std::int32_t> context;  ///< Tokens of an earlier answer, from which this request goes on.
  bool alternatives = false;  ///< `top_logprobs` above 0. The engine gives the likeliest token in any case.
  std::string begun_text;     ///< The client's own beginning of the answer, which the engine repeats.
};

using FindModel = std::function<Result<engine::Model>(std::string_view name)>;

/// POST /api/chat
Result<EngineAsk> translate_chat(std::string_view body, const FindModel& find);

/// POST /api/generate
Result<EngineAsk> translate_generate(std::string_view body, const FindModel& find);

/// What POST /api/embed and /api/embeddings ask.
struct EmbedAsk {
  EngineAsk ask;  ///< Without a body: embed_request makes it.
  std::vector<std::string> texts;
  std::uint32_t dimensions = 0;  ///< 0: as the model makes them.
  bool truncate = true;          ///< Cut inputs that are longer than the context instead of failing.
};
Result<EmbedAsk> translate_embed(std::string_view body, const FindModel& find);
Result<EmbedAsk> translate_embeddings(std::string_view body, const FindModel& find);

/// Texts that were cut to fit the context: token ids by the text's place.
using CutTexts = std::map<std::size_t, std::vector<std::int32_t>>;
/// The engine's request for `embed`, with the cut texts in place of the whole ones.
std::string embed_request(const EmbedAsk& embed, const CutTexts& cut);
/// The engine's request for the token ids of a text, and its answer. `at_the_beginning`: with the marks that
/// a model wants before a text.
std::string tokenize_request(const std::string& text, bool at_the_beginning = true);
Result<std::vector<std::int32_t>> tokens_of(std::string_view engine_body);

/// The prompt in the engine's answer to `template_body`.
Result<std::string> prompt_of(std::string_view engine_body);
/// `body` with these tokens as its prompt.
std::string with_prompt_tokens(std::string_view body, const std::vector<std::int32_t>& tokens);

}  // namespace localscale::gateway
