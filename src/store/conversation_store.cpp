#include "store/conversation_store.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sodium.h>

#include "base/bytes.hpp"
#include "store/conversation_rows.hpp"
#include "store/guarded.hpp"
#include "store/secret.hpp"

namespace localscale::store {
namespace {

constexpr std::size_t id_digits = 16;

std::int64_t unix_ms_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

tl::unexpected<Error> no_conversation() {
  return fail(Errc::not_found, "This conversation is not in the house (any more).");
}

tl::unexpected<Error> no_message(std::uint64_t seq) {
  return fail(Errc::not_found, fmt::format("This conversation has no message {} (any more).", seq));
}

/// Runs `action`, which gives a Result, in a transaction that is kept if it succeeds.
template <class Action>
auto transact(SQLite::Database& sqlite, std::string_view doing, const Action& action) {
  return guarded(doing, [&] {
    SQLite::Transaction transaction(sqlite, SQLite::TransactionBehavior::IMMEDIATE);
    auto result = action();
    if (result) transaction.commit();
    return result;
  });
}

class SqliteConversationStore final : public ConversationStore {
 public:
  explicit SqliteConversationStore(Database& database) : sqlite_(database.sqlite()) {}

  Result<void> start() {
    return transact(sqlite_, "Reading the conversations", [this]() -> Result<void> {
      stop_what_is_writing(sqlite_);
      bytes_ = bytes_of_all(sqlite_);
      return {};
    });
  }

  Result<std::vector<Conversation>> list(std::string_view person) override {
    return guarded("Reading the conversations", [&] { return conversations_of(sqlite_, person); });
  }

  Result<Conversation> find(std::string_view person, std::string_view id) override {
    return guarded("Reading the conversation", [&]() -> Result<Conversation> {
      auto row = find_row(person, id);
      if (!row) return no_conversation();
      return std::move(row->conversation);
    });
  }

  Result<Conversation> create(std::string_view person, const ConversationWish& wish) override {
    if (auto fine = check(wish); !fine) return tl::unexpected(fine.error());
    return transact(sqlite_, "Saving the conversation", [&]() -> Result<Conversation> {
      if (count_of(sqlite_, person) >= conversations_max) {
        return fail(Errc::exhausted, fmt::format("There are {} conversations already.", conversations_max),
                    "Remove some that you no longer need first.");
      }
      const std::int64_t now = unix_ms_now();
      Conversation conversation{random_hex(id_digits), wish.title, wish.model, now, now, 0, 0, 1};
      insert(sqlite_, person, conversation);
      return conversation;
    });
  }

  Result<Conversation> change(std::string_view person, std::string_view id,
                              const ConversationChange& change) override {
    if (auto fine = check(change); !fine) return tl::unexpected(fine.error());
    return transact(sqlite_, "Changing the conversation", [&]() -> Result<Conversation> {
      auto row = find_row(person, id);
      if (!row) return no_conversation();
      if (change.title) row->conversation.title = *change.title;
      if (change.model) row->conversation.model = *change.model;
      save_change(*row);
      return std::move(row->conversation);
    });
  }

  Result<std::vector<Message>> messages(std::string_view person, std::string_view id,
                                        const MessageRange& range) override {
    return guarded("Reading the messages", [&]() -> Result<std::vector<Message>> {
      const auto row = find_row(person, id);
      if (!row) return no_conversation();
      if (range.from > row->conversation.messages) return std::vector<Message>{};
      return messages_of(sqlite_, row->number, range);
    });
  }

  Result<Written> append(std::string_view person, std::string_view id, const MessageWish& wish) override {
    if (auto fine = check(wish); !fine) return tl::unexpected(fine.error());
    const std::uint64_t bytes = bytes_of(wish);
    auto written = transact(sqlite_, "Saving the message", [&]() -> Result<Written> {
      auto row = find_row(person, id);
      if (!row) return no_conversation();
      Conversation& conversation = row->conversation;
      if (conversation.messages >= messages_max) {
        return fail(
            Errc::conflict,
            fmt::format("This conversation is full: it has {} messages. They are kept.", messages_max),
            "Go on in a new one.");
      }
      if (auto room = check_room(conversation, 0, bytes); !room) return tl::unexpected(room.error());
      const std::int64_t now = unix_ms_now();
      const std::uint64_t seq = ++conversation.messages;
      conversation.bytes += bytes;
      insert(sqlite_, row->number, seq, now, wish);
      save_change(*row);
      return Written{seq, now, conversation.revision};
    });
    if (written) bytes_ += bytes;
    return written;
  }

  Result<Written> replace(std::string_view person, std::string_view id, std::uint64_t seq,
                          const MessageWish& wish) override {
    if (auto fine = check(wish); !fine) return tl::unexpected(fine.error());
    const std::uint64_t bytes = bytes_of(wish);
    std::uint64_t before = 0;
    auto written = transact(sqlite_, "Saving the message", [&]() -> Result<Written> {
      auto row = find_row(person, id);
      if (!row) return no_conversation();
      const auto old = brief_of(sqlite_, row->number, seq);
      if (!old) return no_message(seq);
      if (old->state != MessageState::writing && wish.state == MessageState::writing) {
        return fail(Errc::conflict, fmt::format("Message {} has ended; it was kept as it is.", seq));
      }
      if (auto room = check_room(row->conversation, old->bytes, bytes); !room)
        return tl::unexpected(room.error());
      before = old->bytes;
      row->conversation.bytes = row->conversation.bytes - before + bytes;
      update(sqlite_, row->number, seq, wish);
      save_change(*row);
      return Written{seq, old->at_unix_ms, row->conversation.revision};
    });
    if (written) bytes_ = bytes_ - before + bytes;
    return written;
  }

  Result<Cut> cut(std::string_view person, std::string_view id, std::uint64_t seq) override {
    std::uint64_t freed = 0;
    auto step = transact(sqlite_, "Removing messages", [&]() -> Result<Cut> {
      auto row = find_row(person, id);
      if (!row) return no_conversation();
      if (seq == 0 || seq > row->conversation.messages) return no_message(seq);
      freed = cut_step(*row, seq);
      save_change(*row);
      return Cut{row->conversation.messages < seq, row->conversation.revision};
    });
    if (step) bytes_ -= freed;
    return step;
  }

  Result<Cut> remove(std::string_view person, std::string_view id) override {
    std::uint64_t freed = 0;
    auto step = transact(sqlite_, "Removing the conversation", [&]() -> Result<Cut> {
      auto row = find_row(person, id);
      if (!row) return no_conversation();
      if (row->conversation.messages > 0) freed = cut_step(*row, 1);
      const bool done = row->conversation.messages == 0;
      save_change(*row);
      if (done) erase(sqlite_, row->number);
      return Cut{done, row->conversation.revision};
    });
    if (step) bytes_ -= freed;
    return step;
  }

 private:
  std::optional<ConversationRow> find_row(std::string_view person, std::string_view id) {
    if (!is_hex(id, id_digits)) return std::nullopt;
    return row_of(sqlite_, person, id);
  }

  void save_change(ConversationRow& row) {
    ++row.conversation.revision;
    row.conversation.updated_unix_ms = unix_ms_now();
    update(sqlite_, row);
  }

  /// Removes a step's worth of messages from the end, none below `seq`. Gives their bytes.
  std::uint64_t cut_step(ConversationRow& row, std::uint64_t seq) {
    const Tail tail = tail_of(sqlite_, row.number, MessageRange{seq, cut_messages_max, cut_bytes_max});
    if (tail.from == 0) return 0;
    erase_from(sqlite_, row.number, tail.from);
    row.conversation.messages = tail.from - 1;
    row.conversation.bytes -= tail.bytes;
    return tail.bytes;
  }

  Result<void> check_room(const Conversation& conversation, std::uint64_t before, std::uint64_t after) {
    if (after <= before) return {};
    const std::uint64_t more = after - before;
    if (conversation.bytes + more > conversation_bytes_max) {
      return fail(Errc::exhausted,
                  fmt::format("This conversation has all the text it may have ({}). It is kept; the new text "
                              "was not.",
                              human_bytes(conversation_bytes_max)),
                  "Go on in a new one.");
    }
    if (bytes_ + more > all_conversations_bytes_max) {
      return fail(Errc::exhausted,
                  fmt::format("The conversations of this home have all the text they may have ({}). They are "
                              "kept; the new text was not.",
                              human_bytes(all_conversations_bytes_max)),
                  "Remove some that you no longer need.");
    }
    return {};
  }

  SQLite::Database& sqlite_;
  std::uint64_t bytes_ = 0;  ///< Of all conversations.
};

}  // namespace

Result<std::unique_ptr<ConversationStore>> open_conversation_store(Database& database) {
  if (sodium_init() < 0) return fail(Errc::internal, "The cryptography library could not start.");
  auto store = std::make_unique<SqliteConversationStore>(database);
  if (auto started = store->start(); !started) return tl::unexpected(started.error());
  return store;
}

}  // namespace localscale::store
