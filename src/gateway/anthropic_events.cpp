#include "gateway/anthropic_events.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "gateway/shape.hpp"

namespace localscale::gateway {
namespace {

constexpr std::string_view border = "\n\n";
constexpr std::string_view error_event = "event: error\ndata: ";
constexpr std::string_view block_start_event = "event: content_block_start\n";
constexpr std::string_view message_delta_event = "event: message_delta\n";
constexpr std::string_view reason = R"("stop_reason":"end_turn","stop_sequence":")";

/// The first event of `events` with the empty line that ends it, if there is one.
std::string_view first_event(std::string_view events) {
  const std::size_t end = events.find(border);
  return end == std::string_view::npos ? events : events.substr(0, end + border.size());
}

bool may_be_wrong(std::string_view event) {
  constexpr std::array wrong = {error_event, block_start_event, message_delta_event};
  return std::ranges::any_of(wrong, [&](std::string_view start) { return event.starts_with(start); });
}

/// Where the string that begins at `at` (behind its quote) ends: at its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at;
}

/// Engines also name the words that end an answer for a model's own template: those are no stop sequences.
std::string with_stop_reason(std::string_view text, std::size_t at, const std::vector<std::string>& stops) {
  const std::size_t word = at + reason.size();
  const std::size_t end = end_of_string(text, word);
  if (end >= text.size()) return std::string(text);
  const std::string_view quoted = text.substr(word - 1, end + 2 - word);
  const auto name = nlohmann::json::parse(quoted, nullptr, false);
  const bool asked = name.is_string() && std::ranges::find(stops, name.get<std::string>()) != stops.end();
  std::string out(text.substr(0, at));
  if (asked)
    out.append(R"("stop_reason":"stop_sequence","stop_sequence":)").append(quoted);
  else
    out += R"("stop_reason":"end_turn","stop_sequence":null)";
  return out.append(text.substr(end + 1));
}

std::string with_input(std::string_view event) {
  constexpr std::string_view tool = R"("content_block":{"type":"tool_use",)";
  const std::size_t at = event.find(tool);
  if (at == std::string_view::npos || event.find(R"("input":)") != std::string_view::npos)
    return std::string(event);
  return std::string(event).insert(at + tool.size(), R"("input":{},)");
}

}  // namespace

std::string_view AnthropicEvents::mend(std::string_view events) {
  // Nearly all events are deltas of the text, and pass as they are.
  std::size_t at = 0;
  while (at < events.size() && !may_be_wrong(events.substr(at))) at += first_event(events.substr(at)).size();
  if (at >= events.size()) return events;
  mended_.assign(events.substr(0, at));
  for (events.remove_prefix(at); !events.empty();) {
    const std::string_view event = first_event(events);
    append(event);
    events.remove_prefix(event.size());
  }
  return mended_;
}

void AnthropicEvents::append(std::string_view event) {
  if (event.starts_with(error_event) && event.ends_with(border)) {
    event.remove_prefix(error_event.size());
    event.remove_suffix(border.size());
    mended_.append(error_event).append(anthropic_error_from_engine(500, event, request_id_)).append(border);
  } else if (event.starts_with(block_start_event)) {
    mended_ += with_input(event);
  } else if (const std::size_t at = event.find(reason);
             event.starts_with(message_delta_event) && at != std::string_view::npos) {
    mended_ += with_stop_reason(event, at, stops_);
  } else {
    mended_ += event;
  }
}

std::string anthropic_answer(std::string_view body, const std::vector<std::string>& stops) {
  const std::size_t at = body.rfind(reason);  // Behind the content.
  return at == std::string_view::npos ? std::string(body) : with_stop_reason(body, at, stops);
}

}  // namespace localscale::gateway
