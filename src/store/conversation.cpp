#include "store/conversation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace localscale::store {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 3> roles{
    {{Role::user, "user"}, {Role::assistant, "assistant"}, {Role::system, "system"}}};

constexpr std::array<std::pair<MessageState, std::string_view>, 4> states{{{MessageState::done, "done"},
                                                                           {MessageState::writing, "writing"},
                                                                           {MessageState::stopped, "stopped"},
                                                                           {MessageState::failed, "failed"}}};

constexpr std::uint64_t tokens_max = 1ULL << 53U;  // What every JSON reader keeps exactly.
constexpr std::uint64_t row_bytes = 200;

template <class Value, std::size_t count>
std::string_view name_in(const std::array<std::pair<Value, std::string_view>, count>& table, Value value) {
  for (const auto& [entry, name] : table) {
    if (entry == value) return name;
  }
  return {};
}

template <class Value, std::size_t count>
std::optional<Value> named_in(const std::array<std::pair<Value, std::string_view>, count>& table,
                              std::string_view wanted) {
  for (const auto& [entry, name] : table) {
    if (name == wanted) return entry;
  }
  return std::nullopt;
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

tl::unexpected<Error> wrong(std::string what) {
  return fail(Errc::invalid_argument, std::move(what));
}

Result<void> check_title(std::string_view title) {
  const std::size_t characters = characters_of(title);
  if (characters == 0 || characters > conversation_title_characters_max || !is_utf8(title)) {
    return wrong(fmt::format("\"title\" must have 1 to {} characters.", conversation_title_characters_max));
  }
  return {};
}

Result<void> check_model(std::string_view model) {
  if (model.empty() || model.size() > conversation_model_bytes_max || !is_utf8(model)) {
    return wrong(fmt::format("\"model\" must have 1 to {} bytes.", conversation_model_bytes_max));
  }
  return {};
}

Result<void> check_text(std::string_view field, std::string_view text) {
  if (text.size() > message_text_bytes_max) {
    return wrong(fmt::format("\"{}\" may have at most {}, this one has {}.", field,
                             human_bytes(message_text_bytes_max), human_bytes(text.size())));
  }
  if (!is_utf8(text)) return wrong(fmt::format("\"{}\" must be UTF-8.", field));
  return {};
}

}  // namespace

std::string_view name(Role role) {
  return name_in(roles, role);
}

std::string_view name(MessageState state) {
  return name_in(states, state);
}

std::optional<Role> role_named(std::string_view name) {
  return named_in(roles, name);
}

std::optional<MessageState> message_state_named(std::string_view name) {
  return named_in(states, name);
}

Result<void> check(const ConversationWish& wish) {
  if (auto title = check_title(wish.title); !title) return title;
  return check_model(wish.model);
}

Result<void> check(const ConversationChange& change) {
  if (!change.title && !change.model) return wrong("\"title\" or \"model\" is needed; nothing was changed.");
  if (change.title) {
    if (auto title = check_title(*change.title); !title) return title;
  }
  return change.model ? check_model(*change.model) : Result<void>{};
}

Result<void> check(const MessageWish& wish) {
  if (auto content = check_text("content", wish.content); !content) return content;
  if (wish.thinking) {
    if (auto thinking = check_text("thinking", *wish.thinking); !thinking) return thinking;
  }
  if (wish.model) {
    if (auto model = check_model(*wish.model); !model) return model;
  }
  if (wish.tokens.value_or(0) > tokens_max) return wrong("\"tokens\" is too large.");
  const double rate = wish.tokens_per_second.value_or(0);
  if (!std::isfinite(rate) || rate < 0) return wrong("\"tokens_per_second\" must be a number from 0 on.");
  return {};
}

std::uint64_t bytes_of(const MessageWish& wish) {
  return row_bytes + wish.content.size() + (wish.thinking ? wish.thinking->size() : 0);
}

}  // namespace localscale::store
