#include "gateway/conversation_json.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/printable.hpp"
#include "gateway/flat_json.hpp"
#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

constexpr std::array<std::string_view, 2> conversation_members{"title", "model"};
constexpr std::array<std::string_view, 7> message_members{"role",  "state",  "content",          "thinking",
                                                          "model", "tokens", "tokens_per_second"};

tl::unexpected<Error> wrong(const char* field, std::string_view what) {
  return fail(Errc::invalid_argument, "\"" + std::string(field) + "\" must be " + std::string(what) + ".");
}

/// Absent and null give nothing.
Result<std::optional<std::string>> optional_text(Json& members, const char* name) {
  const auto found = members.find(name);
  if (found == members.end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) return wrong(name, "a string");
  return std::move(found->get_ref<std::string&>());
}

Result<std::string> needed_text(Json& members, const char* name) {
  auto text = optional_text(members, name);
  if (!text) return tl::unexpected(text.error());
  if (!*text) return fail(Errc::invalid_argument, "\"" + std::string(name) + "\" is missing.");
  return std::move(**text);
}

/// How many bytes at the start of `text`, which is UTF-8, are one control character or line separator; 0 if
/// it begins with another character.
std::size_t control_length(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2 && byte(1) < 0xA0) return 2;
  if (byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) return 3;
  return 0;
}

std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const std::size_t control = control_length(text);
    line += control > 0 ? ' ' : text.front();
    text.remove_prefix(control > 0 ? control : 1);
  }
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return line.substr(first, line.find_last_not_of(' ') + 1 - first);
}

Result<std::optional<std::string>> optional_model(Json& members) {
  auto model = optional_text(members, "model");
  if (model && *model && !is_printable_utf8(**model))
    return wrong("model", "plain text without line breaks and other control characters");
  return model;
}

Result<void> read_numbers(const Json& members, store::MessageWish& wish) {
  if (const Json& tokens = member(members, "tokens"); !tokens.is_null()) {
    if (!tokens.is_number_unsigned()) return wrong("tokens", "a whole number from 0 on");
    wish.tokens = tokens.get<std::uint64_t>();
  }
  if (const Json& rate = member(members, "tokens_per_second"); !rate.is_null()) {
    if (!rate.is_number()) return wrong("tokens_per_second", "a number from 0 on");
    wish.tokens_per_second = rate.get<double>();
  }
  return {};
}

}  // namespace

std::string json_of(const store::Conversation& conversation) {
  return dump({{"id", conversation.id},
               {"title", conversation.title},
               {"model", conversation.model},
               {"created_at", rfc3339_ms(conversation.created_unix_ms)},
               {"updated_at", rfc3339_ms(conversation.updated_unix_ms)},
               {"messages", conversation.messages},
               {"revision", conversation.revision}});
}

std::string json_of(const store::Message& message) {
  Json json = {{"seq", message.seq}, {"role", name(message.role)}, {"content", message.content}};
  if (message.thinking) json["thinking"] = *message.thinking;
  json["state"] = name(message.state);
  if (message.model) json["model"] = *message.model;
  json["at"] = rfc3339_ms(message.at_unix_ms);
  if (message.tokens) json["tokens"] = *message.tokens;
  if (message.tokens_per_second) json["tokens_per_second"] = *message.tokens_per_second;
  return dump(json);
}

Result<store::ConversationWish> read_conversation(std::string_view body) {
  auto change = read_conversation_change(body);
  if (!change) return tl::unexpected(change.error());
  for (const auto& [field, value] :
       {std::pair("title", &change->title), std::pair("model", &change->model)}) {
    if (!*value) return fail(Errc::invalid_argument, "\"" + std::string(field) + "\" is missing.");
  }
  return store::ConversationWish{std::move(*change->title), std::move(*change->model)};
}

Result<store::ConversationChange> read_conversation_change(std::string_view body) {
  auto members = parse_members(body, conversation_members);
  if (!members) return tl::unexpected(members.error());
  auto title = optional_text(*members, "title");
  if (!title) return tl::unexpected(title.error());
  auto model = optional_model(*members);
  if (!model) return tl::unexpected(model.error());
  if (*title) *title = one_line(**title);
  return store::ConversationChange{std::move(*title), std::move(*model)};
}

Result<store::MessageWish> read_message(std::string_view body) {
  auto members = parse_members(body, message_members);
  if (!members) return tl::unexpected(members.error());
  const auto role_name = needed_text(*members, "role");
  if (!role_name) return tl::unexpected(role_name.error());
  const auto role = store::role_named(*role_name);
  if (!role) return wrong("role", "user, assistant or system");
  const auto state_name = needed_text(*members, "state");
  if (!state_name) return tl::unexpected(state_name.error());
  const auto state = store::message_state_named(*state_name);
  if (!state) return wrong("state", "done, writing, stopped or failed");
  auto content = needed_text(*members, "content");
  if (!content) return tl::unexpected(content.error());
  auto thinking = optional_text(*members, "thinking");
  if (!thinking) return tl::unexpected(thinking.error());
  auto model = optional_model(*members);
  if (!model) return tl::unexpected(model.error());
  store::MessageWish wish{*role, *state, std::move(*content), std::move(*thinking), std::move(*model),
                          {},    {}};
  if (auto numbers = read_numbers(*members, wish); !numbers) return tl::unexpected(numbers.error());
  return wish;
}

}  // namespace localscale::gateway
