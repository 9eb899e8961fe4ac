#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/conversation_store.hpp"

/// The statements of conversation_store.cpp. All throw SQLite's exceptions; none looks at limits.
namespace localscale::store {

struct ConversationRow {
  std::int64_t number = 0;
  Conversation conversation;
};

std::vector<Conversation> conversations_of(SQLite::Database& sqlite, std::string_view person);
std::optional<ConversationRow> row_of(SQLite::Database& sqlite, std::string_view person, std::string_view id);
std::uint64_t count_of(SQLite::Database& sqlite, std::string_view person);
std::uint64_t bytes_of_all(SQLite::Database& sqlite);
void insert(SQLite::Database& sqlite, std::string_view person, const Conversation& conversation);
void update(SQLite::Database& sqlite, const ConversationRow& row);
/// Its messages go with it.
void erase(SQLite::Database& sqlite, std::int64_t number);

std::vector<Message> messages_of(SQLite::Database& sqlite, std::int64_t conversation,
                                 const MessageRange& range);
void insert(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq, std::int64_t at_unix_ms,
            const MessageWish& wish);
void update(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq, const MessageWish& wish);
void erase_from(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq);

/// A message without its texts.
struct MessageBrief {
  MessageState state = MessageState::done;
  std::int64_t at_unix_ms = 0;
  std::uint64_t bytes = 0;
};
std::optional<MessageBrief> brief_of(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq);

/// The newest messages of a conversation, none below `range.from`; the first may be larger than
/// `range.bytes_max`.
struct Tail {
  std::uint64_t from = 0;  ///< The oldest of them; 0: there are none.
  std::uint64_t bytes = 0;
};
Tail tail_of(SQLite::Database& sqlite, std::int64_t conversation, const MessageRange& range);

/// Turns every message that is `writing` to `stopped`, as a change of its conversation.
void stop_what_is_writing(SQLite::Database& sqlite);

}  // namespace localscale::store
