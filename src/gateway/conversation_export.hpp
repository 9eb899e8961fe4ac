#pragma once

#include <string>
#include <string_view>

#include "store/conversation.hpp"

namespace localscale::gateway {

/// The beginning of a conversation as Markdown, and one message of it.
std::string markdown_of(const store::Conversation& conversation);
std::string markdown_of(const store::Message& message);

/// A Content-Disposition that saves the answer as a file called after `title`, without what file systems and
/// shells take as theirs and without what turns the direction of writing.
std::string save_as(std::string_view title, std::string_view extension);

}  // namespace localscale::gateway
