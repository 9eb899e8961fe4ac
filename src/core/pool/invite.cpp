#include "core/pool/invite.hpp"

#include <algorithm>
#include <optional>

#include "base/printable.hpp"
#include "crypto/sha256.hpp"

namespace localscale::core::pool {
namespace {

constexpr std::uint8_t invite_version = 1;
constexpr std::size_t check_bytes = 4;
constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(ByteView bytes) {
  std::string text;
  std::uint32_t waiting = 0;
  std::size_t bits = 0;
  for (const std::byte byte : bytes) {
    waiting = (waiting << 8U) | std::to_integer<std::uint32_t>(byte);
    for (bits += 8; bits >= 6; bits -= 6) text += digits[(waiting >> (bits - 6)) & 63U];
  }
  if (bits > 0) text += digits[(waiting << (6 - bits)) & 63U];
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes;
  std::uint32_t waiting = 0;
  std::size_t bits = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    waiting = (waiting << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::byte>(waiting >> bits));
  }
  // A digit too many, or bits that no byte needs: not what we write.
  if (bits >= 6 || (waiting & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return bytes;
}

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
  return std::string(invite_prefix) + to_base64url(bytes);
}

Result<Invite> parse_invite(std::string_view link) {
  if (link.size() > invite_link_bytes_max) return not_an_invite("it is too long.");
  link = without_spaces(link);
  if (!link.starts_with(invite_prefix))
    return not_an_invite("it does not begin with " + std::string(invite_prefix) + ".");
  const auto bytes = from_base64url(link.substr(invite_prefix.size()));
  if (!bytes || bytes->size() < check_bytes) return not_an_invite("a part of it is missing or mistyped.");
  const ByteView body = ByteView(*bytes).first(bytes->size() - check_bytes);
  if (!std::ranges::equal(check_of(body), ByteView(*bytes).last(check_bytes)))
    return not_an_invite("a part of it is missing or mistyped.");
  auto invite = decode(body);
  if (!invite) return not_an_invite(invite.error().what);
  return invite;
}

}  // namespace localscale::core::pool
