#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "store/conversation.hpp"
#include "store/database.hpp"

namespace localscale::store {

/// Which messages to read: from `from` on, at most `count_max`; after the first one, no more once
/// `bytes_max` is reached.
struct MessageRange {
  std::uint64_t from = 1;
  std::size_t count_max = 100;
  std::uint64_t bytes_max = 1'000'000;
};

/// What the house decided about a message that was written.
struct Written {
  std::uint64_t seq = 0;
  std::int64_t at_unix_ms = 0;
  std::uint64_t revision = 0;  ///< The conversation's, now.
};

/// How far a removal got; see ConversationStore::cut.
struct Cut {
  bool done = false;
  std::uint64_t revision = 0;
};

/// What persons and models said, kept per person: nobody finds another one's. Durable once a call returns.
/// Every call that names a conversation answers not_found if the person has none of this id. One thread.
class ConversationStore {
 public:
  virtual ~ConversationStore() = default;

  /// Those that changed last come first.
  [[nodiscard]] virtual Result<std::vector<Conversation>> list(std::string_view person) = 0;
  [[nodiscard]] virtual Result<Conversation> find(std::string_view person, std::string_view id) = 0;
  /// exhausted at conversations_max.
  virtual Result<Conversation> create(std::string_view person, const ConversationWish& wish) = 0;
  virtual Result<Conversation> change(std::string_view person, std::string_view id,
                                      const ConversationChange& change) = 0;

  [[nodiscard]] virtual Result<std::vector<Message>> messages(std::string_view person, std::string_view id,
                                                              const MessageRange& range) = 0;
  /// conflict at messages_max, exhausted at the limits of bytes.
  virtual Result<Written> append(std::string_view person, std::string_view id, const MessageWish& wish) = 0;
  /// Keeps the message's time. not_found without a message `seq`; conflict if it has ended and `wish` is
  /// `writing`: that is a request that was overtaken by a later one.
  virtual Result<Written> replace(std::string_view person, std::string_view id, std::uint64_t seq,
                                  const MessageWish& wish) = 0;

  /// Removes message `seq` and all after it, from the end; one call takes at most cut_messages_max and, but
  /// for the first, about cut_bytes_max, so that others are served meanwhile. Call it again until it is
  /// `done`. not_found without a message `seq`.
  virtual Result<Cut> cut(std::string_view person, std::string_view id, std::uint64_t seq) = 0;
  /// Removes the whole conversation, in the same steps.
  virtual Result<Cut> remove(std::string_view person, std::string_view id) = 0;

  static constexpr std::size_t cut_messages_max = 500;
  static constexpr std::uint64_t cut_bytes_max = 4'000'000;
};

/// The conversations in the home's database, which outlives the store. Turns messages that are `writing` to
/// `stopped`: whoever wrote them is gone.
Result<std::unique_ptr<ConversationStore>> open_conversation_store(Database& database);

}  // namespace localscale::store
