#include "core/pool/home_facts.hpp"

#include "base/printable.hpp"

namespace localscale::core::pool {
namespace {

Result<void> check_text(std::string_view text, std::string_view what, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return fail(Errc::invalid_argument,
                std::string(what) + " is longer than " + std::to_string(bytes_max) + " bytes.");
  if (!is_printable_utf8(text))
    return fail(Errc::invalid_argument, std::string(what) + " holds characters that can't be shown.");
  return {};
}

}  // namespace

Result<void> validate(const HomeFacts& facts) {
  if (facts.name.empty()) return fail(Errc::invalid_argument, "The home has no name.");
  for (const auto& [text, what] :
       {std::pair<std::string_view, std::string_view>{facts.name, "The home's name"},
        {facts.place, "The home's place"},
        {facts.domains.house, "The home's house"},
        {facts.domains.feeder, "The home's feeder"},
        {facts.domains.street, "The home's street"}})
    if (auto checked = check_text(text, what, name_bytes_max); !checked) return checked;
  if (facts.role != Role::always_on && facts.role != Role::sleeper)
    return fail(Errc::invalid_argument, "The home's role is none that is known.");
  if (facts.addresses.size() > addresses_max)
    return fail(Errc::invalid_argument,
                "The home has more than " + std::to_string(addresses_max) + " addresses.");
  for (const std::string& address : facts.addresses) {
    if (address.empty()) return fail(Errc::invalid_argument, "An address of the home is empty.");
    if (auto checked = check_text(address, "An address of the home", address_bytes_max); !checked)
      return checked;
  }
  return {};
}

void encode(const HomeFacts& facts, Encoder& into) {
  into.text(facts.name).text(facts.place);
  into.text(facts.domains.house).text(facts.domains.feeder).text(facts.domains.street);
  into.u8(static_cast<std::uint8_t>(facts.role));
  into.u32(static_cast<std::uint32_t>(facts.addresses.size()));
  for (const std::string& address : facts.addresses) into.text(address);
}

HomeFacts decode_home_facts(Decoder& from) {
  HomeFacts facts;
  facts.name = from.text(name_bytes_max);
  facts.place = from.text(name_bytes_max);
  facts.domains.house = from.text(name_bytes_max);
  facts.domains.feeder = from.text(name_bytes_max);
  facts.domains.street = from.text(name_bytes_max);
  facts.role = static_cast<Role>(from.u8());
  const std::size_t addresses = from.count(addresses_max);
  for (std::size_t i = 0; i < addresses && !from.failed(); ++i)
    facts.addresses.push_back(from.text(address_bytes_max));
  if (!from.failed())
    if (const auto valid = validate(facts); !valid) from.refuse("what a home says of itself breaks a rule");
  return facts;
}

}  // namespace localscale::core::pool
