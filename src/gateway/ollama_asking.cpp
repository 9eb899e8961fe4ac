#include <utility>

#include "gateway/load_options.hpp"
#include "gateway/ollama.hpp"
#include "gateway/relay.hpp"
#include "gateway/sse_reader.hpp"
#include "gateway/stream_gauge.hpp"

namespace localscale::gateway {
void OllamaAsking::add_to(Routes& routes) {
  routes.add("POST", "/api/chat", Need::use, [this](Call& call) { return chat(call); });
  routes.add("POST", "/api/generate", Need::use, [this](Call& call) { return generate(call); });
}

net::Task<void> OllamaAsking::chat(Call& call) {
  auto ask = translate_chat(call.request.body, model_finder(services_));
  if (!ask) co_return co_await call.refuse(ask.error());
  co_await run(call, std::move(*ask), OllamaAnswer::Form::chat);
}

net::Task<void> OllamaAsking::generate(Call& call) {
  auto ask = translate_generate(call.request.body, model_finder(services_));
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
    const auto leased = co_await services_.engines.acquire(
        ask.model, load_options(services_, ask.model, ask.keep_alive, ask.context_tokens));
    if (!leased) {
      Problem problem = lease_problem(leased.error(), ask.shown_model);
      co_return co_await call.refuse(std::move(problem));
    }
  }
  co_await call.send_json(ollama_load_answer(form, ask.shown_model, unload ? "unload" : "load"));
}

net::Task<void> OllamaAsking::run(Call& call, EngineAsk ask, OllamaAnswer::Form form) {
  if (ask.kind != EngineAsk::Kind::run) co_return co_await load_or_unload(call, std::move(ask), form);
  auto leased = co_await services_.engines.acquire(
      ask.model, load_options(services_, ask.model, ask.keep_alive, ask.context_tokens));
  if (!leased) {
    Problem problem = lease_problem(leased.error(), ask.shown_model);
    co_return co_await call.refuse(std::move(problem));
  }
  engine::Lease& lease = **leased;
  RunningAnswer running(services_.answers, call, lease.model().name);
  if (!ask.context.empty()) {
    const auto put = co_await put_context_first(lease, ask);
    if (!put && put.error().code == Errc::invalid_argument) co_return co_await call.refuse(put.error());
    if (!put) co_return co_await ollama_engine_lost(call, lease, put.error());
  }
  const net::Headers headers = engine_json_headers(call.request);
  const auto head = co_await lease.upstream().request("POST", ask.target, headers, ask.body);
  if (!head) co_return co_await ollama_engine_lost(call, lease, head.error());
  if (head->status >= 400) co_return co_await ollama_engine_error(call, lease, head->status);
  co_await stream_answer(call, lease, running, std::move(ask), form);
}

net::Task<void> OllamaAsking::stream_answer(Call& call, engine::Lease& lease, RunningAnswer& running,
                                            EngineAsk ask, OllamaAnswer::Form form) {
  const StreamGauge gauge(services_.metrics);
  OllamaAnswer answer(form, ask);
  SseReader events;
  if (ask.stream) {
    net::Headers headers;
    headers.set("Content-Type", "application/x-ndjson");
    const auto begun = co_await call.answer.begin(200, std::move(headers));
    if (!begun) co_return;
  }
  while (true) {
    const auto piece = co_await lease.upstream().read_some();
    if (!piece) co_return co_await ollama_engine_lost(call, lease, piece.error());
    if (piece->empty()) break;
    events.feed(*piece);
    std::string lines;
    std::uint64_t count = 0;
    while (const auto event = events.next()) {
      auto line = answer.push(event->data);
      if (!line) co_return co_await call.refuse(line.error());
      lines += *line;
      ++count;
    }
    running.streamed(count);
    if (lines.empty()) continue;
    const auto written = co_await call.answer.write(lines);
    if (!written) co_return;
  }
  if (events.broken() || !answer.complete()) {
    Error early{Errc::unavailable, "The engine's answer ended early.", ""};
    co_return co_await ollama_engine_lost(call, lease, std::move(early));
  }
  services_.metrics.add_tokens(answer.tokens());
  running.finish(answer.tokens());
  const AnswerTimes times = times_of(call, lease);
  std::vector<std::int32_t> context;
  if (!ask.template_body.empty()) context = co_await context_after(lease, ask, answer.text());
  std::string last = answer.finish(times, context);
  if (!ask.stream) co_return co_await call.send_json(std::move(last));
  const auto written = co_await call.answer.write(last);
  if (!written) co_return;
  const auto ended = co_await call.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
