#include "core/pool/invite.hpp"

#include <algorithm>
#include <optional>

#include "base/digit_text.hpp"
#include "base/printable.hpp"
#include "crypto/sha256.hpp"

namespace localscale::core::pool {
namespace {

constexpr std::uint8_t invite_version = 1;
constexpr std::size_t check_bytes = 4;

bool fits(const Invite& invite) {
  return !invite.addresses.empty() && invite.addresses.size() <= addresses_max && invite.expires.ms > 0 &&
         std::ranges::all_of(invite.addresses, [](const std::string& address) {
           return !address.empty() && address.size() <= address_bytes_max && is_printable_utf8(address);
         });
}

/// Tells a link that was cut or mistyped from one that is not let in. No secret: anybody can compute it.
Bytes check_of(ByteView bytes) {
  const crypto::Digest hash = crypto::sha256(bytes);
  return {hash.begin(), hash.begin() + check_bytes};
}

Bytes encode(const Invite& invite) {
  Encoder into;
  into.u8(invite_version).fixed(invite.pool.hash).u32(static_cast<std::uint32_t>(invite.addresses.size()));
  for (const std::string& address : invite.addresses) into.text(address);
  into.fixed(invite.certificate_pin).fixed(invite.secret).u64(static_cast<std::uint64_t>(invite.expires.ms));
  return into.take();
}

Result<Invite> decode(ByteView bytes) {
  Decoder from(bytes);
  Invite invite;
  if (from.u8() != invite_version) from.refuse("it is of a version that is not known here");
  from.fixed(invite.pool.hash);
  const std::size_t addresses = from.count(addresses_max);
  for (std::size_t i = 0; i < addresses && !from.failed(); ++i)
    invite.addresses.push_back(from.text(address_bytes_max));
  from.fixed(invite.certificate_pin);
  from.fixed(invite.secret);
  invite.expires.ms = static_cast<std::int64_t>(from.u64());
  if (!from.failed() && !fits(invite)) from.refuse("a field of it breaks a rule");
  if (auto read = from.finish("The invite"); !read) return tl::unexpected(read.error());
  return invite;
}

tl::unexpected<Error> not_an_invite(std::string why) {
  return fail(Errc::invalid_argument, "This is no invite: " + std::move(why),
              "Copy the whole link, or ask for a new one.");
}

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

}  // namespace

Result<std::string> to_link(const Invite& invite) {
  if (!fits(invite))
    return fail(Errc::invalid_argument,
                "An invite needs 1 to 8 addresses of 1 to 128 bytes and a time at which it expires.");
  Bytes bytes = encode(invite);
  const Bytes check = check_of(bytes);
  bytes.insert(bytes.end(), check.begin(), check.end());
  return std::string(invite_prefix) + to_digits(bytes, base64url_digits);
}

Result<Invite> parse_invite(std::string_view link) {
  if (link.size() > invite_link_bytes_max) return not_an_invite("it is too long.");
  link = without_spaces(link);
  if (!link.starts_with(invite_prefix))
    return not_an_invite("it does not begin with " + std::string(invite_prefix) + ".");
  const auto bytes = from_digits(link.substr(invite_prefix.size()), base64url_digits);
  if (!bytes || bytes->size() < check_bytes) return not_an_invite("a part of it is missing or mistyped.");
  const ByteView body = ByteView(*bytes).first(bytes->size() - check_bytes);
  if (!std::ranges::equal(check_of(body), ByteView(*bytes).last(check_bytes)))
    return not_an_invite("a part of it is missing or mistyped.");
  auto invite = decode(body);
  if (!invite) return not_an_invite(invite.error().what);
  return invite;
}

}  // namespace localscale::core::pool
