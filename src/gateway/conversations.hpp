#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// The history that the house keeps: /localscale/v1/conversations and all below it, of the person who asks.
/// Each change is told in a `conversation` event.
class Conversations {
 public:
  explicit Conversations(Services& services) : services_(services), store_(services.conversations) {}
  void add_to(Routes& routes);

 private:
  /// What a path below /conversations/ names.
  struct Place {
    enum class Kind { nothing, conversation, messages, message, file };
    Kind kind = Kind::nothing;
    std::string id;
    std::uint64_t seq = 0;
  };
  struct Action;
  struct Change;
  struct Form;

  static Place place_of(std::string_view rest);
  static const Action* action_for(Place::Kind kind, std::string_view method);

  net::Task<void> list(Call& call);
  net::Task<void> create(Call& call);
  net::Task<void> below(Call& call);

  net::Task<void> show(Call& call, const Place& place);
  net::Task<void> change(Call& call, const Place& place);
  net::Task<void> remove(Call& call, const Place& place);
  net::Task<void> messages(Call& call, const Place& place);
  net::Task<void> append(Call& call, const Place& place);
  net::Task<void> replace(Call& call, const Place& place);
  net::Task<void> cut(Call& call, const Place& place);
  net::Task<void> save(Call& call, const Place& place);

  /// Streams the messages `from` to `last` of a conversation.
  net::Task<void> send_messages(Call& call, std::string id, std::uint64_t from, std::uint64_t last,
                                Form form);
  /// Tells the open pages of the person whose conversation it is.
  void tell(const Call& call, const Change& change);

  Services& services_;
  store::ConversationStore& store_;
};

}  // namespace localscale::gateway
