#pragma once

#include "gateway/ollama_answer.hpp"
#include "gateway/ollama_ask.hpp"
#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Ollama's endpoints that ask a model: /api/chat, /api/generate, /api/embed, /api/embeddings.
class OllamaAsking {
 public:
  explicit OllamaAsking(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> chat(Call& call);
  net::Task<void> generate(Call& call);
  net::Task<void> embed(Call& call);
  net::Task<void> embeddings(Call& call);

  net::Task<void> run(Call& call, EngineAsk ask, OllamaAnswer::Form form);
  net::Task<void> load_or_unload(Call& call, EngineAsk ask, OllamaAnswer::Form form);
  net::Task<void> stream_answer(Call& call, engine::Lease& lease, EngineAsk ask, OllamaAnswer::Form form);
  /// The engine's whole embeddings answer, or nothing after having refused the call.
  net::Task<Result<std::string>> embed_body(Call& call, EmbedAsk embed, AnswerTimes& times);
  net::Task<void> answer_engine_error(Call& call, net::Upstream& upstream, unsigned status);
  net::Task<void> engine_lost(Call& call, engine::Lease& lease, Error error);
  [[nodiscard]] FindModel finder();

  Services& services_;
};

/// Ollama's endpoints about models: tags, show, ps, pull, delete, copy, version; create, push and blobs are
/// refused.
class OllamaModels {
 public:
  explicit OllamaModels(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> tags(Call& call);
  net::Task<void> show(Call& call);
  net::Task<void> ps(Call& call);
  net::Task<void> pull(Call& call);
  net::Task<void> remove(Call& call);
  net::Task<void> copy(Call& call);
  static net::Task<void> version(Call& call);
  static net::Task<void> not_offered(Call& call);

  Services& services_;
};

/// All of Ollama.
class Ollama {
 public:
  explicit Ollama(Services& services) : asking_(services), models_(services) {}
  void add_to(Routes& routes) {
    asking_.add_to(routes);
    models_.add_to(routes);
  }

 private:
  OllamaAsking asking_;
  OllamaModels models_;
};

}  // namespace localscale::gateway
