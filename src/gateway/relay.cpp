#include "gateway/relay.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "gateway/anthropic_events.hpp"
#include "gateway/engine_refusal.hpp"
#include "gateway/json_scan.hpp"
#include "gateway/load_options.hpp"
#include "gateway/sse_reader.hpp"
#include "gateway/stream_gauge.hpp"
#include "gateway/trace.hpp"
#include "gateway/usage_reader.hpp"

namespace localscale::gateway {
namespace {

/// Answers up to this size are read whole and sent with a Content-Length; larger ones are streamed on.
constexpr std::size_t whole_answer_max = std::size_t{1} << 20;
/// An engine's error text; more is cut off as broken.
constexpr std::size_t error_body_max = std::size_t{256} << 10;

/// What is no form was read as JSON and is named so: clients may call it otherwise (`curl -d` says it were a
/// form in a URL's words, of which the engine takes no more than 8 KiB).
net::Headers engine_headers(const net::Request& request) {
  net::Headers headers;
  const std::string_view type = request.headers.get("Content-Type");
  headers.set("Content-Type", type.starts_with("multipart/") ? type : std::string_view("application/json"));
  pass_trace(request, headers);
  return headers;
}

net::Headers client_headers(const net::UpstreamHead& head) {
  net::Headers headers;
  for (const std::string_view name : {"Content-Type", "Cache-Control", "Retry-After"}) {
    const std::string_view value = head.headers.get(name);
    if (!value.empty()) headers.set(name, value);
  }
  return headers;
}

bool is_event_stream(const net::UpstreamHead& head) {
  return head.headers.get("Content-Type").starts_with("text/event-stream");
}

bool is_small(const net::UpstreamHead& head) {
  const auto length = parse_u64(head.headers.get("Content-Length"));
  return length && *length <= whole_answer_max;
}

Problem bad_request(std::string message, std::string param) {
  Problem problem = make_problem(400, "", std::move(message));
  problem.param = std::move(param);
  return problem;
}

bool can(const engine::Model& model, engine::Capability capability) {
  return std::ranges::find(model.capabilities, capability) != model.capabilities.end();
}

/// Engines leave tools out of the prompt where a model's template has no place for them, and answer as if
/// there were none: the client must be told. A model that is not here is told by its lease.
std::optional<Problem> refuse_tools(engine::Catalog& catalog, std::string_view name) {
  const auto model = catalog.find(name);
  if (!model || can(*model, engine::Capability::tools)) return std::nullopt;
  Problem problem =
      make_problem(400, "tools_not_supported",
                   "\"" + model->name +
                       "\" does not support tools: its template has no place for them. Leave \"tools\" "
                       "out, or use a model whose `localscale show` names tools.");
  problem.param = "tools";
  return problem;
}

/// Engines make a model for embeddings or reranking write all the same, and what it writes is noise.
std::optional<Problem> refuse_writing(const engine::Model& model, std::string_view target) {
  const bool writes = target.starts_with("/v1/chat/") || target.starts_with("/v1/completions") ||
                      target.starts_with("/v1/responses") || target.starts_with("/v1/messages");
  if (!writes || can(model, engine::Capability::completion)) return std::nullopt;
  Problem problem = make_problem(400, "chat_not_supported",
                                 "\"" + model.name +
                                     "\" does not write text. Use a model whose `localscale show` names "
                                     "completion.");
  problem.param = "model";
  return problem;
}

/// What is asked of which model, once the body was read.
struct Asked {
  std::string model;
  std::vector<std::string> stop_sequences;
};

/// What OpenAI's completions need, and what they take but engines leave out without a word: the client must
/// be told.
std::optional<Problem> refuse_completion(const ScannedBody& body, std::string_view target) {
  if (target != "/v1/completions") return std::nullopt;
  if (!body.has_prompt) return bad_request("prompt: Field required", "prompt");
  const std::string param = body.echo ? "echo" : body.suffix ? "suffix" : body.best_of ? "best_of" : "";
  if (param.empty()) return std::nullopt;
  Problem problem = make_problem(400, "unsupported_parameter",
                                 "\"" + param + "\" is not offered by this home's completions. Leave it out" +
                                     (param == "suffix" ? ", or send it to /api/generate." : "."));
  problem.param = param;
  return problem;
}

tl::expected<Asked, Problem> read_ask(Services& services, std::string_view text, std::string_view target,
                                      bool default_model) {
  auto body = scan_body(text);
  if (!body) return tl::unexpected(problem_of(body.error()));
  if (body->model_is_not_text) return tl::unexpected(bad_request("\"model\" must be a string.", "model"));
  std::string model = std::move(body->model).value_or("");
  if (model.empty() && !default_model) return tl::unexpected(bad_request("model: Field required", "model"));
  if (model.empty()) model = services.options.default_model;
  if (auto refusal = refuse_completion(*body, target)) return tl::unexpected(std::move(*refusal));
  if (body->has_tools && !body->tools_off) {
    if (auto refusal = refuse_tools(services.catalog, model)) return tl::unexpected(std::move(*refusal));
  }
  return Asked{std::move(model), std::move(body->stop_sequences)};
}

}  // namespace

Problem model_not_found(std::string_view model) {
  Problem problem = make_problem(
      404, "model_not_found",
      "The model \"" + std::string(model.substr(0, 200)) +
          "\" is not on this home. `localscale ls` shows the models, `localscale pull NAME` gets one.");
  problem.param = "model";
  return problem;
}

Problem catalog_problem(const Error& error, std::string_view model) {
  if (error.code == Errc::not_found) return model_not_found(model);
  Problem problem = problem_of(error);
  if (error.code == Errc::invalid_argument) problem.param = "model";
  return problem;
}

Problem lease_problem(const Error& error, std::string_view model) {
  Problem problem = catalog_problem(error, model);
  const bool full_for_good = error.code == Errc::exhausted && !error.retry_after;
  if (full_for_good) problem.code = "insufficient_memory";
  return problem;
}

Problem engine_lost_problem(const Error& why) {
  Problem problem = problem_of(why);
  problem.status = 503;
  problem.code = "engine_lost";
  problem.retry_after_s = 1;
  problem.retry_is_useless = false;
  return problem;
}

net::Task<void> Relay::run(Call& call, std::string target, bool default_model) {
  auto asked = read_ask(services_, call.request.body, target, default_model);
  if (!asked) return call.refuse(std::move(asked.error()));
  return forward(call, std::move(target), std::move(asked->model), std::move(asked->stop_sequences));
}

net::Task<void> Relay::run_form(Call& call, std::string target) {
  std::string model = form_field(call.request.headers.get("Content-Type"), call.request.body, "model");
  if (model.empty()) {
    Problem problem = bad_request("The form has no text field \"model\".", "model");
    co_return co_await call.refuse(std::move(problem));
  }
  co_await forward(call, std::move(target), std::move(model), {});
}

/// Every answer waits in this frame, so what only some need lives in others.
net::Task<void> Relay::forward(Call& call, std::string target, std::string model,
                               std::vector<std::string> stops) {
  auto leased = co_await services_.engines.acquire(model, load_options(services_, model));
  if (!leased) co_return co_await refuse_lease(call, leased.error(), model);
  co_await ask(call, **leased, target, stops);
}

net::Task<void> Relay::refuse_lease(Call& call, const Error& error, std::string_view model) {
  return call.refuse(lease_problem(error, model));
}

net::Task<void> Relay::ask(Call& call, engine::Lease& lease, std::string_view target,
                           const std::vector<std::string>& stops) {
  if (auto refusal = refuse_writing(lease.model(), target)) return call.refuse(std::move(*refusal));
  return pass(call, lease, target, stops);
}

net::Task<void> Relay::pass(Call& call, engine::Lease& lease, std::string_view target,
                            const std::vector<std::string>& stops) {
  RunningAnswer running(services_.answers, call, lease.model().name);
  const net::Headers headers = engine_headers(call.request);
  auto head = co_await lease.upstream().request("POST", target, headers, call.request.body);
  if (!head) co_return co_await engine_lost(call, lease, std::move(head.error()));
  co_await answer(call, lease, running, std::move(*head), stops);
}

net::Task<void> Relay::answer(Call& call, engine::Lease& lease, RunningAnswer& running,
                              net::UpstreamHead&& head, const std::vector<std::string>& stops) {
  if (head.status >= 400) return answer_error(call, lease, std::move(head));
  if (is_small(head)) return answer_whole(call, lease, running, std::move(head), stops);
  return answer_stream(call, lease, running, std::move(head), stops);
}

net::Task<void> Relay::answer_error(Call& call, engine::Lease& lease, net::UpstreamHead head) {
  const auto body = co_await lease.upstream().read_all(error_body_max);
  if (auto refusal = known_refusal(lease.model().name, head.status, body.value_or("")))
    co_return co_await call.refuse(std::move(*refusal));
  const bool anthropic = call.shape == Shape::anthropic;
  net::Response response;
  response.status = anthropic && head.status == 503 ? 529 : head.status;
  response.headers = client_headers(head);
  response.headers.set("Content-Type", "application/json");
  if (head.status == 501) response.headers.set("x-should-retry", "false");
  response.body = anthropic ? anthropic_error_from_engine(head.status, body.value_or(""), call.request.id)
                            : openai_error_from_engine(head.status, body.value_or(""));
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Relay::answer_whole(Call& call, engine::Lease& lease, RunningAnswer& running,
                                    net::UpstreamHead head, const std::vector<std::string>& stops) {
  auto body = co_await lease.upstream().read_all(whole_answer_max);
  if (!body) co_return co_await engine_lost(call, lease, body.error());
  const TokenCount tokens = usage_of(*body);
  services_.metrics.add_tokens(tokens);
  running.finish(tokens);
  net::Response response;
  response.status = head.status;
  response.headers = client_headers(head);
  response.body = call.shape == Shape::anthropic ? anthropic_answer(*body, stops) : std::move(*body);
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Relay::answer_stream(Call& call, engine::Lease& lease, RunningAnswer& running,
                                     net::UpstreamHead head, const std::vector<std::string>& stops) {
  const bool events = is_event_stream(head);
  const StreamGauge gauge(services_.metrics);
  SseAligner aligner;
  UsageReader usage;
  AnthropicEvents anthropic(stops, call.request.id);
  const auto begun = co_await call.answer.begin(head.status, client_headers(head));
  if (!begun) co_return;
  while (true) {
    const auto piece = co_await lease.upstream().read_some();
    if (!piece) {
      co_await engine_lost(call, lease, piece.error());
      co_return;
    }
    std::string_view out = *piece;
    if (events) out = piece->empty() ? aligner.rest() : aligner.align(*piece);
    if (events) {
      usage.read(out);
      running.streamed(count_events(out));
    } else {
      usage.read_part(out);
    }
    if (events && call.shape == Shape::anthropic) out = anthropic.mend(out);
    const auto written = co_await call.answer.write(out);
    if (!written) co_return;
    if (piece->empty()) break;
  }
  services_.metrics.add_tokens(usage.tokens());
  running.finish(usage.tokens());
  const auto ended = co_await call.answer.end();
  static_cast<void>(ended);
}

net::Task<void> Relay::engine_lost(Call& call, engine::Lease& lease, Error error) {
  const Error why = co_await lease.explain_failure(std::move(error));
  spdlog::warn("engine lost under request id={} model={}: {}", log_id(call.request), lease.model().name,
               why.message());
  Problem problem = engine_lost_problem(why);
  co_await call.refuse(std::move(problem));
}

std::string form_field(std::string_view content_type, std::string_view body, std::string_view field) {
  constexpr std::size_t value_max = 512;
  const std::size_t at = content_type.find("boundary=");
  if (!content_type.starts_with("multipart/form-data") || at == std::string_view::npos) return {};
  std::string_view boundary = content_type.substr(at + 9);
  if (boundary.starts_with('"'))
    boundary = boundary.substr(1, boundary.find('"', 1) - 1);
  else
    boundary = boundary.substr(0, boundary.find_first_of("; "));
  if (boundary.empty() || boundary.size() > 200) return {};
  const std::string delimiter = "--" + std::string(boundary);
  const std::string wanted = "name=\"" + std::string(field) + "\"";
  for (std::size_t part = body.find(delimiter); part != std::string_view::npos;
       part = body.find(delimiter, part + 1)) {
    const std::size_t head_end = body.find("\r\n\r\n", part);
    if (head_end == std::string_view::npos) return {};
    const std::string_view head = body.substr(part, head_end - part);
    const std::size_t name = head.find(wanted);
    // "filename=" also ends in name=; the field's own name follows a space or a semicolon.
    if (name == std::string_view::npos || (head[name - 1] != ' ' && head[name - 1] != ';')) continue;
    const std::size_t end = body.find("\r\n" + delimiter, head_end + 2);
    if (end == std::string_view::npos || end < head_end + 4 || end - head_end - 4 > value_max) return {};
    return std::string(body.substr(head_end + 4, end - head_end - 4));
  }
  return {};
}

}  // namespace localscale::gateway
