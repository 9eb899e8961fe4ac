#include "gateway/conversation_export.hpp"

#include <cctype>
#include <cstddef>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t file_name_bytes_max = 120;

std::string_view heading(store::Role role) {
  switch (role) {
    case store::Role::user:
      return "User";
    case store::Role::assistant:
      return "Assistant";
    case store::Role::system:
      return "System";
  }
  return "";
}

std::string_view remark(store::MessageState state) {
  switch (state) {
    case store::MessageState::done:
      return "";
    case store::MessageState::writing:
      return "*Still being written.*";
    case store::MessageState::stopped:
      return "*Stopped before its end.*";
    case store::MessageState::failed:
      return "*Failed before its end.*";
  }
  return "";
}

std::string quoted(std::string_view text) {
  std::string out = "> ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "> ";
  }
  return out;
}

std::size_t character_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// `title` as a name without its extension: letters, digits and signs that are harmless everywhere; all else
/// is one space.
std::string file_name(std::string_view title) {
  constexpr std::string_view harmful = "/\\:*?\"<>|%$`'";
  std::string name;
  while (!title.empty()) {
    const std::string_view character = title.substr(0, character_length(title.front()));
    title.remove_prefix(character.size());
    if (name.size() + character.size() > file_name_bytes_max) break;
    const bool plain = is_printable_utf8(character) && harmful.find(character) == std::string_view::npos;
    const bool first = name.empty() && (character == "." || character == "-");
    if (plain && !first && character != " ") {
      name += character;
    } else if (!name.empty() && name.back() != ' ') {
      name += ' ';
    }
  }
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.pop_back();
  return name.empty() ? "conversation" : name;
}

/// RFC 5987: what its attr-char leaves out as %XX.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.')) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

std::string ascii_only(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) out += byte < 0x80 ? c : '_';
  }
  return out;
}

}  // namespace

std::string markdown_of(const store::Conversation& conversation) {
  return fmt::format("# {}\n\nModel: {}  \nBegun: {}\n", conversation.title, conversation.model,
                     rfc3339_ms(conversation.created_unix_ms));
}

std::string markdown_of(const store::Message& message) {
  std::string out = fmt::format("\n## {}", heading(message.role));
  if (message.model) out += " · " + *message.model;
  out += " · " + rfc3339_ms(message.at_unix_ms) + "\n";
  if (message.thinking && !message.thinking->empty())
    out += "\n> *Thinking*\n>\n" + quoted(*message.thinking) + "\n";
  if (!message.content.empty()) out += "\n" + message.content + "\n";
  if (message.state != store::MessageState::done) out += "\n" + std::string(remark(message.state)) + "\n";
  return out;
}

std::string save_as(std::string_view title, std::string_view extension) {
  const std::string name = file_name(title) + "." + std::string(extension);
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii_only(name),
                     percent_encoded(name));
}

}  // namespace localscale::gateway
