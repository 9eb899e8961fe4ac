#include <algorithm>
#include <utility>

#include "gateway/ollama_fields.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t inputs_max = 2048;

EmbedAsk finish(EngineAsk ask, const Json& input) {
  EmbedAsk embed;
  embed.ask = std::move(ask);
  embed.ask.target = "/v1/embeddings";
  if (input.empty()) embed.ask.kind = EngineAsk::Kind::load;
  for (const Json& text : input) embed.texts.push_back(text.get<std::string>());
  return embed;
}

Result<Json> as_list(const Json& input) {
  if (input.is_null()) return Json(Json::array());
  if (input.is_string())
    return input.get_ref<const std::string&>().empty() ? Json(Json::array()) : Json::array({input});
  const bool texts =
      input.is_array() && std::ranges::all_of(input, [](const Json& entry) { return entry.is_string(); });
  if (!texts)
    return fail(Errc::invalid_argument,
                "invalid input type: \"input\" must be a string or an array of strings");
  if (input.size() > inputs_max) {
    return fail(Errc::invalid_argument,
                "\"input\" holds more than " + std::to_string(inputs_max) + " texts.");
  }
  return input;
}

}  // namespace

Result<EmbedAsk> translate_embed(std::string_view body, const FindModel& find) {
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  EngineAsk ask;
  const auto model = read_head(*request, find, ask);
  if (!model) return tl::unexpected(model.error());
  auto input = as_list(member(*request, "input"));
  if (!input) return tl::unexpected(input.error());
  const auto truncate = flag_of(*request, "truncate", true);
  if (!truncate) return tl::unexpected(truncate.error());
  const Json& dimensions = member(*request, "dimensions");
  if (!dimensions.is_null() &&
      !(dimensions.is_number_unsigned() && dimensions.get<std::uint64_t>() <= 65536)) {
    return fail(Errc::invalid_argument, "\"dimensions\" must be a number from 0 to 65536.");
  }
  EmbedAsk embed = finish(std::move(ask), *input);
  embed.dimensions = dimensions.is_null() ? 0 : dimensions.get<std::uint32_t>();
  embed.truncate = *truncate;
  return embed;
}

Result<EmbedAsk> translate_embeddings(std::string_view body, const FindModel& find) {
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  EngineAsk ask;
  const auto model = read_head(*request, find, ask);
  if (!model) return tl::unexpected(model.error());
  const auto prompt = text_of(*request, "prompt");
  if (!prompt) return tl::unexpected(prompt.error());
  return finish(std::move(ask), prompt->empty() ? Json(Json::array()) : Json::array({*prompt}));
}

std::string embed_request(const EmbedAsk& embed, const CutTexts& cut) {
  Json input = Json::array();
  for (std::size_t i = 0; i < embed.texts.size(); ++i) {
    const auto shorter = cut.find(i);
    input.push_back(shorter == cut.end() ? Json(embed.texts[i]) : Json(shorter->second));
  }
  return dump({{"model", embed.ask.model}, {"input", std::move(input)}, {"encoding_format", "float"}});
}

std::string tokenize_request(const std::string& text, bool at_the_beginning) {
  return dump({{"content", text}, {"add_special", at_the_beginning}});
}

Result<std::string> prompt_of(std::string_view engine_body) {
  const Json answer = Json::parse(engine_body, nullptr, false);
  const Json& prompt = member(answer, "prompt");
  if (!prompt.is_string()) return fail(Errc::internal, "The engine could not apply the model's template.");
  return prompt.get<std::string>();
}

std::string with_prompt_tokens(std::string_view body, const std::vector<std::int32_t>& tokens) {
  Json whole = Json::parse(body, nullptr, false);
  whole["prompt"] = tokens;
  return dump(whole);
}

Result<std::vector<std::int32_t>> tokens_of(std::string_view engine_body) {
  const Json answer = Json::parse(engine_body, nullptr, false);
  const Json& tokens = member(answer, "tokens");
  if (!tokens.is_array()) return fail(Errc::internal, "The engine could not count a text's tokens.");
  std::vector<std::int32_t> ids;
  for (const Json& token : tokens) {
    if (!token.is_number_integer()) return fail(Errc::internal, "The engine sent a token that is no number.");
    ids.push_back(token.get<std::int32_t>());
  }
  return ids;
}

}  // namespace localscale::gateway
