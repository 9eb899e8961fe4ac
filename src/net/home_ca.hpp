#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// The home's own certificate authority, for devices of the home that speak TLS with it on the LAN.
namespace localscale::net {

/// PEM texts that belong together.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;  ///< Secret.
};

/// A new CA: P-256, valid for ten years from `now_unix_s`, may sign servers only (path length 0).
Result<Identity> make_home_ca(std::string_view home_name, std::int64_t now_unix_s);

/// A server certificate of `ca` for `names` (DNS names and addresses), valid for 397 days: the longest that
/// current devices accept. `certificate_pem` holds the leaf and then the CA's certificate.
Result<Identity> issue_certificate(const Identity& ca, const std::vector<std::string>& names,
                                   std::int64_t now_unix_s);

/// True if `identity` is not (any more, or soon not) what `ca` would issue for `names`: unreadable, signed by
/// another, for other names, or ending within 30 days.
bool needs_renewal(const Identity& identity, const Identity& ca, const std::vector<std::string>& names,
                   std::int64_t now_unix_s);

/// SHA-256 of the certificate in DER, in lower-case hexadecimal: what a device compares when it pins the
/// home.
Result<std::string> certificate_fingerprint(std::string_view certificate_pem);

/// What a LAN listener needs, and what people pin.
struct LanIdentity {
  Identity server;
  std::string ca_pem;
  std::string ca_fingerprint;
};

/// Reads the CA and the server certificate from `folder` (ca.pem, ca.key, server.pem, server.key), making
/// what is missing or due. Key files have mode 0600. A CA file that can't be read is an error and stays as it
/// is: a new CA would lock out every device that trusts the old one.
Result<LanIdentity> open_lan_identity(const std::filesystem::path& folder, std::string_view home_name,
                                      const std::vector<std::string>& names, std::int64_t now_unix_s);

}  // namespace localscale::net
