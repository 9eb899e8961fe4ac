#include "gateway/measuring.hpp"

#include <algorithm>

#include "gateway/json.hpp"
#include "gateway/ollama.hpp"

namespace localscale::gateway {
namespace {

constexpr RunSize first_run{32, 8};
constexpr RunSize largest_run{512, 128};
constexpr double seconds_per_part = 5;
/// Token ids of a longer text than largest_run, and an answer of as many tokens.
constexpr std::size_t engine_body_max = std::size_t{4} << 20;

/// Ordinary words in ordinary sentences: what a home's model mostly reads.
constexpr const char* text =
    "The house at the end of the street has a small garden with two apple trees and a bench between them. On "
    "warm "
    "evenings the family sits there and talks about the day: what was learned at school, who wrote a letter, "
    "and which "
    "of the neighbours has new kittens. In autumn they pick the apples, cook some of them with cinnamon, and "
    "give the "
    "rest away in paper bags. When it rains the children read by the window and count the seconds between "
    "lightning "
    "and thunder. Grandmother repairs old radios; she says that a thing which can be opened can be "
    "understood. The dog "
    "has a place near the stove and guards it even from friends. Once a month the street meets in the hall "
    "behind the "
    "library to decide small matters, such as where the new lamp should stand and who lends a ladder to "
    "whom. ";

std::uint32_t at_most(double wanted, std::uint32_t least, std::uint32_t most) {
  return static_cast<std::uint32_t>(
      std::clamp(wanted, static_cast<double>(least), static_cast<double>(std::max(least, most))));
}

double number_at(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_number() ? value.get<double>() : 0;
}

std::string run_request(const std::vector<std::int32_t>& prompt, std::uint32_t answer_tokens) {
  return dump({{"prompt", prompt},
               {"n_predict", answer_tokens},
               {"ignore_eos", true},
               {"cache_prompt", false},
               {"temperature", 0},
               {"stream", false}});
}

double middle(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

RunSize run_size(const Rates& rates, std::uint32_t context_tokens) {
  const std::uint32_t context = context_tokens == 0 ? 2 * largest_run.prompt_tokens : context_tokens;
  return {at_most(rates.prompt * seconds_per_part, first_run.prompt_tokens,
                  std::min(largest_run.prompt_tokens, context / 2)),
          at_most(rates.answer * seconds_per_part, first_run.answer_tokens,
                  std::min(largest_run.answer_tokens, context / 4))};
}

Rates median(const std::vector<Rates>& runs) {
  std::vector<double> prompt;
  std::vector<double> answer;
  for (const Rates& run : runs) {
    prompt.push_back(run.prompt);
    answer.push_back(run.answer);
  }
  return {middle(std::move(prompt)), middle(std::move(answer))};
}

net::Task<Result<std::string>> SpeedRuns::ask(std::string target, std::string body) {
  const net::Headers headers = engine_json_headers();
  const auto head = co_await lease_.upstream().request("POST", target, headers, body);
  if (!head) co_return tl::unexpected(head.error());
  auto answer = co_await lease_.upstream().read_all(engine_body_max);
  if (answer && head->status >= 400) {
    co_return fail(Errc::invalid_argument,
                   "The engine refused to measure this model: " + engine_error_message(*answer));
  }
  co_return answer;
}

net::Task<Result<Rates>> SpeedRuns::run_of(RunSize size) {
  std::vector<std::int32_t> prompt;
  prompt.reserve(size.prompt_tokens);
  for (std::size_t i = 0; i < size.prompt_tokens; ++i) prompt.push_back(text_[i % text_.size()]);
  const auto body = co_await ask("/completion", run_request(prompt, size.answer_tokens));
  if (!body) co_return tl::unexpected(body.error());
  const Json answer = Json::parse(*body, nullptr, false);
  const Json& timings = member(answer, "timings");
  const Rates rates{number_at(timings, "prompt_per_second"), number_at(timings, "predicted_per_second")};
  if (rates.prompt <= 0 || rates.answer <= 0)
    co_return fail(Errc::internal, "The engine did not say how fast it was.", "Nothing was kept; try again.");
  co_return rates;
}

net::Task<Result<void>> SpeedRuns::warm_up() {
  const auto answer = co_await ask("/tokenize", tokenize_request(text));
  if (!answer) co_return tl::unexpected(answer.error());
  auto tokens = tokens_of(*answer);
  if (!tokens) co_return tl::unexpected(tokens.error());
  if (tokens->empty()) co_return fail(Errc::internal, "The engine could not read the text to measure with.");
  text_ = std::move(*tokens);
  const auto rates = co_await run_of(first_run);
  if (!rates) co_return tl::unexpected(rates.error());
  size_ = run_size(*rates, context_tokens_);
  co_return Result<void>{};
}

net::Task<Result<Rates>> SpeedRuns::run() {
  return run_of(size_);
}

}  // namespace localscale::gateway
