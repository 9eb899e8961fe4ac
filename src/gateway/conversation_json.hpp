#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/conversation.hpp"

namespace localscale::gateway {

/// As the API tells them: one JSON object, without line breaks.
std::string json_of(const store::Conversation& conversation);
std::string json_of(const store::Message& message);

/// Request bodies. invalid_argument names the field that is missing or of the wrong kind; sizes are checked
/// by the store. Members that are not known are left out. Line breaks and control characters of a title
/// become spaces: it is one line wherever it is shown.
Result<store::ConversationWish> read_conversation(std::string_view body);
Result<store::ConversationChange> read_conversation_change(std::string_view body);
Result<store::MessageWish> read_message(std::string_view body);

}  // namespace localscale::gateway
