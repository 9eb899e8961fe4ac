#include <string>
#include <utility>

#include "gateway/ollama_fields.hpp"

namespace localscale::gateway {
namespace {

/// Ollama names a call's result by order or tool name, OpenAI by the call's id: hands out ids and finds them
/// again.
class CallIds {
 public:
  std::string open(const Json& call) {
    const Json& given = member(call, "id");
    std::string id = given.is_string() ? given.get<std::string>() : "call_" + std::to_string(next_++);
    open_.push_back({id, member(member(call, "function"), "name").is_string()
                             ? member(member(call, "function"), "name").get<std::string>()
                             : ""});
    return id;
  }
  /// The oldest unanswered call of that tool, else the oldest at all.
  std::string close(const std::string& tool) {
    for (auto call = open_.begin(); call != open_.end(); ++call) {
      if (!tool.empty() && call->second != tool) continue;
      std::string id = call->first;
      open_.erase(call);
      return id;
    }
    return "call_" + std::to_string(next_++);
  }

 private:
  std::vector<std::pair<std::string, std::string>> open_;
  std::uint64_t next_ = 0;
};

Result<Json> map_tool_calls(const Json& calls, CallIds& ids) {
  if (!calls.is_array()) return fail(Errc::invalid_argument, "\"tool_calls\" must be an array.");
  Json mapped = Json::array();
  for (const Json& call : calls) {
    const Json& function = member(call, "function");
    auto name = text_of(function, "name");
    if (!name || name->empty()) return fail(Errc::invalid_argument, "A tool call needs function.name.");
    const Json& arguments = member(function, "arguments");
    std::string text = arguments.is_string() ? arguments.get<std::string>()
                                             : dump(arguments.is_null() ? Json(Json::object()) : arguments);
    mapped.push_back({{"id", ids.open(call)},
                      {"type", "function"},
                      {"function", {{"name", std::move(*name)}, {"arguments", std::move(text)}}}});
  }
  return mapped;
}

Result<Json> map_message(const Json& message, const engine::Model& model, CallIds& ids) {
  auto role = text_of(message, "role");
  if (!role) return tl::unexpected(role.error());
  if (*role != "system" && *role != "user" && *role != "assistant" && *role != "tool") {
    return fail(Errc::invalid_argument,
                "invalid role: " + role->substr(0, 40) +
                    ", must be one of [\"system\", \"user\", \"assistant\", \"tool\"]");
  }
  auto text = text_of(message, "content");
  if (!text) return tl::unexpected(text.error());
  auto content = content_with_images(std::move(*text), member(message, "images"), model);
  if (!content) return content;
  Json mapped = {{"role", *role}, {"content", std::move(*content)}};
  const Json& thinking = member(message, "thinking");
  if (thinking.is_string() && *role == "assistant") mapped["reasoning_content"] = thinking;
  const Json& calls = member(message, "tool_calls");
  if (!calls.is_null() && !calls.empty()) {
    auto mapped_calls = map_tool_calls(calls, ids);
    if (!mapped_calls) return mapped_calls;
    mapped["tool_calls"] = std::move(*mapped_calls);
  }
  if (*role == "tool") {
    const Json& id = member(message, "tool_call_id");
    const Json& tool = member(message, "tool_name");
    mapped["tool_call_id"] = id.is_string() && !id.get_ref<const std::string&>().empty()
                                 ? id
                                 : Json(ids.close(tool.is_string() ? tool.get<std::string>() : ""));
  }
  return mapped;
}

Result<Json> map_messages(const Json& messages, const engine::Model& model) {
  Json mapped = Json::array();
  CallIds ids;
  const bool has_system =
      std::ranges::any_of(messages, [](const Json& message) { return member(message, "role") == "system"; });
  if (!has_system && !model.system.empty()) mapped.push_back({{"role", "system"}, {"content", model.system}});
  for (const Json& message : messages) {
    if (!message.is_object()) return fail(Errc::invalid_argument, "Each message must be an object.");
    auto entry = map_message(message, model, ids);
    if (!entry) return entry;
    mapped.push_back(std::move(*entry));
  }
  return mapped;
}

/// What the engine goes on from, where the assistant has the last word.
std::string begun_text(const Json& last) {
  const bool begun = last.at("role") == "assistant" && !last.contains("tool_calls");
  return begun && last.at("content").is_string() ? last.at("content").get<std::string>() : std::string{};
}

Result<void> map_tools(const Json& tools, const engine::Model& model, Json& out) {
  if (tools.is_null() || (tools.is_array() && tools.empty())) return {};
  if (!tools.is_array()) return fail(Errc::invalid_argument, "\"tools\" must be an array.");
  if (!has(model, engine::Capability::tools)) {
    return fail(Errc::invalid_argument, "\"" + model.name + "\" does not support tools");
  }
  out["tools"] = tools;
  return {};
}

}  // namespace

Result<EngineAsk> translate_chat(std::string_view body, const FindModel& find) {
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  EngineAsk ask;
  const auto model = read_head(*request, find, ask);
  if (!model) return tl::unexpected(model.error());
  const Json& messages = member(*request, "messages");
  if (!messages.is_null() && !messages.is_array())
    return fail(Errc::invalid_argument, "\"messages\" must be an array.");
  if (messages.empty()) {
    const bool unload = ask.keep_alive && ask.keep_alive->count() == 0;
    ask.kind = unload ? EngineAsk::Kind::unload : EngineAsk::Kind::load;
    return ask;
  }
  if (!has(*model, engine::Capability::completion))
    return fail(Errc::invalid_argument, "\"" + model->name + "\" does not support chat");
  Json out = {{"model", ask.model}, {"stream", true}, {"stream_options", {{"include_usage", true}}}};
  auto mapped = map_messages(messages, *model);
  if (!mapped) return tl::unexpected(mapped.error());
  ask.begun_text = begun_text(mapped->back());
  out["messages"] = std::move(*mapped);
  if (auto r = map_tools(member(*request, "tools"), *model, out); !r) return tl::unexpected(r.error());
  if (auto r = map_options(member(*request, "options"), out); !r) return tl::unexpected(r.error());
  if (auto r = map_format(member(*request, "format"), true, out); !r) return tl::unexpected(r.error());
  if (auto r = map_think(member(*request, "think"), *model, out); !r) return tl::unexpected(r.error());
  if (auto r = map_logprobs(*request, true, ask, out); !r) return tl::unexpected(r.error());
  ask.target = "/v1/chat/completions";
  ask.body = dump(out);
  return ask;
}

}  // namespace localscale::gateway
