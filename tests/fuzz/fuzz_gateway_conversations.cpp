// Bodies of the conversations' endpoints: what is taken is told again as the same, and a title is one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "gateway/conversation_export.hpp"
#include "gateway/conversation_json.hpp"

namespace {

using namespace localscale;

void check_message(std::string_view text) {
  const auto wish = gateway::read_message(text);
  if (!wish || !store::check(*wish)) return;
  const store::Message message{*wish, 7, 1'700'000'000'123};
  const auto again = gateway::read_message(gateway::json_of(message));
  if (!again || *again != *wish) std::abort();
  if (gateway::markdown_of(message).empty()) std::abort();
}

void check_conversation(std::string_view text) {
  const auto wish = gateway::read_conversation(text);
  if (!wish || !store::check(*wish)) return;
  if (wish->title.find_first_of("\r\n\t\x1b") != std::string::npos) std::abort();
  store::Conversation conversation;
  conversation.title = wish->title;
  conversation.model = wish->model;
  const auto again = gateway::read_conversation(gateway::json_of(conversation));
  if (!again || again->title != wish->title || again->model != wish->model) std::abort();
  if (!is_printable_utf8(gateway::save_as(wish->title, "md"))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_message(text);
  check_conversation(text);
  return 0;
}
