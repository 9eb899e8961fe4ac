// An invite that is read at all is written again as it was (without the spaces around it). Its halves are
// also tried as addresses of an invite of ours.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/pool/invite.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale::core::pool;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::string& link : {text, std::string(invite_prefix) + text}) {
    const auto invite = parse_invite(link);
    if (!invite) {
      if (invite.error().what.empty()) std::abort();
      continue;
    }
    const auto again = to_link(*invite);
    if (!again || link.find(*again) == std::string::npos) std::abort();
  }
  Invite made;
  made.addresses = {text.substr(0, size / 2), text.substr(size / 2)};
  made.expires = {1};
  if (const auto link = to_link(made); link && parse_invite(*link) != made) std::abort();
  return 0;
}
