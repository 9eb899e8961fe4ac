#include <utility>

#include "gateway/load_options.hpp"
#include "gateway/ollama.hpp"
#include "gateway/relay.hpp"
#include "gateway/usage_reader.hpp"

namespace localscale::gateway {
namespace {

/// 2,048 vectors of 4,096 numbers as text.
constexpr std::size_t vectors_body_max = std::size_t{256} << 20;
constexpr std::size_t tokens_body_max = std::size_t{64} << 20;

std::uint32_t context_of(const engine::Engines& engines, const engine::Model& model) {
  for (const engine::Loaded& loaded : engines.loaded()) {
    if (loaded.model.name == model.name) return loaded.context_tokens;
  }
  return 0;
}

}  // namespace

void OllamaEmbedding::add_to(Routes& routes) {
  routes.add("POST", "/api/embed", Need::use, [this](Call& call) { return embed(call); });
  routes.add("POST", "/api/embeddings", Need::use, [this](Call& call) { return embeddings(call); });
}

net::Task<Result<CutTexts>> OllamaEmbedding::cut_long_texts(engine::Lease& lease, const EmbedAsk& embed) {
  CutTexts cut;
  const std::uint32_t context = embed.truncate ? context_of(services_.engines, lease.model()) : 0;
  const net::Headers headers = engine_json_headers();
  for (std::size_t i = 0; context > 0 && i < embed.texts.size(); ++i) {
    // A token takes a byte at least; two more are the marks of beginning and end.
    if (embed.texts[i].size() + 2 <= context) continue;
    const std::string request = tokenize_request(embed.texts[i]);
    const auto head = co_await lease.upstream().request("POST", "/tokenize", headers, request);
    if (!head) co_return tl::unexpected(head.error());
    const auto body = co_await lease.upstream().read_all(tokens_body_max);
    if (!body) co_return tl::unexpected(body.error());
    auto tokens = tokens_of(*body);
    if (!tokens || tokens->size() <= context) continue;
    tokens->resize(context);
    cut.emplace(i, std::move(*tokens));
  }
  co_return cut;
}

/// Fails with Errc::cancelled and a `refusal` where the engine refused, with another code where it died.
net::Task<Result<std::string>> OllamaEmbedding::ask_leased(engine::Lease& lease, const EmbedAsk& embed,
                                                           const net::Headers& headers, Problem& refusal) {
  const auto cut = co_await cut_long_texts(lease, embed);
  if (!cut) co_return tl::unexpected(cut.error());
  const std::string request = embed_request(embed, *cut);
  const auto head = co_await lease.upstream().request("POST", embed.ask.target, headers, request);
  if (!head) co_return tl::unexpected(head.error());
  auto body = co_await lease.upstream().read_all(vectors_body_max);
  if (!body || head->status < 400) co_return body;
  refusal = ollama_problem(lease.model().name, head->status, *body);
  co_return fail(Errc::cancelled, "refused by the engine");
}

net::Task<Result<std::string>> OllamaEmbedding::ask_engine(Call& call, EmbedAsk embed, AnswerTimes& times) {
  auto leased = co_await services_.engines.acquire(
      embed.ask.model,
      load_options(services_, embed.ask.model, embed.ask.keep_alive, embed.ask.context_tokens));
  if (!leased) {
    Problem problem = lease_problem(leased.error(), embed.ask.shown_model);
    co_await call.refuse(std::move(problem));
    co_return tl::unexpected(leased.error());
  }
  engine::Lease& lease = **leased;
  RunningAnswer running(services_.answers, call, lease.model().name);
  if (embed.texts.empty()) {
    times = times_of(call, lease);
    co_return std::string(R"({"data":[]})");
  }
  Problem refusal;
  const net::Headers headers = engine_json_headers(call.request);
  auto body = co_await ask_leased(lease, embed, headers, refusal);
  times = times_of(call, lease);
  if (body) {
    const TokenCount tokens = usage_of(*body);
    services_.metrics.add_tokens(tokens);
    running.finish(tokens);
    co_return body;
  }
  if (body.error().code == Errc::cancelled) {
    co_await call.refuse(std::move(refusal));
  } else {
    co_await ollama_engine_lost(call, lease, body.error());
  }
  co_return body;
}

net::Task<void> OllamaEmbedding::embed(Call& call) {
  auto embed = translate_embed(call.request.body, model_finder(services_));
  if (!embed) co_return co_await call.refuse(embed.error());
  const std::string shown = embed->ask.shown_model;
  const std::uint32_t dimensions = embed->dimensions;
  AnswerTimes times;
  const auto body = co_await ask_engine(call, std::move(*embed), times);
  if (!body) co_return;
  auto answer = ollama_embed_answer(*body, shown, dimensions, times);
  if (!answer) co_return co_await call.refuse(answer.error());
  co_await call.send_json(std::move(*answer));
}

net::Task<void> OllamaEmbedding::embeddings(Call& call) {
  auto embed = translate_embeddings(call.request.body, model_finder(services_));
  if (!embed) co_return co_await call.refuse(embed.error());
  AnswerTimes times;
  const auto body = co_await ask_engine(call, std::move(*embed), times);
  if (!body) co_return;
  auto answer = ollama_embeddings_answer(*body);
  if (!answer) co_return co_await call.refuse(answer.error());
  co_await call.send_json(std::move(*answer));
}

}  // namespace localscale::gateway
