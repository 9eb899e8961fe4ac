#include "gateway/ollama_answer.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/json.hpp"
#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

std::string now() {
  return rfc3339(std::chrono::system_clock::now());
}

std::string text_or_empty(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

std::uint64_t count_of(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_number() && value.get<double>() > 0 ? value.get<std::uint64_t>() : 0;
}

std::int64_t ms_to_ns(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_number() ? static_cast<std::int64_t>(value.get<double>() * 1e6) : 0;
}

/// A tool call as it arrives in parts.
struct PartialCall {
  std::string id;
  std::string name;
  std::string arguments;
};

/// A model may write arguments that are no JSON object; the client still gets to see them.
Json arguments_of(const PartialCall& call) {
  if (call.arguments.empty()) return Json::object();
  auto arguments = parse_object(call.arguments);
  return arguments ? std::move(*arguments) : Json{{"_raw", call.arguments}};
}

/// What one event adds to the answer.
struct Piece {
  std::string text;
  std::string thinking;
  Json logprobs = Json::array();
};

/// One token with its bytes, without the engine's own extra fields.
Json map_logprob(const Json& token, bool alternatives) {
  Json mapped = {{"token", text_or_empty(token, "token")}, {"logprob", member(token, "logprob")}};
  const Json& bytes = member(token, "bytes");
  if (bytes.is_array()) mapped["bytes"] = bytes;
  const Json& top = member(token, "top_logprobs");
  if (alternatives && top.is_array() && !top.empty()) {
    Json list = Json::array();
    for (const Json& other : top) list.push_back(map_logprob(other, false));
    mapped["top_logprobs"] = std::move(list);
  }
  return mapped;
}

Json map_logprobs_list(const Json& tokens, bool alternatives) {
  Json list = Json::array();
  if (tokens.is_array()) {
    for (const Json& token : tokens) list.push_back(map_logprob(token, alternatives));
  }
  return list;
}

}  // namespace

struct OllamaAnswer::State {
  Form form;
  std::string model;
  bool stream;
  bool alternatives;
  std::string begun;   ///< What is left of the client's own beginning: not to be told again.
  std::string text{};  ///< All of the answer.
  Piece collected{};   ///< The rest, for the one object of a client that does not stream.
  std::map<std::uint64_t, PartialCall> calls{};
  std::string finish_reason{};
  TokenCount tokens{};
  std::int64_t prompt_ns = 0;
  std::int64_t answer_ns = 0;

  void take_tool_deltas(const Json& deltas) {
    if (!deltas.is_array()) return;
    for (const Json& delta : deltas) {
      PartialCall& call = calls[count_of(delta, "index")];
      if (call.id.empty()) call.id = text_or_empty(delta, "id");
      const Json& function = member(delta, "function");
      call.name += text_or_empty(function, "name");
      call.arguments += text_or_empty(function, "arguments");
    }
  }

  void take_counts(const Json& event) {
    const Json& usage = member(event, "usage");
    if (usage.is_object()) {
      tokens = {count_of(usage, "prompt_tokens"), count_of(usage, "completion_tokens")};
    } else if (event.contains("tokens_predicted")) {
      tokens = {count_of(event, "tokens_evaluated"), count_of(event, "tokens_predicted")};
    }
    const Json& timings = member(event, "timings");
    if (timings.is_object()) {
      prompt_ns = ms_to_ns(timings, "prompt_ms");
      answer_ns = ms_to_ns(timings, "predicted_ms");
    }
  }

  /// Takes off what the client has written itself.
  std::string without_begun(std::string piece) {
    const std::size_t both = std::min(begun.size(), piece.size());
    if (begun.compare(0, both, piece, 0, both) != 0) {
      begun.clear();
      return piece;
    }
    begun.erase(0, both);
    return piece.substr(both);
  }

  Piece take_chat(const Json& event) {
    Piece piece;
    const Json& choices = member(event, "choices");
    if (!choices.is_array() || choices.empty()) return piece;
    const Json& choice = choices.front();
    const Json& delta = member(choice, "delta");
    piece.text = without_begun(text_or_empty(delta, "content"));
    piece.thinking = text_or_empty(delta, "reasoning_content");
    piece.logprobs = map_logprobs_list(member(member(choice, "logprobs"), "content"), alternatives);
    take_tool_deltas(member(delta, "tool_calls"));
    if (member(choice, "finish_reason").is_string()) finish_reason = text_or_empty(choice, "finish_reason");
    return piece;
  }

  Piece take_completion(const Json& event) {
    Piece piece;
    piece.text = text_or_empty(event, "content");
    piece.logprobs = map_logprobs_list(member(event, "completion_probabilities"), alternatives);
    if (member(event, "stop") == true)
      finish_reason = text_or_empty(event, "stop_type") == "limit" ? "length" : "stop";
    return piece;
  }

  void put(const Piece& piece, Json& line) const {
    if (form == Form::generate) {
      line["response"] = piece.text;
      if (!piece.thinking.empty()) line["thinking"] = piece.thinking;
    } else {
      Json message = {{"role", "assistant"}, {"content", piece.text}};
      if (!piece.thinking.empty()) message["thinking"] = piece.thinking;
      line["message"] = std::move(message);
    }
    if (!piece.logprobs.empty()) line["logprobs"] = piece.logprobs;
  }

  [[nodiscard]] Json line() const { return {{"model", model}, {"created_at", now()}}; }

  [[nodiscard]] Json tool_calls() const {
    Json list = Json::array();
    for (const auto& [index, call] : calls) {
      Json entry = {{"function", {{"index", index}, {"name", call.name}, {"arguments", arguments_of(call)}}}};
      if (!call.id.empty()) entry["id"] = call.id;
      list.push_back(std::move(entry));
    }
    return list;
  }

  void put_end(const AnswerTimes& times, Json& line) const {
    line["done"] = true;
    line["done_reason"] = finish_reason == "length" ? "length" : "stop";
    line["total_duration"] = times.total.count();
    line["load_duration"] = times.load.count();
    line["prompt_eval_count"] = tokens.prompt;
    line["prompt_eval_duration"] = prompt_ns;
    line["eval_count"] = tokens.answer;
    line["eval_duration"] = answer_ns;
  }
};

OllamaAnswer::OllamaAnswer(Form form, const EngineAsk& ask)
    : state_(std::make_unique<State>(
          State{form, ask.shown_model, ask.stream, ask.alternatives, ask.begun_text})) {}
OllamaAnswer::~OllamaAnswer() = default;

TokenCount OllamaAnswer::tokens() const {
  return state_->tokens;
}
bool OllamaAnswer::complete() const {
  return !state_->finish_reason.empty();
}

Result<std::string> OllamaAnswer::push(std::string_view data) {
  if (data == "[DONE]") return std::string{};
  const Json event = Json::parse(data, nullptr, false);
  if (!event.is_object()) return fail(Errc::internal, "The engine sent an event that is not JSON.");
  if (event.contains("error")) return fail(Errc::internal, engine_error_message(data));
  state_->take_counts(event);
  Piece piece = event.contains("choices") ? state_->take_chat(event) : state_->take_completion(event);
  if (piece.text.empty() && piece.thinking.empty() && piece.logprobs.empty()) return std::string{};
  state_->text += piece.text;
  if (state_->stream) {
    Json line = state_->line();
    state_->put(piece, line);
    line["done"] = false;
    return dump(line) + "\n";
  }
  state_->collected.thinking += piece.thinking;
  for (Json& token : piece.logprobs) state_->collected.logprobs.push_back(std::move(token));
  return std::string{};
}

const std::string& OllamaAnswer::text() const {
  return state_->text;
}

std::string OllamaAnswer::finish(const AnswerTimes& times, const std::vector<std::int32_t>& context) {
  const bool has_calls = state_->form == Form::chat && !state_->calls.empty();
  std::string lines;
  if (state_->stream && has_calls) {
    Json line = state_->line();
    state_->put(Piece{}, line);
    line["done"] = false;
    line["message"]["tool_calls"] = state_->tool_calls();
    lines = dump(line) + "\n";
  }
  Json last = state_->line();
  if (!state_->stream) state_->collected.text = state_->text;
  state_->put(state_->collected, last);
  if (!state_->stream && has_calls) last["message"]["tool_calls"] = state_->tool_calls();
  if (!context.empty()) last["context"] = context;
  state_->put_end(times, last);
  return lines + dump(last) + (state_->stream ? "\n" : "");
}

std::string ollama_load_answer(OllamaAnswer::Form form, const std::string& shown_model,
                               std::string_view reason) {
  Json answer = {{"model", shown_model}, {"created_at", now()}};
  if (form == OllamaAnswer::Form::chat)
    answer["message"] = {{"role", "assistant"}, {"content", ""}};
  else
    answer["response"] = "";
  answer["done"] = true;
  answer["done_reason"] = std::string(reason);
  return dump(answer);
}

std::string engine_error_message(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  const Json& error = json.is_object() && json.contains("error") ? json.at("error") : json;
  const std::string message = error.is_string() ? error.get<std::string>() : text_or_empty(error, "message");
  return message.empty() ? "The engine failed without saying why." : message;
}

}  // namespace localscale::gateway
