#include "core/privacy/refusal.hpp"

namespace localscale::core::privacy {

std::string_view name(Why why) {
  switch (why) {
    case Why::malformed:
      return "malformed";
    case Why::oversized:
      return "oversized";
    case Why::not_allowed:
      return "not_allowed";
    case Why::label_forbids:
      return "label_forbids";
    case Why::misaddressed:
      return "misaddressed";
    case Why::wrong_pool:
      return "wrong_pool";
    case Why::not_a_member:
      return "not_a_member";
    case Why::wrong_peer:
      return "wrong_peer";
    case Why::forged:
      return "forged";
    case Why::expired:
      return "expired";
    case Why::clock_off:
      return "clock_off";
    case Why::replayed:
      return "replayed";
    case Why::maybe_replayed:
      return "maybe_replayed";
    case Why::flooding:
      return "flooding";
    case Why::no_record:
      return "no_record";
  }
  return "unknown";
}

Error to_error(const Refusal& refusal) {
  std::string what = "The gate let nothing pass (" + std::string(name(refusal.why)) + "): " + refusal.what;
  if (refusal.who) what += " It is from the home " + crypto::to_text(*refusal.who) + ".";
  return {Errc::denied, std::move(what), {}};
}

}  // namespace localscale::core::privacy
