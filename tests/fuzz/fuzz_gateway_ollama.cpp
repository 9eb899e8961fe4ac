// Ollama's requests and the engine's events, whatever they hold: no crash, and what goes to the engine is
// JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "gateway/ollama_answer.hpp"
#include "gateway/ollama_ask.hpp"
#include "gateway/shape.hpp"

namespace {

using namespace localscale;
using namespace localscale::gateway;

Result<engine::Model> any_model(std::string_view name) {
  engine::Model model;
  model.name = name;
  model.capabilities = {engine::Capability::completion, engine::Capability::tools,
                        engine::Capability::vision,     engine::Capability::insert,
                        engine::Capability::thinking,   engine::Capability::embedding};
  return model;
}

void check(const Result<EngineAsk>& ask) {
  if (ask && ask->kind == EngineAsk::Kind::run && !nlohmann::json::accept(ask->body)) std::abort();
}

void check_events(std::string_view text, bool stream) {
  EngineAsk ask;
  ask.shown_model = "m";
  ask.stream = stream;
  // The first byte of the events chooses: both change what is passed on.
  ask.alternatives = !text.empty() && (text.front() & 1) != 0;
  if (!text.empty() && (text.front() & 2) != 0) ask.begun_text = "Once upon";
  OllamaAnswer answer(OllamaAnswer::Form::chat, ask);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto line = answer.push(text.substr(at, end - at));
    if (!line) return;
    if (!line->empty() && !nlohmann::json::accept(*line)) std::abort();
    at = end + 1;
  }
  if (answer.finish(AnswerTimes{}).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      check(translate_chat(text, any_model));
      break;
    case 1:
      check(translate_generate(text, any_model));
      break;
    case 2:
      static_cast<void>(translate_embed(text, any_model));
      break;
    case 3:
      static_cast<void>(translate_embeddings(text, any_model));
      break;
    case 4:
      check_events(text, true);
      break;
    case 5:
      check_events(text, false);
      break;
    case 6:
      static_cast<void>(ollama_embed_answer(text, "m", 3, AnswerTimes{}));
      break;
    default:
      static_cast<void>(anthropic_error_from_engine(500, text, "id"));
  }
  return 0;
}
