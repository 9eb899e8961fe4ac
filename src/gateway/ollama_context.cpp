#include <utility>

#include "gateway/json.hpp"
#include "gateway/ollama.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t engine_body_max = std::size_t{64} << 20;

net::Task<Result<std::string>> ask(engine::Lease& lease, std::string target, std::string body) {
  const net::Headers headers = engine_json_headers();
  const auto head = co_await lease.upstream().request("POST", target, headers, body);
  if (!head) co_return tl::unexpected(head.error());
  auto answer = co_await lease.upstream().read_all(engine_body_max);
  if (answer && head->status >= 400) co_return fail(Errc::invalid_argument, engine_error_message(*answer));
  co_return answer;
}

/// The prompt that the model's template makes of the request.
net::Task<Result<std::string>> templated(engine::Lease& lease, std::string body) {
  const auto answer = co_await ask(lease, "/apply-template", std::move(body));
  if (!answer) co_return tl::unexpected(answer.error());
  co_return prompt_of(*answer);
}

net::Task<Result<std::vector<std::int32_t>>> tokenized(engine::Lease& lease, std::string text,
                                                       bool at_the_beginning) {
  const auto answer = co_await ask(lease, "/tokenize", tokenize_request(text, at_the_beginning));
  if (!answer) co_return tl::unexpected(answer.error());
  co_return tokens_of(*answer);
}

}  // namespace

net::Task<Result<void>> OllamaAsking::put_context_first(engine::Lease& lease, EngineAsk& ask) {
  auto prompt = co_await templated(lease, ask.template_body);
  if (!prompt) co_return tl::unexpected(prompt.error());
  const auto tokens = co_await tokenized(lease, std::move(*prompt), /*at_the_beginning=*/false);
  if (!tokens) co_return tl::unexpected(tokens.error());
  ask.context.insert(ask.context.end(), tokens->begin(), tokens->end());
  ask.body = with_prompt_tokens(ask.body, ask.context);
  co_return Result<void>{};
}

/// The answer is complete by now: without its context it is still worth having.
net::Task<std::vector<std::int32_t>> OllamaAsking::context_after(engine::Lease& lease, const EngineAsk& ask,
                                                                 std::string answer) {
  std::vector<std::int32_t> all = ask.context;
  const bool goes_on = !all.empty();
  if (!goes_on) {
    const auto prompt = co_await templated(lease, ask.template_body);
    if (!prompt) co_return all;
    answer = *prompt + answer;
  }
  const auto tokens = co_await tokenized(lease, std::move(answer), /*at_the_beginning=*/!goes_on);
  if (!tokens) co_return std::vector<std::int32_t>{};
  all.insert(all.end(), tokens->begin(), tokens->end());
  co_return all;
}

}  // namespace localscale::gateway
