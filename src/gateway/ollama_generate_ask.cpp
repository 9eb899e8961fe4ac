#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "gateway/ollama_fields.hpp"

namespace localscale::gateway {
namespace {

Result<void> refuse_what_is_not_offered(const Json& request) {
  const auto template_text = text_of(request, "template");
  if (!template_text) return tl::unexpected(template_text.error());
  if (!template_text->empty()) {
    return fail(Errc::unsupported, "\"template\" is not offered: models use the template in their own file.",
                "Send the finished text with \"raw\": true.");
  }
  return {};
}

constexpr std::size_t context_max = std::size_t{1} << 20;

/// Tokens of an earlier answer.
Result<std::vector<std::int32_t>> context_of(const Json& request) {
  const Json& context = member(request, "context");
  if (context.is_null()) return std::vector<std::int32_t>{};
  const bool numbers = context.is_array() && std::ranges::all_of(context, [](const Json& token) {
                         return token.is_number_unsigned() &&
                                token.get<std::uint64_t>() <= std::numeric_limits<std::int32_t>::max();
                       });
  if (!numbers || context.size() > context_max) {
    return fail(Errc::invalid_argument,
                "\"context\" must be the array of tokens that an earlier answer had as its \"context\".");
  }
  return context.get<std::vector<std::int32_t>>();
}

Result<void> refuse_beside_context(const EngineAsk& ask, bool suffix, bool images) {
  if (!ask.context.empty() && (suffix || images))
    return fail(Errc::invalid_argument, "\"context\" does not go together with \"suffix\" or \"images\".");
  return {};
}

/// Ollama's words.
Result<void> refuse_beside_raw(const Json& request, const EngineAsk& ask) {
  const auto system = text_of(request, "system");
  if (!system) return tl::unexpected(system.error());
  if (system->empty() && ask.context.empty()) return {};
  return fail(Errc::invalid_argument, "raw mode does not support template, system, or context");
}

/// One user message through the model's template.
Result<void> as_chat(const Json& request, std::string prompt, const engine::Model& model, Json& out) {
  auto system = text_of(request, "system", model.system);
  if (!system) return tl::unexpected(system.error());
  auto content = content_with_images(std::move(prompt), member(request, "images"), model);
  if (!content) return tl::unexpected(content.error());
  Json messages = Json::array();
  if (!system->empty()) messages.push_back({{"role", "system"}, {"content", std::move(*system)}});
  messages.push_back({{"role", "user"}, {"content", std::move(*content)}});
  out["messages"] = std::move(messages);
  out["stream_options"] = {{"include_usage", true}};
  return map_think(member(request, "think"), model, out);
}

}  // namespace

Result<EngineAsk> translate_generate(std::string_view body, const FindModel& find) {
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  EngineAsk ask;
  const auto model = read_head(*request, find, ask);
  if (!model) return tl::unexpected(model.error());
  auto prompt = text_of(*request, "prompt");
  if (!prompt) return tl::unexpected(prompt.error());
  auto suffix = text_of(*request, "suffix");
  if (!suffix) return tl::unexpected(suffix.error());
  const auto raw = flag_of(*request, "raw", false);
  if (!raw) return tl::unexpected(raw.error());
  if (prompt->empty() && suffix->empty() && member(*request, "images").empty()) {
    const bool unload = ask.keep_alive && ask.keep_alive->count() == 0;
    ask.kind = unload ? EngineAsk::Kind::unload : EngineAsk::Kind::load;
    return ask;
  }
  if (!has(*model, engine::Capability::completion))
    return fail(Errc::invalid_argument, "\"" + model->name + "\" does not support generate");
  if (auto r = refuse_what_is_not_offered(*request); !r) return tl::unexpected(r.error());
  auto context = context_of(*request);
  if (!context) return tl::unexpected(context.error());
  ask.context = std::move(*context);
  const bool images = !member(*request, "images").empty();
  if (auto r = refuse_beside_context(ask, !suffix->empty(), images); !r) return tl::unexpected(r.error());
  if (*raw) {
    if (auto r = refuse_beside_raw(*request, ask); !r) return tl::unexpected(r.error());
  }

  Json out = {{"model", ask.model}, {"stream", true}};
  const bool templated = suffix->empty() && !*raw;
  const bool chat = templated && ask.context.empty();
  if (templated) {
    Json messages = out;
    if (auto r = as_chat(*request, std::move(*prompt), *model, messages); !r)
      return tl::unexpected(r.error());
    // Images are no tokens that could be sent back.
    if (!images) ask.template_body = dump(messages);
    if (chat) out = std::move(messages);
    ask.target = chat ? "/v1/chat/completions" : "/completion";
  } else if (!suffix->empty()) {
    if (!has(*model, engine::Capability::insert)) {
      return fail(Errc::invalid_argument, "\"" + model->name + "\" does not support insert");
    }
    out["input_prefix"] = std::move(*prompt);
    out["input_suffix"] = std::move(*suffix);
    ask.target = "/infill";
  } else {
    if (!member(*request, "images").empty()) {
      return fail(Errc::unsupported, "Images with \"raw\" are not offered.", "Leave \"raw\" out.");
    }
    out["prompt"] = std::move(*prompt);
    ask.target = "/completion";
  }
  if (auto r = map_options(member(*request, "options"), out); !r) return tl::unexpected(r.error());
  if (auto r = map_format(member(*request, "format"), chat, out); !r) return tl::unexpected(r.error());
  if (auto r = map_logprobs(*request, chat, ask, out); !r) return tl::unexpected(r.error());
  ask.body = dump(out);
  return ask;
}

}  // namespace localscale::gateway
