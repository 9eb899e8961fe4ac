#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/conversation_store.hpp"

namespace localscale::store {

/// Conversations in memory only, without limits of their number or size: for tests, which also hold the real
/// store against it. Its times are counts.
class MemoryConversationStore final : public ConversationStore {
 public:
  /// What every change fails with from now on.
  std::optional<Error> refusal;

  Result<std::vector<Conversation>> list(std::string_view person) override {
    std::vector<Conversation> all;
    for (const auto& [id, entry] : entries_) {
      if (entry.person == person) all.push_back(entry.conversation);
    }
    std::ranges::sort(all, [](const Conversation& a, const Conversation& b) {
      return a.updated_unix_ms > b.updated_unix_ms;
    });
    return all;
  }

  Result<Conversation> find(std::string_view person, std::string_view id) override {
    const Entry* entry = entry_of(person, id);
    if (entry == nullptr) return gone();
    return entry->conversation;
  }

  Result<Conversation> create(std::string_view person, const ConversationWish& wish) override {
    if (auto fine = may_change(check(wish)); !fine) return tl::unexpected(fine.error());
    const std::int64_t now = ++now_;
    Entry entry{
        std::string(person), {fmt::format("{:016x}", now), wish.title, wish.model, now, now, 0, 0, 1}, {}};
    Conversation made = entry.conversation;
    entries_.emplace(made.id, std::move(entry));
    return made;
  }

  Result<Conversation> change(std::string_view person, std::string_view id,
                              const ConversationChange& change) override {
    if (auto fine = may_change(check(change)); !fine) return tl::unexpected(fine.error());
    Entry* entry = entry_of(person, id);
    if (entry == nullptr) return gone();
    if (change.title) entry->conversation.title = *change.title;
    if (change.model) entry->conversation.model = *change.model;
    note_change(*entry);
    return entry->conversation;
  }

  Result<std::vector<Message>> messages(std::string_view person, std::string_view id,
                                        const MessageRange& range) override {
    const Entry* entry = entry_of(person, id);
    if (entry == nullptr) return gone();
    std::vector<Message> found;
    std::uint64_t bytes = 0;
    for (const Message& message : entry->messages) {
      if (message.seq < range.from) continue;
      bytes += bytes_of(message);
      if (found.size() == range.count_max || (!found.empty() && bytes > range.bytes_max)) break;
      found.push_back(message);
    }
    return found;
  }

  Result<Written> append(std::string_view person, std::string_view id, const MessageWish& wish) override {
    if (auto fine = may_change(check(wish)); !fine) return tl::unexpected(fine.error());
    Entry* entry = entry_of(person, id);
    if (entry == nullptr) return gone();
    entry->messages.push_back(Message{wish, entry->messages.size() + 1, ++now_});
    note_change(*entry);
    return written(*entry, entry->messages.back());
  }

  Result<Written> replace(std::string_view person, std::string_view id, std::uint64_t seq,
                          const MessageWish& wish) override {
    if (auto fine = may_change(check(wish)); !fine) return tl::unexpected(fine.error());
    Entry* entry = entry_of(person, id);
    if (entry == nullptr || seq == 0 || seq > entry->messages.size()) return gone();
    Message& message = entry->messages.at(seq - 1);
    if (message.state != MessageState::writing && wish.state == MessageState::writing)
      return fail(Errc::conflict, "It has ended.");
    message = Message{wish, seq, message.at_unix_ms};
    note_change(*entry);
    return written(*entry, message);
  }

  Result<Cut> cut(std::string_view person, std::string_view id, std::uint64_t seq) override {
    if (refusal) return tl::unexpected(*refusal);
    Entry* entry = entry_of(person, id);
    if (entry == nullptr || seq == 0 || seq > entry->messages.size()) return gone();
    shorten(*entry, seq);
    return Cut{entry->messages.size() < seq, entry->conversation.revision};
  }

  Result<Cut> remove(std::string_view person, std::string_view id) override {
    if (refusal) return tl::unexpected(*refusal);
    Entry* entry = entry_of(person, id);
    if (entry == nullptr) return gone();
    shorten(*entry, 1);
    const Cut step{entry->messages.empty(), entry->conversation.revision};
    if (step.done) entries_.erase(entry->conversation.id);
    return step;
  }

  /// As the start of a house does.
  void stop_what_is_writing() {
    for (auto& [id, entry] : entries_) {
      bool any = false;
      for (Message& message : entry.messages) {
        if (message.state != MessageState::writing) continue;
        message.state = MessageState::stopped;
        any = true;
      }
      if (any) ++entry.conversation.revision;
    }
  }

 private:
  struct Entry {
    std::string person;
    Conversation conversation;
    std::vector<Message> messages;
  };

  static tl::unexpected<Error> gone() { return fail(Errc::not_found, "It is not here."); }

  Result<void> may_change(Result<void> checked) {
    if (checked && refusal) return tl::unexpected(*refusal);
    return checked;
  }

  Entry* entry_of(std::string_view person, std::string_view id) {
    const auto found = entries_.find(id);
    return found == entries_.end() || found->second.person != person ? nullptr : &found->second;
  }

  static Written written(const Entry& entry, const Message& message) {
    return {message.seq, message.at_unix_ms, entry.conversation.revision};
  }

  void shorten(Entry& entry, std::uint64_t seq) {
    const std::size_t most = std::min<std::size_t>(cut_messages_max, entry.messages.size() + 1 - seq);
    entry.messages.resize(entry.messages.size() - most);
    note_change(entry);
  }

  void note_change(Entry& entry) {
    Conversation& conversation = entry.conversation;
    conversation.messages = entry.messages.size();
    conversation.bytes = 0;
    for (const Message& message : entry.messages) conversation.bytes += bytes_of(message);
    conversation.updated_unix_ms = ++now_;
    ++conversation.revision;
  }

  std::map<std::string, Entry, std::less<>> entries_;
  std::int64_t now_ = 0;
};

}  // namespace localscale::store
