#pragma once

#include "gateway/ollama_answer.hpp"
#include "gateway/ollama_ask.hpp"
#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Ollama's endpoints that ask a model for text: /api/chat, /api/generate.
class OllamaAsking {
 public:
  explicit OllamaAsking(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> chat(Call& call);
  net::Task<void> generate(Call& call);

  net::Task<void> run(Call& call, EngineAsk ask, OllamaAnswer::Form form);
  net::Task<void> load_or_unload(Call& call, EngineAsk ask, OllamaAnswer::Form form);
  /// Makes the prompt of a request that goes on from an earlier answer: that one's tokens, then the templated
  /// question's. Fails with invalid_argument where the engine refuses, unavailable where it is gone.
  static net::Task<Result<void>> put_context_first(engine::Lease& lease, EngineAsk& ask);
  /// The tokens of the question and its answer, for a later request; empty if the engine does not tell.
  static net::Task<std::vector<std::int32_t>> context_after(engine::Lease& lease, const EngineAsk& ask,
                                                            std::string answer);
  net::Task<void> stream_answer(Call& call, engine::Lease& lease, RunningAnswer& running, EngineAsk ask,
                                OllamaAnswer::Form form);

  Services& services_;
};

/// Ollama's endpoints that ask a model for vectors: /api/embed, /api/embeddings.
class OllamaEmbedding {
 public:
  explicit OllamaEmbedding(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> embed(Call& call);
  net::Task<void> embeddings(Call& call);
  /// The engine's whole answer, or an error after having refused the call.
  net::Task<Result<std::string>> ask_engine(Call& call, EmbedAsk embed, AnswerTimes& times);
  net::Task<Result<std::string>> ask_leased(engine::Lease& lease, const EmbedAsk& embed,
                                            const net::Headers& headers, Problem& refusal);
  /// The texts of `embed` that are longer than the model's context, cut to it.
  net::Task<Result<CutTexts>> cut_long_texts(engine::Lease& lease, const EmbedAsk& embed);

  Services& services_;
};

/// What both kinds share: the catalog's lookup with errors in Ollama's words, and the engine's failures.
FindModel model_finder(Services& services);
net::Task<void> ollama_engine_error(Call& call, engine::Lease& lease, unsigned status);
net::Task<void> ollama_engine_lost(Call& call, engine::Lease& lease, Error error);
/// An engine's refusal as a problem.
Problem ollama_problem(std::string_view model, unsigned status, std::string_view engine_body);
net::Headers engine_json_headers();
/// The same for what `request` itself asks of the engine: with its trace.
net::Headers engine_json_headers(const net::Request& request);
AnswerTimes times_of(const Call& call, const engine::Lease& lease);

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
  explicit Ollama(Services& services) : asking_(services), embedding_(services), models_(services) {}
  void add_to(Routes& routes) {
    asking_.add_to(routes);
    embedding_.add_to(routes);
    models_.add_to(routes);
  }

 private:
  OllamaAsking asking_;
  OllamaEmbedding embedding_;
  OllamaModels models_;
};

}  // namespace localscale::gateway
