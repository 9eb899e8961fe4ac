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
  const Json& context = member(request, "context");
  if (context.is_array() && !context.empty()) {
    return fail(Errc::unsupported, "\"context\" is not offered.", "Send the earlier turns to /api/chat.");
  }
  return {};
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
  if (auto r = refuse_what_is_not_offered(*request); !r) return tl::unexpected(r.error());

  Json out = {{"model", ask.model}, {"stream", true}};
  const bool chat = suffix->empty() && !*raw;
  if (chat) {
    if (auto r = as_chat(*request, std::move(*prompt), *model, out); !r) return tl::unexpected(r.error());
    ask.target = "/v1/chat/completions";
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
  if (auto r = map_logprobs(*request, chat, out); !r) return tl::unexpected(r.error());
  ask.body = dump(out);
  return ask;
}

}  // namespace localscale::gateway
