#include "net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

namespace localscale::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// For TLS 1.2 only; TLS 1.3 has none but good ones.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

}  // namespace

TlsServerContext::TlsServerContext(std::unique_ptr<ssl::context> context) : context_(std::move(context)) {}

TlsServerContext::~TlsServerContext() = default;

Result<std::shared_ptr<TlsServerContext>> TlsServerContext::make(std::string_view certificate_pem,
                                                                 std::string_view key_pem) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  harden(context->native_handle());
  error_code error;
  context->use_certificate_chain(boost::asio::buffer(certificate_pem.data(), certificate_pem.size()), error);
  if (error) return fail(Errc::corrupt, "The TLS certificate can't be read: " + error.message() + ".");
  context->use_private_key(boost::asio::buffer(key_pem.data(), key_pem.size()), ssl::context::pem, error);
  if (error) return fail(Errc::corrupt, "The TLS key can't be read: " + error.message() + ".");
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return fail(Errc::corrupt, "The TLS key does not belong to the certificate.");
  }
  return std::shared_ptr<TlsServerContext>(new TlsServerContext(std::move(context)));
}

}  // namespace localscale::net
