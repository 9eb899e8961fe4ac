#pragma once

#include <memory>
#include <string_view>

#include "base/error.hpp"

namespace boost::asio::ssl {
class context;
}

namespace localscale::net {

/// What a TLS listener shows to its clients: TLS 1.3, or 1.2 with forward secrecy for older devices.
/// Shared by the connections that use it, so that a renewed certificate counts for new ones.
class TlsServerContext {
 public:
  /// `certificate_pem` is the leaf followed by its issuers.
  static Result<std::shared_ptr<TlsServerContext>> make(std::string_view certificate_pem,
                                                        std::string_view key_pem);
  ~TlsServerContext();

  [[nodiscard]] boost::asio::ssl::context& native() { return *context_; }

 private:
  explicit TlsServerContext(std::unique_ptr<boost::asio::ssl::context> context);
  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace localscale::net
