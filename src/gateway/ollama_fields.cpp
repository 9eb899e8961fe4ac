#include "gateway/ollama_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "gateway/keep_alive.hpp"

namespace localscale::gateway {
namespace {

enum class Kind { integer, number, texts };

struct Option {
  std::string_view ollama;
  const char* engine;
  Kind kind;
};

constexpr std::array<Option, 17> options_table{{
    {"num_predict", "max_tokens", Kind::integer},
    {"temperature", "temperature", Kind::number},
    {"top_k", "top_k", Kind::integer},
    {"top_p", "top_p", Kind::number},
    {"min_p", "min_p", Kind::number},
    {"typical_p", "typical_p", Kind::number},
    {"seed", "seed", Kind::integer},
    {"stop", "stop", Kind::texts},
    {"repeat_penalty", "repeat_penalty", Kind::number},
    {"repeat_last_n", "repeat_last_n", Kind::integer},
    {"presence_penalty", "presence_penalty", Kind::number},
    {"frequency_penalty", "frequency_penalty", Kind::number},
    {"mirostat", "mirostat", Kind::integer},
    {"mirostat_tau", "mirostat_tau", Kind::number},
    {"mirostat_eta", "mirostat_eta", Kind::number},
    {"num_keep", "n_keep", Kind::integer},
    {"top_n_sigma", "top_n_sigma", Kind::number},
}};

tl::unexpected<Error> wrong_type(std::string_view option, std::string_view type) {
  return fail(Errc::invalid_argument,
              "option \"" + std::string(option) + "\" must be of type " + std::string(type));
}

bool is_texts(const Json& value) {
  return value.is_array() && std::ranges::all_of(value, [](const Json& entry) { return entry.is_string(); });
}

/// Ollama takes 10.0 where it wants an integer; the engine does not.
std::optional<std::int64_t> as_integer(const Json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (std::trunc(number) != number || std::abs(number) > 4e9) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

/// The engine's own conventions for "no limit" differ.
std::int64_t bounded(std::string_view option, std::int64_t value) {
  constexpr std::int64_t int32_max = 2147483647;
  if (option == "seed") return value;
  if (option == "repeat_last_n" && value < 0) return 4096;  // "the whole context"; the engine wants a number
  if (option == "num_predict" && value == 0) return -1;     // Ollama ends an answer there only above 0.
  return std::clamp<std::int64_t>(value, -1, int32_max);
}

Result<void> map_option(const Option& option, const Json& value, Json& out) {
  switch (option.kind) {
    case Kind::integer: {
      const auto number = as_integer(value);
      if (!number) return wrong_type(option.ollama, "integer");
      out[option.engine] = bounded(option.ollama, *number);
      return {};
    }
    case Kind::number:
      if (!value.is_number()) return wrong_type(option.ollama, "float32");
      out[option.engine] = value;
      return {};
    case Kind::texts:
      if (!value.is_string() && !is_texts(value))
        return wrong_type(option.ollama, "string or array of strings");
      out[option.engine] = value.is_string() ? Json::array({value}) : value;
      return {};
  }
  return {};
}

std::string_view image_type(std::string_view base64) {
  if (base64.starts_with("/9j/")) return "image/jpeg";
  if (base64.starts_with("R0lGOD")) return "image/gif";
  if (base64.starts_with("UklGR")) return "image/webp";
  return "image/png";
}

bool is_base64(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '=' || c == '\n' || c == '\r' || c == '-' ||
           c == '_';
  });
}

}  // namespace

bool has(const engine::Model& model, engine::Capability capability) {
  return std::ranges::find(model.capabilities, capability) != model.capabilities.end();
}

namespace {

Result<std::uint32_t> context_of(const Json& options) {
  const Json& value = member(options, "num_ctx");
  if (value.is_null()) return 0;
  const auto tokens = as_integer(value);
  if (!tokens) return wrong_type("num_ctx", "integer");
  if (*tokens < 1) return fail(Errc::invalid_argument, "option \"num_ctx\" must be 1 or more");
  // The engine's manager goes no further than the model's own context.
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(*tokens, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

Result<engine::Model> read_head(const Json& request, const FindModel& find, EngineAsk& ask) {
  auto name = text_of(request, "model");
  if (name && name->empty()) name = text_of(request, "name");
  if (!name) return tl::unexpected(name.error());
  if (name->empty()) return fail(Errc::invalid_argument, "model is required");
  const auto stream = flag_of(request, "stream", true);
  if (!stream) return tl::unexpected(stream.error());
  ask.stream = *stream;
  const Json& keep = member(request, "keep_alive");
  if (keep.is_number()) {
    ask.keep_alive = keep_alive_from_seconds(keep.get<double>());
  } else if (keep.is_string()) {
    const auto parsed = parse_keep_alive(keep.get<std::string>());
    if (!parsed) return tl::unexpected(parsed.error());
    ask.keep_alive = *parsed;
  } else if (!keep.is_null()) {
    return fail(Errc::invalid_argument, "\"keep_alive\" must be a duration or a number of seconds.");
  }
  const auto context = context_of(member(request, "options"));
  if (!context) return tl::unexpected(context.error());
  ask.context_tokens = *context;
  auto model = find(*name);
  ask.shown_model = std::move(*name);
  if (model) ask.model = model->name;
  return model;
}

Result<void> map_options(const Json& options, Json& out) {
  if (options.is_null()) return {};
  if (!options.is_object()) return fail(Errc::invalid_argument, "\"options\" must be an object.");
  for (const Option& option : options_table) {
    const auto value = options.find(option.ollama);
    if (value == options.end() || value->is_null()) continue;
    if (auto mapped = map_option(option, *value, out); !mapped) return mapped;
  }
  return {};
}

Result<void> map_format(const Json& format, bool chat, Json& out) {
  const bool none = format.is_null() || (format.is_string() && format.get_ref<const std::string&>().empty());
  if (none) return {};
  if (format.is_object()) {
    if (chat)
      out["response_format"] = {{"type", "json_schema"},
                                {"json_schema", {{"name", "format"}, {"schema", format}}}};
    else
      out["json_schema"] = format;
    return {};
  }
  if (!format.is_string() || format.get_ref<const std::string&>() != "json") {
    return fail(Errc::invalid_argument, "invalid format: it must be \"json\" or a JSON schema");
  }
  if (chat)
    out["response_format"] = {{"type", "json_object"}};
  else
    out["json_schema"] = Json::object();
  return {};
}

Result<void> map_think(const Json& think, const engine::Model& model, Json& out) {
  if (think.is_null()) return {};
  const bool effort = think == "high" || think == "medium" || think == "low";
  if (!think.is_boolean() && !effort) {
    return fail(Errc::invalid_argument, "\"think\" must be true, false, \"high\", \"medium\" or \"low\".");
  }
  const bool on = effort || think.get<bool>();
  if (!has(model, engine::Capability::thinking)) {
    if (on) return fail(Errc::invalid_argument, "\"" + model.name + "\" does not support thinking");
    return {};
  }
  Json arguments = {{"enable_thinking", on}};
  if (effort) arguments["reasoning_effort"] = think;
  out["chat_template_kwargs"] = std::move(arguments);
  return {};
}

Result<void> map_logprobs(const Json& request, bool chat, EngineAsk& ask, Json& out) {
  const auto wanted = flag_of(request, "logprobs", false);
  if (!wanted) return tl::unexpected(wanted.error());
  const Json& top = member(request, "top_logprobs");
  if (!top.is_null() && !(top.is_number_unsigned() && top.get<std::uint64_t>() <= 20)) {
    return fail(Errc::invalid_argument, "\"top_logprobs\" must be a number from 0 to 20.");
  }
  if (!*wanted) return {};
  const std::uint64_t count = top.is_null() ? 0 : top.get<std::uint64_t>();
  ask.alternatives = count > 0;
  // Asked for none, the engine leaves out the token's own, too.
  out[chat ? "top_logprobs" : "n_probs"] = std::max<std::uint64_t>(count, 1);
  if (chat) out["logprobs"] = true;
  return {};
}

Result<Json> content_with_images(std::string text, const Json& images, const engine::Model& model) {
  if (images.is_null() || (images.is_array() && images.empty())) return Json(std::move(text));
  if (!is_texts(images))
    return fail(Errc::invalid_argument, "\"images\" must be an array of base64 strings.");
  if (!has(model, engine::Capability::vision)) {
    return fail(Errc::invalid_argument, "\"" + model.name + "\" does not take images.",
                "Use a vision model, with its projector file beside it.");
  }
  Json parts = Json::array();
  if (!text.empty()) parts.push_back({{"type", "text"}, {"text", std::move(text)}});
  for (const Json& image : images) {
    const auto& base64 = image.get_ref<const std::string&>();
    if (!is_base64(base64)) return fail(Errc::invalid_argument, "An image is not base64.");
    parts.push_back(
        {{"type", "image_url"},
         {"image_url", {{"url", "data:" + std::string(image_type(base64)) + ";base64," + base64}}}});
  }
  return parts;
}

}  // namespace localscale::gateway
