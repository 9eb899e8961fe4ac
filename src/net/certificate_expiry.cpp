#include "net/certificate_expiry.hpp"

#include <ctime>

#include <openssl/pem.h>

#include "net/openssl_ptr.hpp"

namespace localscale::net {

std::optional<std::int64_t> certificate_expiry(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  std::tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return std::nullopt;
  return timegm(&end);
}

}  // namespace localscale::net
