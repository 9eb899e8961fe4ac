#include "house/lan_certificate.hpp"

namespace localscale::house {

Result<std::shared_ptr<net::TlsServerContext>> lan_certificate(const config::Layout& /*layout*/,
                                                               const config::Config& /*config*/) {
  return fail(Errc::unsupported,
              "The LAN door needs the home's own certificate authority, which is not built yet.",
              "Use lan.allow_plaintext = true only on a network where everyone may read everything.");
}

}  // namespace localscale::house
