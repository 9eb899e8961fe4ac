#pragma once

#include <string_view>

#include "gateway/json.hpp"
#include "gateway/ollama_ask.hpp"

/// Parts that Ollama's requests share. For .cpp files only.
namespace localscale::gateway {

/// Reads model, stream, keep_alive and options.num_ctx, and finds the model.
Result<engine::Model> read_head(const Json& request, const FindModel& find, EngineAsk& ask);

/// Ollama's `options` as the engine's sampling fields, added to `out`. Options about loading
/// (num_gpu, num_thread, …) are accepted and have no effect, as the home measures what is best; a value of
/// the wrong type is invalid_argument in Ollama's words.
Result<void> map_options(const Json& options, Json& out);

/// `format` ("json" or a schema) as `response_format`, or as `json_schema` for the engine's plain completion.
Result<void> map_format(const Json& format, bool chat, Json& out);

/// `think` (true, false or an effort) as template arguments.
Result<void> map_think(const Json& think, const engine::Model& model, Json& out);

/// `logprobs` and `top_logprobs`.
Result<void> map_logprobs(const Json& request, bool chat, EngineAsk& ask, Json& out);

/// Base64 images as content parts after `text`.
Result<Json> content_with_images(std::string text, const Json& images, const engine::Model& model);

[[nodiscard]] bool has(const engine::Model& model, engine::Capability capability);

}  // namespace localscale::gateway
