#include "stub/engine.hpp"

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stub/small_answers.hpp"

namespace localscale::stub {
namespace {

using net::Exchange;
using net::Request;
using net::Response;
using net::Task;
using nlohmann::json;

std::optional<Api> api_of(std::string_view path) {
  if (path == "/v1/chat/completions" || path == "/chat/completions") return Api::chat;
  if (path == "/v1/completions" || path == "/completions") return Api::completions;
  if (path == "/completion") return Api::completion;
  if (path == "/v1/messages") return Api::messages;
  if (path == "/v1/responses" || path == "/responses") return Api::responses;
  return std::nullopt;
}

std::uint32_t limit_of(const json& body) {
  for (const char* key : {"max_tokens", "max_completion_tokens", "n_predict", "max_output_tokens"}) {
    const auto found = body.find(key);
    if (found != body.end() && found->is_number_integer() && found->get<std::int64_t>() > 0) {
      return found->get<std::uint32_t>();
    }
  }
  return 0;
}

std::string first_tool(const json& body) {
  const auto tools = body.find("tools");
  if (tools == body.end() || !tools->is_array() || tools->empty()) return {};
  const json& tool = tools->front();
  return tool.contains("function") ? tool["function"].value("name", "") : tool.value("name", "");
}

}  // namespace

std::string Counters::json() const {
  return fmt::format(R"({{"requests":{},"completed":{},"cancelled":{},"active":{},"tokens":{}}})", requests,
                     completed, cancelled, active, tokens);
}

/// Counts a generation from its beginning to its end, however it ends.
class Engine::Running {
 public:
  explicit Running(Counters& counters) : counters_(counters) {
    ++counters_.requests;
    ++counters_.active;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    --counters_.active;
    ++(done_ ? counters_.completed : counters_.cancelled);
  }
  void done() { done_ = true; }

 private:
  Counters& counters_;
  bool done_ = false;
};

Engine::Engine(boost::asio::io_context& context, Options options, Script script)
    : options_(std::move(options)),
      script_(script),
      pacer_(context),
      ready_at_(Pacer::Clock::now() + script.start) {
  Ask ask;
  ask.model = options_.alias;
  ask.id = "ready";
  ready_answer_ = make_format(ask)->whole("This answer was ready before the question.");
}

Task<void> Engine::handle(const Request& request, Exchange& exchange) {
  const std::string_view path = request.path();
  if (path == "/stub/stats") co_return co_await tell(exchange, counters_.json());
  if (loading()) co_return co_await refuse(exchange, 503, "unavailable_error", "Loading model");
  if (const auto api = api_of(path)) co_return co_await generate(request, exchange, *api);
  if (path == "/health" || path == "/v1/health") co_return co_await tell(exchange, R"({"status":"ok"})");
  if (path == "/v1/models" || path == "/models") co_return co_await tell(exchange, models());
  if (path == "/props") co_return co_await tell(exchange, props());
  const SmallAnswers small{options_.alias, options_.embeddings || script_.embeddings, options_.reranking};
  co_await exchange.send(small.answer(path, request.body));
}

Task<void> Engine::tell(Exchange& exchange, std::string body) {
  Response response{200, {}, std::move(body)};
  response.headers.add("Server", "llama.cpp");
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  co_await exchange.send(std::move(response));
}

Task<void> Engine::refuse(Exchange& exchange, unsigned status, std::string_view type,
                          std::string_view message) {
  Response response{status, {}, error_body(status, type, message)};
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  co_await exchange.send(std::move(response));
}

Task<void> Engine::generate(const Request& request, Exchange& exchange, Api api) {
  if (request.body.find("stub:fast") != std::string::npos) co_return co_await tell(exchange, ready_answer_);
  Ask ask = understand(request, api);
  if (ask.script.error == 400U) {
    co_return co_await refuse(exchange, 400, "invalid_request_error", "The stub refuses this request.");
  }
  if (ask.script.error)
    co_return co_await refuse(exchange, 500, "server_error", "The stub fails on this request.");
  Running running(counters_);
  if (ask.script.hang) co_await pacer_.until(Pacer::Clock::now() + std::chrono::hours(1));
  co_await pacer_.until(Pacer::Clock::now() + ask.script.prompt);
  if (ask.stream) {
    co_await stream(std::move(ask), exchange);
  } else {
    co_await answer_whole(std::move(ask), exchange);
  }
  running.done();
}

Task<void> Engine::stream(Ask ask, Exchange& exchange) {
  net::Headers headers;
  headers.add("Server", "llama.cpp");
  headers.add("Content-Type", "text/event-stream");
  co_await exchange.begin(200, std::move(headers));
  if (ask.script.idle) co_await pacer_.until(Pacer::Clock::now() + std::chrono::hours(1));
  const auto format = make_format(ask);
  const std::string opening = format->opening();
  co_await exchange.write(opening);
  const bool counts = !ask.script.stats;
  const std::uint32_t total = counts ? ask.tokens() : 1;
  const auto start = Pacer::Clock::now();
  const auto period = std::chrono::duration<double>(
      ask.script.tokens_per_second > 0 ? 1.0 / ask.script.tokens_per_second : 0.0);
  for (std::uint32_t i = 0; i < total; ++i) {
    if (i * 2 >= total && ask.script.die) std::abort();
    if (i * 2 >= total && ask.script.close) co_return;
    co_await pacer_.until(start + std::chrono::duration_cast<Pacer::Clock::duration>(period * i));
    const std::string event = format->token(counts ? piece_of(i) : counters_.json(), i);
    const auto written = co_await exchange.write(event);
    if (!written) throw std::runtime_error("the client went away");
    ++counters_.tokens;
  }
  const std::string closing = format->closing(text_of(ask));
  co_await exchange.write(closing);
  co_await exchange.end();
}

Task<void> Engine::answer_whole(Ask ask, Exchange& exchange) {
  const double rate = ask.script.tokens_per_second;
  const auto takes = std::chrono::duration<double>(rate > 0 ? ask.tokens() / rate : 0.0);
  const bool breaks = ask.script.die || ask.script.close;
  co_await pacer_.until(Pacer::Clock::now() +
                        std::chrono::duration_cast<Pacer::Clock::duration>(breaks ? takes / 2 : takes));
  if (ask.script.die) std::abort();
  if (ask.script.close) co_return co_await exchange.begin(200, {}), void();
  counters_.tokens += ask.tokens();
  co_await tell(exchange, make_format(ask)->whole(text_of(ask)));
}

std::string Engine::text_of(const Ask& ask) const {
  if (ask.script.stats) return counters_.json();
  std::string text;
  for (std::uint32_t i = 0; i < ask.tokens(); ++i) text += piece_of(i);
  return text;
}

Ask Engine::understand(const Request& request, Api api) {
  Ask ask;
  ask.api = api;
  ask.id = fmt::format("stub{:08}", ++next_id_);
  ask.script = script_.with(request.body);
  ask.prompt_tokens = static_cast<std::uint32_t>(request.body.size() / 4 + 1);
  const json body = json::parse(request.body, nullptr, false);
  if (!body.is_object()) {
    ask.script.error = 500;
    return ask;
  }
  ask.model = options_.alias;
  ask.stream = body.value("stream", false);
  ask.return_tokens = body.value("return_tokens", false);
  ask.limit = limit_of(body);
  const auto options = body.find("stream_options");
  ask.include_usage = options != body.end() && options->is_object() && options->value("include_usage", false);
  if (ask.script.tool) ask.tool_name = first_tool(body);
  return ask;
}

std::string Engine::models() const {
  return fmt::format(
      R"({{"models":[{{"name":{0},"model":{0},"type":"model","capabilities":["completion"]}}],"object":"list",)"
      R"("data":[{{"id":{0},"aliases":[{0}],"tags":[],"object":"model","created":1,"owned_by":"llamacpp",)"
      R"("meta":{{"vocab_type":1,"n_vocab":384,"n_ctx":4096,"n_ctx_train":4096,"n_embd":64,"n_params":123200,)"
      R"("size":492800,"ftype":"all F32"}}}}]}})",
      json_string(options_.alias));
}

std::string Engine::props() const {
  return fmt::format(
      R"({{"default_generation_settings":{{"params":{{}},"n_ctx":4096}},"total_slots":4,"model_alias":{},)"
      R"("model_path":{},"modalities":{{"vision":false,"video":false,"audio":false}},"chat_template":"",)"
      R"("bos_token":"<s>","eos_token":"</s>","build_info":"stub","is_sleeping":false}})",
      json_string(options_.alias), json_string(options_.model_path));
}

}  // namespace localscale::stub
