#include <utility>

#include "base/log.hpp"
#include "gateway/load_options.hpp"
#include "gateway/ollama.hpp"
#include "gateway/relay.hpp"
#include "gateway/sse_reader.hpp"
#include "gateway/stream_gauge.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t error_body_max = std::size_t{256} << 10;
/// 2,048 vectors of 4,096 numbers as text.
constexpr std::size_t embeddings_body_max = std::size_t{256} << 20;

net::Headers json_headers() {
  net::Headers headers;
  headers.set("Content-Type", "application/json");
  return headers;
}

AnswerTimes times_of(const Call& call, const engine::Lease& lease) {
  return {std::chrono::steady_clock::now() - call.started, lease.load_duration()};
}

}  // namespace

void OllamaAsking::add_to(Routes& routes) {
  routes.add("POST", "/api/chat", Need::use, [this](Call& call) { return chat(call); });
  routes.add("POST", "/api/generate", Need::use, [this](Call& call) { return generate(call); });
  routes.add("POST", "/api/embed", Need::use, [this](Call& call) { return embed(call); });
  routes.add("POST", "/api/embeddings", Need::use, [this](Call& call) { return embeddings(call); });
}

FindModel OllamaAsking::finder() {
  return [this](std::string_view name) -> Result<engine::Model> {
    auto model = services_.catalog.find(name);
    if (!model) {
      const Problem problem = lease_problem(model.error(), name);
      return fail(model.error().code, problem.message);
    }
    return model;
  };
}

net::Task<void> OllamaAsking::chat(Call& call) {
  auto ask = translate_chat(call.request.body, finder());
  if (!ask) co_return co_await call.refuse(ask.error());
  co_await run(call, std::move(*ask), OllamaAnswer::Form::chat);
}

net::Task<void> OllamaAsking::generate(Call& call) {
  auto ask = translate_generate(call.request.body, finder());
  if (!ask) co_return co_await call.refuse(ask.error());
  co_await run(call, std::move(*ask), OllamaAnswer::Form::generate);
}

net::Task<void> OllamaAsking::load_or_unload(Call& call, EngineAsk ask, OllamaAnswer::Form form) {
  const bool unload = ask.kind == EngineAsk::Kind::unload;
  if (unload) {
    const auto done = co_await services_.engines.unload(ask.model);
    // Not loaded is what the client wants.
    if (!done && done.error().code != Errc::not_found) co_return co_await call.refuse(done.error());
  } else {
    const auto leased =
        co_await services_.engines.acquire(ask.model, load_options(services_, ask.model, ask.keep_alive));
    if (!leased) {
      Problem problem = lease_problem(leased.error(), ask.shown_model);
      co_return co_await call.refuse(std::move(problem));
    }
  }
  co_await call.send_json(ollama_load_answer(form, ask.shown_model, unload ? "unload" : "load"));
}

net::Task<void> OllamaAsking::run(Call& call, EngineAsk ask, OllamaAnswer::Form form) {
  if (ask.kind != EngineAsk::Kind::run) co_return co_await load_or_unload(call, std::move(ask), form);
  auto leased =
      co_await services_.engines.acquire(ask.model, load_options(services_, ask.model, ask.keep_alive));
  if (!leased) {
    Problem problem = lease_problem(leased.error(), ask.shown_model);
    co_return co_await call.refuse(std::move(problem));
  }
  engine::Lease& lease = **leased;
  const net::Headers headers = json_headers();
  const auto head = co_await lease.upstream().request("POST", ask.target, headers, ask.body);
  if (!head) co_return co_await engine_lost(call, lease, head.error());
  if (head->status >= 400) co_return co_await answer_engine_error(call, lease.upstream(), head->status);
  co_await stream_answer(call, lease, std::move(ask), form);
}

net::Task<void> OllamaAsking::stream_answer(Call& call, engine::Lease& lease, EngineAsk ask,
                                            OllamaAnswer::Form form) {
  const StreamGauge gauge(services_.metrics);
  OllamaAnswer answer(form, ask.shown_model, ask.stream);
  SseReader events;
  if (ask.stream) {
    net::Headers headers;
    headers.set("Content-Type", "application/x-ndjson");
    const auto begun = co_await call.answer.begin(200, std::move(headers));
    if (!begun) co_return;
  }
  while (true) {
    const auto piece = co_await lease.upstream().read_some();
    if (!piece) co_return co_await engine_lost(call, lease, piece.error());
    if (piece->empty()) break;
    events.feed(*piece);
    std::string lines;
    while (const auto event = events.next()) {
      auto line = answer.push(event->data);
      if (!line) co_return co_await call.refuse(line.error());
      lines += *line;
    }
    if (lines.empty()) continue;
    const auto written = co_await call.answer.write(lines);
    if (!written) co_return;
  }
  if (events.broken() || !answer.complete()) {
    Error early{Errc::unavailable, "The engine's answer ended early.", ""};
    co_return co_await engine_lost(call, lease, std::move(early));
  }
  services_.metrics.add_tokens(answer.tokens().prompt, answer.tokens().answer);
  std::string last = answer.finish(times_of(call, lease));
  if (!ask.stream) co_return co_await call.send_json(std::move(last));
  const auto written = co_await call.answer.write(last);
  if (!written) co_return;
  const auto ended = co_await call.answer.end();
  static_cast<void>(ended);
}

net::Task<void> OllamaAsking::answer_engine_error(Call& call, net::Upstream& upstream, unsigned status) {
  const auto body = co_await upstream.read_all(error_body_max);
  Problem problem;
  problem.status = status;
  problem.message = engine_error_message(body.value_or(""));
  co_await call.refuse(std::move(problem));
}

net::Task<void> OllamaAsking::engine_lost(Call& call, engine::Lease& lease, Error error) {
  const Error why = co_await lease.explain_failure(std::move(error));
  spdlog::warn("engine lost under request id={} model={}: {}", call.request.id, lease.model().name,
               why.message());
  Problem problem = engine_lost_problem(why);
  co_await call.refuse(std::move(problem));
}

net::Task<Result<std::string>> OllamaAsking::embed_body(Call& call, EmbedAsk embed, AnswerTimes& times) {
  auto leased = co_await services_.engines.acquire(
      embed.ask.model, load_options(services_, embed.ask.model, embed.ask.keep_alive));
  if (!leased) {
    Problem problem = lease_problem(leased.error(), embed.ask.shown_model);
    co_await call.refuse(std::move(problem));
    co_return tl::unexpected(leased.error());
  }
  engine::Lease& lease = **leased;
  if (embed.inputs == 0) {
    times = times_of(call, lease);
    co_return std::string(R"({"data":[]})");
  }
  const net::Headers headers = json_headers();
  const auto head = co_await lease.upstream().request("POST", embed.ask.target, headers, embed.ask.body);
  if (head && head->status >= 400) {
    co_await answer_engine_error(call, lease.upstream(), head->status);
    co_return fail(Errc::internal, "refused");
  }
  Error lost;
  if (head) {
    auto body = co_await lease.upstream().read_all(embeddings_body_max);
    times = times_of(call, lease);
    if (body) co_return body;
    lost = body.error();
  } else {
    lost = head.error();
  }
  co_await engine_lost(call, lease, lost);
  co_return tl::unexpected(lost);
}

net::Task<void> OllamaAsking::embed(Call& call) {
  auto embed = translate_embed(call.request.body, finder());
  if (!embed) co_return co_await call.refuse(embed.error());
  const std::string shown = embed->ask.shown_model;
  const std::uint32_t dimensions = embed->dimensions;
  AnswerTimes times;
  const auto body = co_await embed_body(call, std::move(*embed), times);
  if (!body) co_return;
  auto answer = ollama_embed_answer(*body, shown, dimensions, times);
  if (!answer) co_return co_await call.refuse(answer.error());
  co_await call.send_json(std::move(*answer));
}

net::Task<void> OllamaAsking::embeddings(Call& call) {
  auto embed = translate_embeddings(call.request.body, finder());
  if (!embed) co_return co_await call.refuse(embed.error());
  AnswerTimes times;
  const auto body = co_await embed_body(call, std::move(*embed), times);
  if (!body) co_return;
  auto answer = ollama_embeddings_answer(*body);
  if (!answer) co_return co_await call.refuse(answer.error());
  co_await call.send_json(std::move(*answer));
}

}  // namespace localscale::gateway
