#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "gateway/metrics.hpp"
#include "gateway/ollama_ask.hpp"

namespace localscale::gateway {

/// What the whole request took, as measured here; the engine's own timings are taken from its last event.
struct AnswerTimes {
  std::chrono::nanoseconds total{0};
  std::chrono::nanoseconds load{0};
};

/// Turns the engine's streamed events (chat chunks, or plain completions) into Ollama's answer: NDJSON lines
/// while it runs, or one object at the end. Pure: no I/O.
class OllamaAnswer {
 public:
  enum class Form { chat, generate };

  OllamaAnswer(Form form, const EngineAsk& ask);
  ~OllamaAnswer();

  /// One event's data. Returns the line to send now with its newline, or nothing; fails with the engine's own
  /// error.
  Result<std::string> push(std::string_view data);
  /// The last line (with everything collected, if not streaming). `context`: of /api/generate; empty: left
  /// out.
  std::string finish(const AnswerTimes& times, const std::vector<std::int32_t>& context = {});
  /// The whole text so far.
  [[nodiscard]] const std::string& text() const;

  [[nodiscard]] TokenCount tokens() const;
  /// True once the engine has said why it stopped; an event stream that ends before is a broken one.
  [[nodiscard]] bool complete() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The answer to a request that only loaded or unloaded a model. `reason`: "load" or "unload".
std::string ollama_load_answer(OllamaAnswer::Form form, const std::string& shown_model,
                               std::string_view reason);

/// The engine's /v1/embeddings answer as Ollama's /api/embed answer. `dimensions` cuts and normalises anew;
/// 0: as is.
Result<std::string> ollama_embed_answer(std::string_view engine_body, const std::string& shown_model,
                                        std::uint32_t dimensions, const AnswerTimes& times);

/// The same as the older /api/embeddings answer, {"embedding":[…]}.
Result<std::string> ollama_embeddings_answer(std::string_view engine_body);

/// The message in an engine's error body.
std::string engine_error_message(std::string_view body);

}  // namespace localscale::gateway
