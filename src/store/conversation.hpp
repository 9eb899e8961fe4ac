#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace localscale::store {

inline constexpr std::size_t conversations_max = 10'000;  ///< Of one person.
inline constexpr std::uint64_t messages_max = 100'000;    ///< Of one conversation.
inline constexpr std::size_t message_text_bytes_max = 4'000'000;
inline constexpr std::size_t conversation_title_characters_max = 200;
inline constexpr std::size_t conversation_model_bytes_max = 300;
inline constexpr std::uint64_t conversation_bytes_max = 400'000'000;
inline constexpr std::uint64_t all_conversations_bytes_max = 4'000'000'000;  ///< Of all persons together.

enum class Role { user, assistant, system };
enum class MessageState {
  done,
  writing,  ///< An answer that is coming; at the house's start it becomes `stopped`.
  stopped,
  failed,
};

/// "user", "done" and so on, as they are stored and told.
std::string_view name(Role role);
std::string_view name(MessageState state);
std::optional<Role> role_named(std::string_view name);
std::optional<MessageState> message_state_named(std::string_view name);

/// A conversation without its messages.
struct Conversation {
  std::string id;  ///< 16 hexadecimal digits.
  std::string title;
  std::string model;
  std::int64_t created_unix_ms = 0;
  std::int64_t updated_unix_ms = 0;
  std::uint64_t messages = 0;  ///< How many; their `seq` are 1 to this.
  std::uint64_t bytes = 0;     ///< What they count towards the limits: see bytes_of.
  std::uint64_t revision = 0;  ///< Grows with each change, also of its messages.

  bool operator==(const Conversation&) const = default;
};

struct ConversationWish {
  std::string title;  ///< 1 to 200 characters of UTF-8.
  std::string model;  ///< 1 to 300 bytes.
};

/// What stays empty stays as it is.
struct ConversationChange {
  std::optional<std::string> title{};
  std::optional<std::string> model{};
};

/// What the writer of a message decides.
struct MessageWish {
  Role role = Role::user;
  MessageState state = MessageState::done;
  std::string content;                  ///< UTF-8, at most message_text_bytes_max.
  std::optional<std::string> thinking;  ///< The same.
  std::optional<std::string> model;     ///< At most 300 bytes.
  std::optional<std::uint64_t> tokens;  ///< At most 2^53.
  std::optional<double> tokens_per_second;

  bool operator==(const MessageWish&) const = default;
};

struct Message : MessageWish {
  std::uint64_t seq = 0;  ///< From 1, without holes.
  std::int64_t at_unix_ms = 0;

  bool operator==(const Message&) const = default;
};

/// Within the limits above; invalid_argument naming the field otherwise.
Result<void> check(const ConversationWish& wish);
Result<void> check(const ConversationChange& change);
Result<void> check(const MessageWish& wish);

/// What a message counts: its text, and something for its row.
std::uint64_t bytes_of(const MessageWish& wish);

}  // namespace localscale::store
