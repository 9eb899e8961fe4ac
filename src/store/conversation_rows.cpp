#include "store/conversation_rows.hpp"

#include <string>

namespace localscale::store {
namespace {

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

std::uint64_t unsigned_of(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

/// The columns that read_conversation reads.
constexpr std::string_view conversation_columns =
    "number, id, title, model, created_unix_ms, updated_unix_ms, messages, bytes, revision";

ConversationRow read_conversation(SQLite::Statement& row) {
  return {row.getColumn(0).getInt64(),
          {row.getColumn(1).getString(), row.getColumn(2).getString(), row.getColumn(3).getString(),
           row.getColumn(4).getInt64(), row.getColumn(5).getInt64(), unsigned_of(row.getColumn(6)),
           unsigned_of(row.getColumn(7)), unsigned_of(row.getColumn(8))}};
}

std::string select_conversations(std::string_view where) {
  return "SELECT " + std::string(conversation_columns) + " FROM conversations WHERE " + std::string(where);
}

std::optional<std::string> text_or_nothing(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getString();
}

Message read_message(SQLite::Statement& row) {
  Message message;
  message.seq = unsigned_of(row.getColumn(0));
  // The table's checks leave no other words.
  message.role = role_named(row.getColumn(1).getString()).value_or(Role::user);
  message.state = message_state_named(row.getColumn(2).getString()).value_or(MessageState::failed);
  message.model = text_or_nothing(row.getColumn(3));
  message.at_unix_ms = row.getColumn(4).getInt64();
  if (!row.getColumn(5).isNull()) message.tokens = unsigned_of(row.getColumn(5));
  if (!row.getColumn(6).isNull()) message.tokens_per_second = row.getColumn(6).getDouble();
  message.thinking = text_or_nothing(row.getColumn(7));
  message.content = row.getColumn(8).getString();
  return message;
}

/// Binds what is there, without a copy: `wish` outlives the statement.
void bind_wish(SQLite::Statement& statement, const MessageWish& wish) {
  statement.bind(":role", std::string(name(wish.role)));
  statement.bind(":state", std::string(name(wish.state)));
  statement.bind(":bytes", signed_of(bytes_of(wish)));
  statement.bindNoCopy(":content", wish.content);
  if (wish.model) statement.bindNoCopy(":model", *wish.model);
  if (wish.thinking) statement.bindNoCopy(":thinking", *wish.thinking);
  if (wish.tokens) statement.bind(":tokens", signed_of(*wish.tokens));
  if (wish.tokens_per_second) statement.bind(":tokens_per_second", *wish.tokens_per_second);
}

}  // namespace

std::vector<Conversation> conversations_of(SQLite::Database& sqlite, std::string_view person) {
  SQLite::Statement rows(
      sqlite, select_conversations("person = ? ORDER BY updated_unix_ms DESC, number DESC LIMIT ?"));
  rows.bind(1, std::string(person));
  rows.bind(2, signed_of(conversations_max));
  std::vector<Conversation> all;
  while (rows.executeStep()) all.push_back(read_conversation(rows).conversation);
  return all;
}

std::optional<ConversationRow> row_of(SQLite::Database& sqlite, std::string_view person,
                                      std::string_view id) {
  SQLite::Statement row(sqlite, select_conversations("id = ? AND person = ?"));
  row.bind(1, std::string(id));
  row.bind(2, std::string(person));
  if (!row.executeStep()) return std::nullopt;
  return read_conversation(row);
}

std::uint64_t count_of(SQLite::Database& sqlite, std::string_view person) {
  SQLite::Statement row(sqlite, "SELECT count(*) FROM conversations WHERE person = ?");
  row.bind(1, std::string(person));
  return row.executeStep() ? unsigned_of(row.getColumn(0)) : 0;
}

std::uint64_t bytes_of_all(SQLite::Database& sqlite) {
  SQLite::Statement row(sqlite, "SELECT coalesce(sum(bytes), 0) FROM conversations");
  return row.executeStep() ? unsigned_of(row.getColumn(0)) : 0;
}

void insert(SQLite::Database& sqlite, std::string_view person, const Conversation& conversation) {
  SQLite::Statement statement(
      sqlite,
      "INSERT INTO conversations (id, person, label, title, model, created_unix_ms, updated_unix_ms, "
      "messages, bytes, revision) VALUES (?, ?, 'high', ?, ?, ?, ?, ?, ?, ?)");
  statement.bind(1, conversation.id);
  statement.bind(2, std::string(person));
  statement.bind(3, conversation.title);
  statement.bind(4, conversation.model);
  statement.bind(5, conversation.created_unix_ms);
  statement.bind(6, conversation.updated_unix_ms);
  statement.bind(7, signed_of(conversation.messages));
  statement.bind(8, signed_of(conversation.bytes));
  statement.bind(9, signed_of(conversation.revision));
  statement.exec();
}

void update(SQLite::Database& sqlite, const ConversationRow& row) {
  SQLite::Statement statement(
      sqlite,
      "UPDATE conversations SET title = ?, model = ?, updated_unix_ms = ?, messages = ?, bytes = ?, "
      "revision = ? WHERE number = ?");
  statement.bind(1, row.conversation.title);
  statement.bind(2, row.conversation.model);
  statement.bind(3, row.conversation.updated_unix_ms);
  statement.bind(4, signed_of(row.conversation.messages));
  statement.bind(5, signed_of(row.conversation.bytes));
  statement.bind(6, signed_of(row.conversation.revision));
  statement.bind(7, row.number);
  statement.exec();
}

void erase(SQLite::Database& sqlite, std::int64_t number) {
  SQLite::Statement statement(sqlite, "DELETE FROM conversations WHERE number = ?");
  statement.bind(1, number);
  statement.exec();
}

std::vector<Message> messages_of(SQLite::Database& sqlite, std::int64_t conversation,
                                 const MessageRange& range) {
  SQLite::Statement rows(
      sqlite,
      "SELECT seq, role, state, model, at_unix_ms, tokens, tokens_per_second, thinking, "
      "content, bytes FROM messages WHERE conversation = ? AND seq >= ? ORDER BY seq LIMIT ?");
  rows.bind(1, conversation);
  rows.bind(2, signed_of(range.from));
  rows.bind(3, signed_of(range.count_max));
  std::vector<Message> found;
  std::uint64_t bytes = 0;
  while (rows.executeStep()) {
    bytes += unsigned_of(rows.getColumn(9));
    if (!found.empty() && bytes > range.bytes_max) break;
    found.push_back(read_message(rows));
  }
  return found;
}

void insert(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq, std::int64_t at_unix_ms,
            const MessageWish& wish) {
  SQLite::Statement statement(
      sqlite,
      "INSERT INTO messages (conversation, seq, role, state, model, at_unix_ms, tokens, tokens_per_second, "
      "bytes, thinking, content) VALUES (:conversation, :seq, :role, :state, :model, :at, :tokens, "
      ":tokens_per_second, :bytes, :thinking, :content)");
  bind_wish(statement, wish);
  statement.bind(":conversation", conversation);
  statement.bind(":seq", signed_of(seq));
  statement.bind(":at", at_unix_ms);
  statement.exec();
}

void update(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq, const MessageWish& wish) {
  SQLite::Statement statement(
      sqlite,
      "UPDATE messages SET role = :role, state = :state, model = :model, tokens = :tokens, "
      "tokens_per_second = :tokens_per_second, bytes = :bytes, thinking = :thinking, content = :content "
      "WHERE conversation = :conversation AND seq = :seq");
  bind_wish(statement, wish);
  statement.bind(":conversation", conversation);
  statement.bind(":seq", signed_of(seq));
  statement.exec();
}

void erase_from(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq) {
  SQLite::Statement statement(sqlite, "DELETE FROM messages WHERE conversation = ? AND seq >= ?");
  statement.bind(1, conversation);
  statement.bind(2, signed_of(seq));
  statement.exec();
}

std::optional<MessageBrief> brief_of(SQLite::Database& sqlite, std::int64_t conversation, std::uint64_t seq) {
  SQLite::Statement row(sqlite,
                        "SELECT state, at_unix_ms, bytes FROM messages WHERE conversation = ? AND seq = ?");
  row.bind(1, conversation);
  row.bind(2, signed_of(seq));
  if (!row.executeStep()) return std::nullopt;
  return MessageBrief{message_state_named(row.getColumn(0).getString()).value_or(MessageState::failed),
                      row.getColumn(1).getInt64(), unsigned_of(row.getColumn(2))};
}

Tail tail_of(SQLite::Database& sqlite, std::int64_t conversation, const MessageRange& range) {
  SQLite::Statement rows(sqlite,
                         "SELECT seq, bytes FROM messages WHERE conversation = ? AND seq >= ? "
                         "ORDER BY seq DESC LIMIT ?");
  rows.bind(1, conversation);
  rows.bind(2, signed_of(range.from));
  rows.bind(3, signed_of(range.count_max));
  Tail tail;
  while (rows.executeStep()) {
    const std::uint64_t bytes = unsigned_of(rows.getColumn(1));
    if (tail.from != 0 && tail.bytes + bytes > range.bytes_max) break;
    tail.from = unsigned_of(rows.getColumn(0));
    tail.bytes += bytes;
  }
  return tail;
}

void stop_what_is_writing(SQLite::Database& sqlite) {
  sqlite.exec(
      "UPDATE conversations SET revision = revision + 1 WHERE number IN "
      "(SELECT conversation FROM messages WHERE state = 'writing')");
  sqlite.exec("UPDATE messages SET state = 'stopped' WHERE state = 'writing'");
}

}  // namespace localscale::store
