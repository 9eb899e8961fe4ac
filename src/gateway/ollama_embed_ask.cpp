#include <algorithm>
#include <utility>

#include "gateway/ollama_fields.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t inputs_max = 2048;

EmbedAsk finish(EngineAsk ask, Json input) {
  EmbedAsk embed;
  embed.ask = std::move(ask);
  embed.inputs = input.size();
  if (input.empty()) {
    embed.ask.kind = EngineAsk::Kind::load;
    return embed;
  }
  embed.ask.target = "/v1/embeddings";
  embed.ask.body =
      dump({{"model", embed.ask.model}, {"input", std::move(input)}, {"encoding_format", "float"}});
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
  EmbedAsk embed = finish(std::move(ask), std::move(*input));
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

}  // namespace localscale::gateway
