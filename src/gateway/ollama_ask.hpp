#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

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
  std::string target;  ///< The engine's path.
  std::string body;
};

using FindModel = std::function<Result<engine::Model>(std::string_view name)>;

/// POST /api/chat
Result<EngineAsk> translate_chat(std::string_view body, const FindModel& find);

/// POST /api/generate
Result<EngineAsk> translate_generate(std::string_view body, const FindModel& find);

/// What POST /api/embed and /api/embeddings ask.
struct EmbedAsk {
  EngineAsk ask;
  std::size_t inputs = 0;
  std::uint32_t dimensions = 0;  ///< 0: as the model makes them.
  bool truncate = true;          ///< Cut inputs that are longer than the context instead of failing.
};
Result<EmbedAsk> translate_embed(std::string_view body, const FindModel& find);
Result<EmbedAsk> translate_embeddings(std::string_view body, const FindModel& find);

}  // namespace localscale::gateway
